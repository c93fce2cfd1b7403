package diagnose

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// How long something may take before it counts as stuck, where the object
// itself sets no limit.
const (
	createGrace    = time.Minute      // from the node to the first container
	initGrace      = 2 * time.Minute  // for an init container
	gateGrace      = 2 * time.Minute  // from ready containers to open readiness gates
	readyGrace     = time.Minute      // from the start of a container to its readiness
	scaleUpGrace   = 10 * time.Minute // for a node that the autoscaler adds
	placeGrace     = 30 * time.Second // for a volume that is being made, or a gate that is being opened
	terminateGrace = 5 * time.Minute  // beyond the pod's own grace period
	restartRecent  = time.Hour        // a container that runs again now has still crashed lately
	oomRecent      = 24 * time.Hour   // memory leaks take their time
)

// Waiting reasons of the kubelet (k8s.io/kubernetes/pkg/kubelet/images/types.go
// and pkg/kubelet/container).
var (
	pullReasons   = []string{"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError", "RegistryUnavailable", "SignatureValidationFailed"}
	configReasons = []string{"CreateContainerConfigError"}
	crashReasons  = []string{"CrashLoopBackOff", "RunContainerError", "CreateContainerError", "PostStartHookError", "PreStartHookError"}
	createReasons = []string{"FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox", "FailedMapVolume", "NetworkNotReady"}
	// mountReasons count at once. An address that the network has not ready yet,
	// or a volume that another node is letting go of, is mostly there the next
	// time that the kubelet tries.
	mountReasons = []string{"FailedMount", "FailedMapVolume"}
)

// classify says where a pod is stuck. Nothing is stuck in one that is ready,
// has done its work, or is on its way out.
func (v *view) classify(pod *corev1.Pod) []stuck {
	switch {
	case pod.DeletionTimestamp != nil:
		if v.At.Sub(pod.DeletionTimestamp.Time) > terminateGrace {
			return []stuck{{class: terminating, pod: pod}}
		}
		return nil
	case pod.Status.Phase == corev1.PodSucceeded:
		return nil
	case pod.Status.Phase == corev1.PodFailed && (pod.Status.Reason != "" || preemption(pod) != nil):
		return []stuck{{class: refused, pod: pod}}
	}
	if scheduled := condition(pod, corev1.PodScheduled); pod.Spec.NodeName == "" && (scheduled == nil || scheduled.Status != corev1.ConditionTrue) {
		return v.classifyUnscheduled(pod, scheduled)
	}
	found := v.classifyContainers(pod)
	if len(found) == 0 && pod.Status.Phase != corev1.PodFailed && !podReady(pod) && !finishing(pod) {
		found = append(found, v.classifyWhole(pod))
	}
	return found
}

// classifyUnscheduled gives a pod that nobody has looked at yet its time, and
// one for which somebody is making room.
func (v *view) classifyUnscheduled(pod *corev1.Pod, scheduled *corev1.PodCondition) []stuck {
	waited := v.At.Sub(pod.CreationTimestamp.Time)
	gated := len(pod.Spec.SchedulingGates) > 0
	if scheduled == nil && !gated && waited < createGrace || gated && waited < placeGrace || v.roomIsMade(pod, scheduled) {
		return []stuck{{class: starting, pod: pod}}
	}
	return []stuck{{class: unscheduled, pod: pod}}
}

// roomIsMade tells that the autoscaler is adding a node for the pod, that a
// volume is being made for it, or that others are leaving the node that the
// scheduler has in mind for it.
func (v *view) roomIsMade(pod *corev1.Pod, scheduled *corev1.PodCondition) bool {
	if event := v.lastEvent(refOf("Pod", pod), "TriggeredScaleUp", "Nominated", "NotTriggerScaleUp"); event != nil && event.Reason != "NotTriggerScaleUp" && v.At.Sub(event.Last) < scaleUpGrace {
		return true
	}
	if v.At.Sub(pod.CreationTimestamp.Time) < placeGrace && slices.ContainsFunc(v.claimsOf(pod), v.volumeIsMade) {
		return true
	}
	return pod.Status.NominatedNodeName != "" && scheduled != nil && v.At.Sub(scheduled.LastTransitionTime.Time) < createGrace
}

