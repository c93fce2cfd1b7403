package diagnose

import (
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/steward-bot/steward/ops"
)

var testKey = []byte("a key of at least sixteen bytes")

// take makes the snapshot of a world, as Collect does of a cluster. What
// controllers would write follows from the pods: the Deployments' status and
// the EndpointSlices.
func (w *world) take(target Ref) *Snapshot {
	w.control()
	w.objects = slices.DeleteFunc(w.objects, func(object runtime.Object) bool {
		return slices.ContainsFunc(w.gaps, func(g Missing) bool { return g.Kind == kindOf(object) })
	})
	b := newBuilder("local", target.target(), noon, testKey)
	for _, object := range w.objects {
		b.add(object)
	}
	s := b.snapshot
	s.TookMS = 12
	s.Logs, s.Usage, s.Volumes, s.Changes, s.Gaps, s.Hidden = w.logs, w.usage, w.volumes, w.changes, w.gaps, w.hidden
	s.Listed = []Listing{{Kind: "*"}}
	if len(w.gaps) > 0 {
		s.Listed = nil
		for _, kind := range []string{"ConfigMap", "Secret", "Service", "EndpointSlice", "Pod", "Event", "Node", "Namespace", "PersistentVolumeClaim", "PersistentVolume", "StorageClass", "ServiceAccount", "NetworkPolicy", "Ingress", "ResourceQuota", "LimitRange", "PodDisruptionBudget", "HorizontalPodAutoscaler"} {
			if !slices.ContainsFunc(w.gaps, func(g Missing) bool { return g.Kind == kind }) {
				s.Listed = append(s.Listed, Listing{Kind: kind})
			}
		}
	}
	return b.finish()
}

func (w *world) control() {
	for _, object := range slices.Clone(w.objects) {
		switch o := object.(type) {
		case *appsv1.Deployment:
			w.controlDeployment(o)
		case *corev1.Service:
			w.controlService(o)
		}
	}
}

func (w *world) controlDeployment(d *appsv1.Deployment) {
	if d.Status.ObservedGeneration == 0 {
		d.Status.ObservedGeneration = d.Generation
	}
	for _, pod := range w.podsWith(d.Namespace, d.Spec.Template.Labels) {
		d.Status.Replicas++
		if podReady(pod) {
			d.Status.ReadyReplicas++
			d.Status.AvailableReplicas++
		}
	}
}

func (w *world) podsWith(namespace string, labels map[string]string) []*corev1.Pod {
	var pods []*corev1.Pod
	for _, object := range w.objects {
		pod, ok := object.(*corev1.Pod)
		if !ok || pod.Namespace != namespace {
			continue
		}
		all := len(labels) > 0
		for key, value := range labels {
			all = all && pod.Labels[key] == value
		}
		if all {
			pods = append(pods, pod)
		}
	}
	return pods
}

func (w *world) controlService(service *corev1.Service) {
	if len(service.Spec.Selector) == 0 {
		return
	}
	slice := &discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{Name: service.Name + "-x1", Namespace: service.Namespace, Labels: map[string]string{discoveryv1.LabelServiceName: service.Name}}}
	for _, pod := range w.podsWith(service.Namespace, service.Spec.Selector) {
		if pod.Status.PodIP == "" || podOver(pod) || pod.Status.Phase == corev1.PodFailed {
			continue
		}
		ready := podReady(pod)
		slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{
			Addresses: []string{pod.Status.PodIP}, NodeName: &pod.Spec.NodeName, Conditions: discoveryv1.EndpointConditions{Ready: &ready},
			TargetRef: &corev1.ObjectReference{Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID},
		})
	}
	w.add(slice)
}

// targetOf reads a target such as "Deployment/checkout", the default.
func targetOf(text string) Ref {
	if text == "" {
		text = "Deployment/checkout"
	}
	return named(text)
}

func firstCause(d ops.Diagnosis) string {
	if len(d.Causes) == 0 {
		return string(d.Status)
	}
	return d.Causes[0].ID
}
