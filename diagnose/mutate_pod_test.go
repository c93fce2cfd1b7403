package diagnose

import (
	"encoding/json"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// container writes what the kubelet would say about a container, and, where
// that makes the pod unready, the conditions that follow from it.
func (w *world) container(o op) error {
	pods, name, _ := strings.Cut(o.Container, "/")
	return w.eachObject("Pod/"+pods, func(object runtime.Object) error {
		pod := object.(*corev1.Pod)
		withStatuses(pod)
		status := statusOf(pod, name)
		if status == nil {
			return fmt.Errorf("it has no container %s", name)
		}
		if o.Ready != nil {
			status.Ready = *o.Ready
		} else if o.Waiting != "" || o.Now {
			status.Ready = false
		}
		if o.Restarts > 0 {
			status.RestartCount = o.Restarts
		}
		if o.ImageID != "" {
			status.ImageID = o.ImageID
		}
		o.state(status)
		o.conditions(pod)
		return nil
	})
}

// unschedule makes a pod one that has no node yet, as the scheduler says.
func (o op) unschedule(pod *corev1.Pod) {
	pod.Spec.NodeName = ""
	pod.Status = corev1.PodStatus{Phase: corev1.PodPending}
	if o.Reason == "none" {
		return
	}
	scheduled := corev1.PodCondition{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable, Message: o.Message, LastTransitionTime: pod.CreationTimestamp}
	if o.Reason != "" {
		scheduled.Reason = o.Reason
	}
	pod.Status.Conditions = []corev1.PodCondition{scheduled}
}

func statusOf(pod *corev1.Pod, name string) *corev1.ContainerStatus {
	for _, statuses := range [][]corev1.ContainerStatus{pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses} {
		for i := range statuses {
			if statuses[i].Name == name {
				return &statuses[i]
			}
		}
	}
	return nil
}

func (o op) state(status *corev1.ContainerStatus) {
	if o.Ended != nil {
		finished := noon.Add(-length(o.Ended.Ago))
		over := &corev1.ContainerStateTerminated{
			Reason: o.Ended.Reason, ExitCode: o.Ended.Exit, Message: o.Ended.Message,
			FinishedAt: metav1.NewTime(finished), StartedAt: metav1.NewTime(finished.Add(-length(o.Ended.Ran))),
		}
		if over.Reason == "" {
			over.Reason = "Error"
		}
		if o.Now {
			status.State = corev1.ContainerState{Terminated: over}
		} else {
			status.LastTerminationState = corev1.ContainerState{Terminated: over}
			status.RestartCount = max(1, status.RestartCount)
		}
	}
	switch {
	case o.Waiting != "":
		status.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: o.Waiting, Message: o.Message}}
		if status.LastTerminationState.Terminated == nil {
			status.ImageID = ""
		}
	case o.Running != "":
		status.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: ago(length(o.Running))}}
	}
}

func (o op) conditions(pod *corev1.Pod) {
	ready := corev1.ConditionTrue
	for _, status := range pod.Status.ContainerStatuses {
		if !status.Ready {
			ready = corev1.ConditionFalse
		}
	}
	for i := range pod.Status.Conditions {
		c := &pod.Status.Conditions[i]
		if c.Type != corev1.ContainersReady && c.Type != corev1.PodReady {
			continue
		}
		if c.Status != ready {
			c.LastTransitionTime = pod.CreationTimestamp
		}
		if o.Since != "" {
			c.LastTransitionTime = ago(length(o.Since))
		}
		c.Status = ready
		if ready == corev1.ConditionFalse {
			c.Reason = "ContainersNotReady"
		}
	}
}

func (w *world) event(o op) error {
	ref, about := named(o.Event), ""
	if o.About != "" {
		about = "spec.containers{" + o.About + "}"
	}
	kind := corev1.EventTypeWarning
	if o.Normal {
		kind = corev1.EventTypeNormal
	}
	w.add(&corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Name: fmt.Sprintf("%s.%d", ref.Name, len(w.objects)), Namespace: ref.Namespace},
		InvolvedObject: corev1.ObjectReference{Kind: ref.Kind, Namespace: ref.Namespace, Name: ref.Name, FieldPath: about},
		Type:           kind, Reason: o.Reason, Message: o.Message, Count: max(1, o.Count),
		FirstTimestamp: ago(length(o.Ago)), LastTimestamp: ago(length(o.Ago)), Source: corev1.EventSource{Component: "kubelet"},
	})
	return nil
}

// retemplate changes a workload's template, its newest ReplicaSet's and the
// spec of that one's pods. An init container gets a status that says it is done.
func (w *world) retemplate(o op) error {
	ref := named(o.Template)
	newest := ""
	for _, object := range w.objects {
		if set, ok := object.(*appsv1.ReplicaSet); ok && metav1.GetControllerOf(set).Name == ref.Name && set.Name > newest {
			newest = set.Name
		}
	}
	for _, object := range w.objects {
		m := object.(metav1.Object)
		owner := metav1.GetControllerOf(m)
		_, isPod := object.(*corev1.Pod)
		var err error
		switch {
		case refOf(kindOf(object), m) == ref, m.GetName() == newest && !isPod:
			err = patch(object, map[string]any{"spec": map[string]any{"template": o.To}})
		case isPod && owner != nil && (owner.Name == newest && newest != "" || newest == "" && owner.Name == ref.Name):
			err = patch(object, o.To)
			withStatuses(object.(*corev1.Pod))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", m.GetName(), err)
		}
	}
	return nil
}

// withStatuses gives every container that has none a status of health.
func withStatuses(pod *corev1.Pod) {
	running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: *pod.Status.StartTime}}
	done := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "Completed", StartedAt: *pod.Status.StartTime, FinishedAt: *pod.Status.StartTime}}
	for _, c := range pod.Spec.InitContainers {
		if statusOf(pod, c.Name) == nil {
			pod.Status.InitContainerStatuses = append(pod.Status.InitContainerStatuses, corev1.ContainerStatus{Name: c.Name, Image: c.Image, ImageID: "x@sha256:bbbb", Ready: true, State: done})
		}
	}
	for _, c := range pod.Spec.Containers {
		if statusOf(pod, c.Name) == nil {
			pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, corev1.ContainerStatus{Name: c.Name, Image: c.Image, ImageID: "x@sha256:cccc", Ready: true, State: running})
		}
	}
}

func (o op) wrote(object metav1.Object) error {
	fields := map[string]map[string]any{}
	for _, field := range o.Fields {
		outer, inner, _ := strings.Cut(field, ".")
		if fields["f:"+outer] == nil {
			fields["f:"+outer] = map[string]any{}
		}
		label, isLabel := strings.CutPrefix(inner, "labels.")
		switch {
		case outer == "metadata" && isLabel:
			fields["f:metadata"]["f:labels"] = map[string]any{"f:" + label: map[string]any{}}
		case inner != "":
			fields["f:"+outer]["f:"+inner] = map[string]any{}
		}
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	at := ago(length(o.Ago))
	object.SetManagedFields(append(object.GetManagedFields(), metav1.ManagedFieldsEntry{
		Manager: o.Manager, Operation: metav1.ManagedFieldsOperationUpdate, Time: &at, FieldsV1: metav1.NewFieldsV1(string(raw)),
	}))
	return nil
}
