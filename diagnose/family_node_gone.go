package diagnose

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// nodeGone looks for pods that are still bound to a node which is there no
// more, or is just going down, and for the mark of whoever deleted them for it.
func nodeGone(s *scope) answer {
	ref := s.nodeRef()
	verdict, missing := s.exists(ref)
	if verdict == ops.Unknown {
		return unknown(missing)
	}
	if node := s.node(); node != nil {
		ready := s.unwell(node)
		if ready == nil || !shuttingDown.MatchString(ready.Message) {
			return no(ref.Name + " is there")
		}
		a := yes(byField, conditionText(ready)).at(ref).with("why", "it is being shut down", "since", clock(ready.LastTransitionTime.Time)).
			seen(ref, "status.conditions[Ready].message", ready.Message, ready.LastTransitionTime.Time)
		return s.stricken(a, ref.Name)
	}
	if !slices.ContainsFunc(s.podsOn[ref.Name], wasStarted) {
		return no("nothing shows that there was ever a node " + ref.Name)
	}
	a := yes(byField, ref.Name+" does not exist").at(ref).with("why", "there is no such node any more").seen(ref, "", "does not exist", s.At)
	for _, pod := range s.podsOn[ref.Name] {
		if w := s.Workload(); w != nil && s.ownerOf(pod) != s.ownerOf(w.Object) {
			continue
		}
		a = a.seen(refOf("Pod", pod), "spec.nodeName", ref.Name, pod.CreationTimestamp.Time).with("bound_pod", pod.Name, "bound_namespace", pod.Namespace)
		if c := condition(pod, corev1.DisruptionTarget); c != nil && c.Status == corev1.ConditionTrue {
			a = a.seen(refOf("Pod", pod), "status.conditions[DisruptionTarget].reason", c.Reason, c.LastTransitionTime.Time).
				with("since", clock(c.LastTransitionTime.Time))
		}
		if len(a.Evidence) >= evidenceLimit {
			break
		}
	}
	return s.stricken(a, ref.Name)
}

// wasStarted tells that a kubelet has once taken the pod: one that was put by
// name on a node that never was has been taken by none.
func wasStarted(pod *corev1.Pod) bool {
	return pod.Status.StartTime != nil || condition(pod, corev1.DisruptionTarget) != nil
}

// strickenLimit bounds how many workloads are named for one node.
const strickenLimit = 20

// stricken adds the workloads with pods on a node that are not ready: one node
// is one cause for all of them.
func (s *scope) stricken(a answer, node string) answer {
	var hit []Ref
	for _, pod := range s.podsOn[node] {
		if podReady(pod) && s.objects[Ref{Kind: "Node", Name: node}] != nil || pod.Status.Phase == corev1.PodSucceeded {
			continue
		}
		if owner := s.ownerOf(pod); !slices.Contains(hit, owner) {
			hit = append(hit, owner)
		}
	}
	if len(hit) == 0 {
		return a
	}
	slices.SortFunc(hit, compareRefs)
	var names []string
	for _, ref := range hit[:min(len(hit), strickenLimit)] {
		names = append(names, ref.Name)
		a = a.brings("pods-not-ready", ref, "its pods on "+node+" are not ready")
	}
	shown := strings.Join(names[:min(len(names), keysShown)], ", ")
	if more := len(hit) - keysShown; more > 0 {
		shown += " and " + count(more, "more workload")
	}
	return a.with("stricken", shown)
}