// classifyWhole is for a pod that is not ready though no container says why.
func (v *view) classifyWhole(pod *corev1.Pod) stuck {
	if ready := condition(pod, corev1.ContainersReady); ready != nil && ready.Status == corev1.ConditionTrue {
		if v.At.Sub(ready.LastTransitionTime.Time) < gateGrace {
			return stuck{class: starting, pod: pod} // a load balancer takes its time to ask a new target
		}
		return stuck{class: unready, pod: pod} // a readiness gate
	}
	if pod.Status.StartTime == nil || v.At.Sub(pod.CreationTimestamp.Time) > createGrace || v.lastEvent(refOf("Pod", pod), mountReasons...) != nil {
		return stuck{class: creating, pod: pod}
	}
	return stuck{class: starting, pod: pod}
}

func (v *view) classifyContainers(pod *corev1.Pod) []stuck {
	var found []stuck
	for _, run := range runs(pod) {
		class, stops := v.classifyRun(run)
		if class != "" && !slices.ContainsFunc(found, func(s stuck) bool { return s.class == creating && class == creating }) {
			found = append(found, stuck{class: class, pod: pod, run: &run})
		}
		if stops {
			break // the containers after it wait for it
		}
	}
	return found
}

// classifyRun gives a container's class, "" if nothing is wrong with it, and
// whether it keeps the containers after it from being started.
func (v *view) classifyRun(run runOf) (class class, stops bool) {
	blocks := run.Init && !run.native()
	reason, _ := run.waiting()
	switch {
	case slices.Contains(pullReasons, reason):
		return pulling, blocks
	case slices.Contains(configReasons, reason):
		return configuring, blocks
	case slices.Contains(crashReasons, reason), v.crashed(run):
		return crashing, blocks
	case reason != "": // ContainerCreating, PodInitializing
		return v.classifyCreating(run), run.Init
	case run.Status.State.Terminated != nil:
		return "", false // done
	case run.Status.State.Running == nil:
		return v.classifyCreating(run), run.Init
	case blocks:
		if run.runningFor(v.At) > initGrace || v.rolloutFailed(run.Pod) {
			return awaiting, true
		}
		return starting, true
	case run.Status.Ready || run.Init:
		return "", false
	case v.unready(run):
		return unready, false
	default:
		return starting, false
	}
}

func (v *view) classifyCreating(run runOf) class {
	since := run.Pod.CreationTimestamp.Time
	if scheduled := condition(run.Pod, corev1.PodScheduled); scheduled != nil {
		since = scheduled.LastTransitionTime.Time
	}
	if v.At.Sub(since) > createGrace || v.lastEvent(run.ref(), mountReasons...) != nil {
		return creating
	}
	return starting
}

// crashed tells that a container has ended though it should run: now, or so
// lately and so often that its running again proves nothing.
func (v *view) crashed(run runOf) bool {
	if now := run.Status.State.Terminated; now != nil {
		return now.ExitCode != 0 || v.endsAnew(run)
	}
	last := run.Status.LastTerminationState.Terminated
	if last == nil || run.Status.RestartCount == 0 || run.Status.State.Running == nil {
		return false
	}
	ago := v.At.Sub(last.FinishedAt.Time)
	memory := last.Reason == "OOMKilled"
	switch {
	case !run.Status.Ready && !run.Init:
		return ago <= restartRecent && (last.ExitCode != 0 || memory || run.Status.RestartCount >= 2)
	case memory:
		return ago <= oomRecent && run.Status.RestartCount >= 2
	default:
		return ago <= restartRecent && run.Status.RestartCount >= 3
	}
}

// endsAnew tells that a container which ended well will be started again, and
// has been before.
func (v *view) endsAnew(run runOf) bool {
	always := run.Pod.Spec.RestartPolicy == corev1.RestartPolicyAlways || run.Pod.Spec.RestartPolicy == ""
	return always && !run.Init && run.Status.RestartCount > 0
}
