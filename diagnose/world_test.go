package diagnose

import (
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// noon is when every snapshot of these tests is taken.
var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func ago(d time.Duration) metav1.Time { return metav1.NewTime(noon.Add(-d)) }

// world is a cluster under construction. Every world has the namespace shop
// with three healthy services: checkout, which needs the others, catalog and redis.
//
//	steady   both run for days with one revision
//	rollout  revision 42 of checkout began ten minutes ago: one new pod,
//	         checkout-42-a, beside the three of revision 41
//	daily    ledger, a StatefulSet of three with claims, and agent, a DaemonSet
type world struct {
	objects []runtime.Object
	logs    []Log
	usage   []Usage
	volumes []VolumeUsage
	changes []Change
	gaps    []Missing
	hidden  []Ref
}

func newWorld(base string) *world {
	w := &world{}
	w.add(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", CreationTimestamp: ago(300 * day)}})
	for i := 1; i <= 3; i++ {
		w.add(readyNode(fmt.Sprintf("node-%d", i)))
	}
	w.add(&corev1.ServiceAccount{ObjectMeta: stamp("default", 300*day)})
	w.add(&corev1.ConfigMap{ObjectMeta: stamp("checkout-config", 90*day), Data: map[string]string{"LOG_LEVEL": "info", "REDIS_URL": "redis://redis:6379/0"}})
	w.add(&corev1.Secret{ObjectMeta: stamp("checkout-secret", 90*day), Type: corev1.SecretTypeOpaque, Data: map[string][]byte{"DB_PASSWORD": []byte("hunter2")}})
	w.service("checkout")
	w.service("catalog")
	w.deployment("catalog", 2, 7)
	w.service("redis")
	w.deployment("redis", 1, 1)
	switch base {
	case "", "steady":
		w.deployment("checkout", 3, 41)
	case "rollout":
		w.deployment("checkout", 3, 41, 42)
	case "daily":
		w.deployment("checkout", 3, 41)
		w.statefulSet()
		w.daemonSet()
	default:
		panic("there is no base " + base)
	}
	return w
}

func (w *world) add(objects ...runtime.Object) { w.objects = append(w.objects, objects...) }

func stamp(name string, age time.Duration) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: "shop", UID: types.UID("uid-" + name), CreationTimestamp: ago(age), Generation: 1}
}

func owned(m metav1.ObjectMeta, kind, name string) metav1.ObjectMeta {
	yes := true
	m.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: kind, Name: name, UID: types.UID("uid-" + name), Controller: &yes}}
	return m
}

func readyNode(name string) *corev1.Node {
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, CreationTimestamp: ago(100 * day), Labels: map[string]string{"kubernetes.io/hostname": name, "kubernetes.io/arch": "amd64", "topology.kubernetes.io/zone": "local-a"}}}
	node.Status.NodeInfo.Architecture = "amd64"
	node.Status.Allocatable = resources("8", "32Gi")
	node.Status.Allocatable[corev1.ResourcePods] = quantity("110")
	node.Status.Capacity = node.Status.Allocatable
	node.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady", LastTransitionTime: ago(100 * day)}}
	return node
}

func (w *world) service(name string) {
	w.add(&corev1.Service{
		ObjectMeta: stamp(name, 90*day),
		Spec: corev1.ServiceSpec{
			Type: corev1.ServiceTypeClusterIP, ClusterIP: "10.0.0.1", Selector: map[string]string{"app": name},
			Ports: []corev1.ServicePort{{Name: "http", Port: 80, TargetPort: intstr.FromString("http"), Protocol: corev1.ProtocolTCP}},
		},
	})
}

