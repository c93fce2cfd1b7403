package diagnose

import (
	"encoding/json"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

func quantity(text string) resource.Quantity { return resource.MustParse(text) }

func resources(cpu, memory string) corev1.ResourceList {
	return corev1.ResourceList{corev1.ResourceCPU: quantity(cpu), corev1.ResourceMemory: quantity(memory)}
}

// statefulSet adds ledger: three pods of revision 5, ordered.
func (w *world) statefulSet() {
	replicas, partition := int32(3), int32(0)
	set := &appsv1.StatefulSet{ObjectMeta: stamp("ledger", 60*day)}
	set.Spec.Replicas, set.Spec.ServiceName, set.Spec.Template = &replicas, "ledger", template("ledger", version(5))
	set.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "ledger"}}
	set.Spec.PodManagementPolicy = appsv1.OrderedReadyPodManagement
	set.Spec.UpdateStrategy = appsv1.StatefulSetUpdateStrategy{Type: appsv1.RollingUpdateStatefulSetStrategyType, RollingUpdate: &appsv1.RollingUpdateStatefulSetStrategy{Partition: &partition}}
	set.Status.UpdateRevision, set.Status.CurrentRevision = "ledger-5", "ledger-5"
	w.add(set, controllerRevision("StatefulSet", "ledger", 5, 60*day))
	for n := range 3 {
		pod := runningPod(fmt.Sprintf("ledger-%d", n), set.Spec.Template, 30*day, fmt.Sprintf("node-%d", n+1))
		pod.ObjectMeta = owned(pod.ObjectMeta, "StatefulSet", "ledger")
		pod.Labels = map[string]string{"app": "ledger", appsv1.ControllerRevisionHashLabelKey: "ledger-5"}
		w.add(pod)
	}
}

// daemonSet adds agent, with a pod on each of the three nodes.
func (w *world) daemonSet() {
	set := &appsv1.DaemonSet{ObjectMeta: stamp("agent", 60*day)}
	set.Spec.Template = template("agent", version(3))
	set.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "agent"}}
	set.Status.DesiredNumberScheduled = 3
	w.add(set, controllerRevision("DaemonSet", "agent", 3, 60*day))
	for n := range 3 {
		pod := runningPod(fmt.Sprintf("agent-%c", 'a'+n), set.Spec.Template, 30*day, fmt.Sprintf("node-%d", n+1))
		pod.ObjectMeta = owned(pod.ObjectMeta, "DaemonSet", "agent")
		pod.Labels = map[string]string{"app": "agent", appsv1.ControllerRevisionHashLabelKey: "3"}
		w.add(pod)
	}
}

func controllerRevision(kind, name string, number int64, age time.Duration) *appsv1.ControllerRevision {
	var patch patchOfTemplate
	patch.Spec.Template = template(name, version(int(number)))
	raw, err := json.Marshal(patch)
	if err != nil {
		panic(err)
	}
	r := &appsv1.ControllerRevision{ObjectMeta: owned(stamp(fmt.Sprintf("%s-%d", name, number), age), kind, name), Revision: number}
	if kind == "DaemonSet" { // a StatefulSet's has the label controller.kubernetes.io/hash instead
		r.Labels = map[string]string{appsv1.ControllerRevisionHashLabelKey: fmt.Sprint(number)}
	}
	r.Data = runtime.RawExtension{Raw: raw}
	return r
}

func is(value bool) *bool { return &value }
