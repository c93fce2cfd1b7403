package diagnose

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// condition finds a condition of a pod, nil if it has none of the type.
func condition(pod *corev1.Pod, of corev1.PodConditionType) *corev1.PodCondition {
	for i := range pod.Status.Conditions {
		if pod.Status.Conditions[i].Type == of {
			return &pod.Status.Conditions[i]
		}
	}
	return nil
}

func podReady(pod *corev1.Pod) bool {
	ready := condition(pod, corev1.PodReady)
	return ready != nil && ready.Status == corev1.ConditionTrue && pod.DeletionTimestamp == nil
}

// podOver tells that a pod has done its work, or will be replaced: it counts
// for nothing that is wanted now.
func podOver(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.DeletionTimestamp != nil
}

// podTerminal tells that a pod's phase is the last one: it takes nothing of its
// node, its quota or its volumes any more.
func podTerminal(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

// podActive tells what controllers mean by it
// (k8s.io/kubernetes/pkg/controller, IsPodActive): a pod that is neither
// terminal nor being deleted.
func podActive(pod *corev1.Pod) bool {
	return !podTerminal(pod) && pod.DeletionTimestamp == nil
}

// runOf is one container of one pod: what is wanted of it, and how it is.
type runOf struct {
	Pod    *corev1.Pod
	Spec   *corev1.Container
	Status *corev1.ContainerStatus
	Init   bool
}

// ref names the pod.
func (r runOf) ref() Ref { return refOf("Pod", r.Pod) }

// path is the field path of the container's status, for evidence.
func (r runOf) path() string {
	if r.Init {
		return "status.initContainerStatuses[" + r.Status.Name + "]"
	}
	return "status.containerStatuses[" + r.Status.Name + "]"
}

// native tells that an init container runs beside the main ones, as a sidecar.
func (r runOf) native() bool { return r.Init && restartable(r.Spec) }

// restartable tells of an init container that it runs beside the main ones.
func restartable(init *corev1.Container) bool {
	return init.RestartPolicy != nil && *init.RestartPolicy == corev1.ContainerRestartPolicyAlways
}

// runs lists the containers of a pod that have a status, init containers
// first, as the kubelet starts them.
func runs(pod *corev1.Pod) []runOf {
	list := make([]runOf, 0, len(pod.Status.ContainerStatuses)+len(pod.Status.InitContainerStatuses))
	for i := range pod.Status.InitContainerStatuses {
		status := &pod.Status.InitContainerStatuses[i]
		if spec := containerOf(&pod.Spec, status.Name); spec != nil {
			list = append(list, runOf{pod, spec, status, true})
		}
	}
	for i := range pod.Status.ContainerStatuses {
		status := &pod.Status.ContainerStatuses[i]
		if spec := containerOf(&pod.Spec, status.Name); spec != nil {
			list = append(list, runOf{pod, spec, status, false})
		}
	}
	return list
}

// ended is how the container's last run ended, nil if none has yet.
func (r runOf) ended() *corev1.ContainerStateTerminated {
	if r.Status.State.Terminated != nil {
		return r.Status.State.Terminated
	}
	return r.Status.LastTerminationState.Terminated
}

// lasted is how long the last run took: no time at all where the program was
// never started, for which the kubelet gives the year 1970.
func (r runOf) lasted() time.Duration {
	over := r.ended()
	if over == nil || over.StartedAt.Unix() <= 0 {
		return 0
	}
	return over.FinishedAt.Sub(over.StartedAt.Time)
}

// endedPath is the field path of ended.
func (r runOf) endedPath() string {
	if r.Status.State.Terminated != nil {
		return r.path() + ".state.terminated"
	}
	return r.path() + ".lastState.terminated"
}

// waiting is why the container waits: the reason and its message, or "".
func (r runOf) waiting() (reason, message string) {
	if r.Status.State.Waiting == nil {
		return "", ""
	}
	return r.Status.State.Waiting.Reason, r.Status.State.Waiting.Message
}

// runningFor is how long the present run has lasted at a moment, 0 if it does
// not run.
func (r runOf) runningFor(at time.Time) time.Duration {
	if r.Status.State.Running == nil || r.Status.State.Running.StartedAt.IsZero() {
		return 0
	}
	return at.Sub(r.Status.State.Running.StartedAt.Time)
}