// template is the pod template of a service of the shop.
func template(name, version string) corev1.PodTemplateSpec {
	c := corev1.Container{
		Name: name, Image: "registry.acme.example/shop/" + name + ":" + version, ImagePullPolicy: corev1.PullIfNotPresent,
		Ports:     []corev1.ContainerPort{{Name: "http", ContainerPort: 8080, Protocol: corev1.ProtocolTCP}},
		Resources: corev1.ResourceRequirements{Requests: resources("100m", "128Mi"), Limits: corev1.ResourceList{corev1.ResourceMemory: quantity("256Mi")}},
		ReadinessProbe: &corev1.Probe{
			ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromString("http"), Scheme: "HTTP"}},
			PeriodSeconds: 10, TimeoutSeconds: 1, FailureThreshold: 3, SuccessThreshold: 1,
		},
	}
	if name == "checkout" {
		c.Env = []corev1.EnvVar{
			{Name: "CATALOG_URL", Value: "http://catalog"},
			{Name: "REDIS_URL", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "checkout-config"}, Key: "REDIS_URL"}}},
			{Name: "DB_PASSWORD", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "checkout-secret"}, Key: "DB_PASSWORD"}}},
		}
	}
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": name}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{c}, RestartPolicy: corev1.RestartPolicyAlways, ServiceAccountName: "default", TerminationGracePeriodSeconds: new(int64)},
	}
}

// deployment adds a Deployment with a ReplicaSet and pods for each revision.
// The pods of the last of several are of a rollout that began ten minutes ago.
func (w *world) deployment(name string, replicas int32, revisions ...int) {
	newest := revisions[len(revisions)-1]
	d := &appsv1.Deployment{ObjectMeta: stamp(name, 90*day)}
	d.Annotations = map[string]string{revisionAnnotation: fmt.Sprint(newest)}
	d.Spec.Replicas, d.Spec.Selector, d.Spec.Template = &replicas, &metav1.LabelSelector{MatchLabels: map[string]string{"app": name}}, template(name, version(newest))
	one, deadline := intstr.FromString("25%"), int32(600)
	d.Spec.ProgressDeadlineSeconds = &deadline
	d.Spec.Strategy = appsv1.DeploymentStrategy{Type: appsv1.RollingUpdateDeploymentStrategyType, RollingUpdate: &appsv1.RollingUpdateDeployment{MaxUnavailable: &one, MaxSurge: &one}}
	w.add(d)
	for i, number := range revisions {
		age, pods := 3*day, replicas
		if i > 0 {
			age, pods = 10*time.Minute, 1
		}
		set := &appsv1.ReplicaSet{ObjectMeta: owned(stamp(fmt.Sprintf("%s-%d", name, number), age), "Deployment", name)}
		set.Annotations = map[string]string{revisionAnnotation: fmt.Sprint(number)}
		set.Spec.Replicas, set.Spec.Template = &pods, template(name, version(number))
		set.Spec.Selector = d.Spec.Selector
		w.add(set)
		for n := range int(pods) {
			pod := runningPod(fmt.Sprintf("%s-%d-%c", name, number, 'a'+n), set.Spec.Template, age, fmt.Sprintf("node-%d", n%3+1))
			pod.ObjectMeta = owned(pod.ObjectMeta, "ReplicaSet", set.Name)
			w.add(pod)
		}
	}
}

func version(revision int) string { return fmt.Sprintf("2.%d.0", revision) }

// runningPod is a pod that has been ready since shortly after it was made.
func runningPod(name string, of corev1.PodTemplateSpec, age time.Duration, node string) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: stamp(name, age), Spec: *of.Spec.DeepCopy()}
	pod.Labels = of.Labels
	pod.Spec.NodeName = node
	started := ago(age - 2*time.Second)
	pod.Status = corev1.PodStatus{Phase: corev1.PodRunning, StartTime: &started, PodIP: "10.1.0.1", HostIP: "10.9.0.1"}
	for _, kind := range []corev1.PodConditionType{corev1.PodScheduled, corev1.PodInitialized, corev1.ContainersReady, corev1.PodReady} {
		pod.Status.Conditions = append(pod.Status.Conditions, corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue, LastTransitionTime: started})
	}
	for _, c := range of.Spec.Containers {
		pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, corev1.ContainerStatus{
			Name: c.Name, Image: c.Image, ImageID: c.Image + "@sha256:aaaa", Ready: true, Started: is(true),
			State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: started}},
		})
	}
	return pod
}
