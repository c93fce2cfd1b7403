package shop

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Weather makes the storefront depend on the catalog, as its code would: while
// no catalog pod is ready, the storefront's readiness probe fails. Simulated
// pods run no code, so this loop stands in for it. It ends with ctx.
func (s Shop) Weather(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		catalog, err := s.pods(ctx, "catalog")
		if err != nil {
			continue // the control plane is starting or stopping: look again
		}
		up := false
		for _, pod := range catalog {
			up = up || ready(pod)
		}
		storefront, err := s.pods(ctx, "storefront")
		if err != nil {
			continue
		}
		for _, pod := range storefront {
			if ready(pod) != up && pod.Status.Phase == corev1.PodRunning {
				s.probe(ctx, pod, up)
			}
		}
	}
}

func (s Shop) pods(ctx context.Context, app string) ([]corev1.Pod, error) {
	list, err := s.Client.CoreV1().Pods(s.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=" + app})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

func ready(pod corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// probe writes what a kubelet would write when a readiness probe begins or
// ceases to fail: the conditions, the container's state, and an Event.
func (s Shop) probe(ctx context.Context, pod corev1.Pod, up bool) {
	status, now := corev1.ConditionFalse, metav1.Now()
	if up {
		status = corev1.ConditionTrue
	}
	for i, condition := range pod.Status.Conditions {
		if condition.Type != corev1.PodReady && condition.Type != corev1.ContainersReady {
			continue
		}
		pod.Status.Conditions[i].Status = status
		pod.Status.Conditions[i].LastTransitionTime = now
		pod.Status.Conditions[i].Reason, pod.Status.Conditions[i].Message = "", ""
		if !up {
			pod.Status.Conditions[i].Reason = "ContainersNotReady"
			pod.Status.Conditions[i].Message = "containers with unready status: [storefront]"
		}
	}
	for i := range pod.Status.ContainerStatuses {
		pod.Status.ContainerStatuses[i].Ready = up
	}
	if _, err := s.Client.CoreV1().Pods(s.Namespace).UpdateStatus(ctx, &pod, metav1.UpdateOptions{}); err != nil || up {
		return
	}
	event := &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{GenerateName: pod.Name + ".", Namespace: s.Namespace},
		InvolvedObject: corev1.ObjectReference{Kind: "Pod", Namespace: s.Namespace, Name: pod.Name, UID: pod.UID, APIVersion: "v1", FieldPath: "spec.containers{storefront}"},
		Type:           corev1.EventTypeWarning,
		Reason:         "Unhealthy",
		Message:        "Readiness probe failed: HTTP probe failed with statuscode: 503",
		Source:         corev1.EventSource{Component: "kubelet", Host: pod.Spec.NodeName},
		FirstTimestamp: now, LastTimestamp: now, Count: 1,
	}
	_, _ = s.Client.CoreV1().Events(s.Namespace).Create(ctx, event, metav1.CreateOptions{}) // a missing event is only a poorer story
}
