package diagnose

import (
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// refusals are what the kubelet writes as the reason when it does not admit a
// pod, besides "OutOf…" (k8s.io/kubernetes/pkg/kubelet/lifecycle).
var refusals = []string{
	"NodeAffinity", "NodeName", "NodePorts", "NodeUnschedulable", "TaintToleration", "UnexpectedAdmissionError", "TopologyAffinityError", "SMTAlignmentError",
	"AppArmor", "PodLevelResourcesNotSupported", "PodOSSelectorNodeLabelDoesNotMatch", "PodOSNotSupported", "InitContainerRestartPolicyForbidden",
	"SupplementalGroupsPolicyNotSupported", "InvalidNodeInfo", "UnknownReason",
}

// kubeletRefused tells that the kubelet did not admit the pod that it was given.
func kubeletRefused(s *scope) answer {
	pod := s.pod()
	reason, ref := pod.Status.Reason, refOf("Pod", pod)
	if !strings.HasPrefix(reason, "OutOf") && !slices.Contains(refusals, reason) {
		return no("the kubelet has not refused it: " + reason)
	}
	a := yes(byField, reason+": "+pod.Status.Message).
		with("why", "the kubelet of "+pod.Spec.NodeName+" refused it: "+reason, "reason", reason, "line", pod.Status.Message, "waiting_pod", pod.Name).
		seen(ref, "status.reason", reason, s.At).seen(ref, "spec.nodeName", pod.Spec.NodeName, s.At)
	if pod.Status.Message != "" {
		a = a.seen(ref, "status.message", pod.Status.Message, s.At)
	}
	if scheduled := condition(pod, corev1.PodScheduled); scheduled == nil {
		a = a.seen(ref, "status.conditions[PodScheduled]", "absent: no scheduler has chosen the node", s.At)
	}
	return s.withRollout(s.pinned(a), func(spec *corev1.PodSpec) any { return spec.NodeName })
}

// preempted tells that pods of the workload had to leave for others lately.
// What is left of it waits for room, or lies where it was.
func preempted(s *scope) answer {
	if s.Failure.Class == unscheduled {
		if p := s.placementOf(s.pod()); s.verdictOn(p).hurdle != byRoom && s.verdictOn(p).hurdle != bySlot {
			return no("it does not wait for room")
		}
	}
	w := s.Workload()
	if s.Failure.Class == refused {
		if disrupted := preemption(s.pod()); disrupted != nil {
			return s.preemptedPod(s.pod().Name, disrupted)
		}
		return no("nobody has preempted it")
	}
	for _, pod := range w.Pods {
		if disrupted := preemption(pod); disrupted != nil && s.At.Sub(disrupted.LastTransitionTime.Time) < changeWindow {
			return s.preemptedPod(pod.Name, disrupted)
		}
	}
	owner := ownRef(s.pod()).Name // of all that wait: they are of one revision
	for i := len(s.Events) - 1; i >= 0 && owner != ""; i-- {
		e := &s.Events[i]
		if e.Reason == "Preempted" && e.About.Namespace == s.Object.Namespace && strings.HasPrefix(e.About.Name, owner+"-") {
			return s.preemptedPod(e.About.Name, nil)
		}
	}
	return no("no pod of it was preempted, as far as its pods and events tell")
}

// preemption is the condition that says that a pod had to give way, nil if it
// had not.
func preemption(pod *corev1.Pod) *corev1.PodCondition {
	if c := condition(pod, corev1.DisruptionTarget); c != nil && c.Status == corev1.ConditionTrue && c.Reason == corev1.PodReasonPreemptionByScheduler {
		return c
	}
	return nil
}

var preemptedBy = regexp.MustCompile(`(?i)^Preempted by (?:pod )?([0-9a-f]{8}-[0-9a-f-]{27})\b`)

// preemptedPod says which pod had to leave, and for whom, as far as that is
// known and may be seen.
func (s *scope) preemptedPod(name string, condition *corev1.PodCondition) answer {
	ref := Ref{"Pod", s.Object.Namespace, name}
	a := yes(byField, name+" had to give way to a pod of higher priority").with("victim", name, "for", "a pod of higher priority")
	if condition != nil {
		a = a.seen(ref, "status.conditions[DisruptionTarget].reason", condition.Reason, condition.LastTransitionTime.Time).
			with("when", condition.LastTransitionTime.UTC().Format("15:04"))
	}
	if event := s.lastEvent(ref, "Preempted"); event != nil {
		a = a.seen(ref, "events[Preempted].message", event.Message, event.Last).with("when", event.Last.UTC().Format("15:04"))
		if by := s.preemptor(event); !by.zero() {
			a = a.with("for", by.String())
		}
	}
	if s.Failure.Class == unscheduled {
		a = a.with("waiting", count(len(s.Failure.Pods), "pod"))
	}
	if pod := s.pod(); pod.Spec.Priority != nil {
		a = a.seen(refOf("Pod", pod), "spec.priority", priorityText(pod), s.At).with("priority", priorityText(pod))
	}
	return a
}

// preemptor finds the pod that another had to give way to: events name it, or
// its uid.
func (s *scope) preemptor(event *Event) Ref {
	if !event.Related.zero() && event.Related.Kind == "Pod" {
		return event.Related
	}
	match := preemptedBy.FindStringSubmatch(event.Message)
	if match == nil {
		return Ref{}
	}
	uid := types.UID(match[1])
	for _, pod := range s.Objects.Pods {
		if pod.UID == uid {
			return refOf("Pod", pod)
		}
	}
	for i := range s.Neighbours {
		if s.Neighbours[i].UID == uid {
			return Ref{"Pod", s.Neighbours[i].Namespace, s.Neighbours[i].Name}
		}
	}
	return Ref{}
}
