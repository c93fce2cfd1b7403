package diagnose

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// schedulingGated tells that no scheduler has looked at the pod: a gate is
// closed, or there is no scheduler of the name.
func schedulingGated(s *scope) answer {
	pod := s.pod()
	ref := refOf("Pod", pod)
	if len(pod.Spec.SchedulingGates) > 0 {
		var gates []string
		for _, gate := range pod.Spec.SchedulingGates {
			gates = append(gates, gate.Name)
		}
		text := strings.Join(gates, ", ")
		return yes(byField, "gates: "+text).with("gates", text, "why", "its gate "+text+" is closed", "waiting_pod", pod.Name).
			seen(ref, "spec.schedulingGates", text, s.At)
	}
	if scheduled := condition(pod, corev1.PodScheduled); scheduled != nil {
		return no("the scheduler says " + scheduled.Reason)
	}
	if event := s.lastEvent(ref, "FailedScheduling", "Scheduled"); event != nil {
		return no(event.By + " has looked at it")
	}
	for _, gap := range s.Gaps {
		if gap.Kind == "Event" && (gap.Namespace == pod.Namespace || gap.Namespace == "") {
			return unknown(gap.Why)
		}
	}
	scheduler := pod.Spec.SchedulerName
	if scheduler == "" {
		scheduler = corev1.DefaultSchedulerName
	}
	a := yes(byField, fmt.Sprintf("no word of a scheduler called %s for %s", scheduler, age(s.At.Sub(pod.CreationTimestamp.Time)))).
		with("why", "no scheduler called "+scheduler+" has looked at it", "scheduler", scheduler).
		seen(ref, "spec.schedulerName", scheduler, s.At).seen(ref, "status.conditions[PodScheduled]", "absent", s.At)
	if scheduler != corev1.DefaultSchedulerName {
		a = a.with("other_scheduler", scheduler)
	} else {
		a = a.with("own_scheduler", scheduler)
	}
	return s.withRollout(a, func(spec *corev1.PodSpec) any { return spec.SchedulerName })
}

// nodeNameBogus tells that somebody has put the pod on a node that there is
// not: no scheduler would have.
func nodeNameBogus(s *scope) answer {
	pod := s.pod()
	name := pod.Spec.NodeName
	if name == "" || condition(pod, corev1.PodScheduled) != nil || pod.Status.StartTime != nil {
		return no("the scheduler has chosen its node, or the kubelet has seen it")
	}
	node := Ref{Kind: "Node", Name: name}
	switch verdict, missing := s.exists(node); verdict {
	case ops.Yes:
		return no(node.String() + " is there")
	case ops.Unknown:
		return unknown(missing)
	case ops.No:
	}
	var names []string
	for _, other := range s.Objects.Nodes {
		names = append(names, other.Name)
	}
	a := yes(byField, node.String()+" does not exist").
		with("why", "it was put on the node "+name+", which does not exist", "bogus", name, "waiting_pod", pod.Name).
		seen(refOf("Pod", pod), "spec.nodeName", name, s.At).seen(node, "", "does not exist", s.At)
	if near := nearNames(name, names); len(near) > 0 {
		a = a.with("near", "; the nearest there is "+near[0])
	}
	return s.withRollout(s.pinned(a), func(spec *corev1.PodSpec) any { return spec.NodeName })
}

// pinned notes that the template itself names a node.
func (s *scope) pinned(a answer) answer {
	w := s.Workload()
	if w == nil || w.Template == nil || w.Template.Spec.NodeName == "" || w.Ref.Kind == "Pod" {
		return a
	}
	return a.with("pinned", w.Template.Spec.NodeName).seen(w.Ref, "spec.template.spec.nodeName", w.Template.Spec.NodeName, s.At)
}
