package kube

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// StuckPod is a pod of a StatefulSet that is not ready and that its controller
// waits for before it replaces any pod, this one included.
type StuckPod struct {
	Name  string
	State string // "ImagePullBackOff", "CrashLoopBackOff", "Pending" or "not ready"
	Old   bool   // it has another template than the StatefulSet has now
	// Failing: its kubelet has given up for now and will try again. It may still
	// become ready, but nobody should wait for it.
	Failing bool
}

// Stuck finds the pods that would keep a StatefulSet from taking another
// template: under OrderedReady the controller waits for a broken pod to become
// ready before it goes on, even where the next template would mend it
// (kubernetes#67250). Other workloads have none.
func (c *Cluster) Stuck(ctx context.Context, w *Workload) ([]StuckPod, error) {
	if w.Kind != "StatefulSet" || w.Strategy.Parallel || w.Counts.Ready >= w.Counts.Current {
		return nil, nil
	}
	list, err := c.Typed.CoreV1().Pods(w.Namespace).List(ctx, metav1.ListOptions{LabelSelector: w.Selector.String()})
	if err != nil {
		return nil, c.failed("list the pods of "+w.Namespace+"/"+w.Name, err)
	}
	update, _, _ := unstructured.NestedString(w.object.Object, "status", "updateRevision")
	var stuck []StuckPod
	for _, pod := range list.Items {
		owner := metav1.GetControllerOf(&pod)
		if owner == nil || string(owner.UID) != w.UID || pod.DeletionTimestamp != nil || ready(pod) {
			continue
		}
		stuck = append(stuck, StuckPod{
			Name: pod.Name, State: state(pod), Failing: failing[state(pod)],
			Old: pod.Labels[appsv1.StatefulSetRevisionLabel] != update,
		})
	}
	return stuck, nil
}

func ready(pod corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

func state(pod corev1.Pod) string {
	for _, status := range append(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses...) {
		if waiting := status.State.Waiting; waiting != nil && waiting.Reason != "" {
			return waiting.Reason
		}
	}
	if pod.Status.Phase == corev1.PodPending {
		return "Pending"
	}
	return "not ready"
}

// failing are the reasons for which a container waits after it failed.
var failing = map[string]bool{
	"CrashLoopBackOff": true, "ImagePullBackOff": true, "ErrImagePull": true, "ErrImageNeverPull": true,
	"InvalidImageName": true, "CreateContainerConfigError": true, "CreateContainerError": true, "RunContainerError": true,
}
