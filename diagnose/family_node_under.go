package diagnose

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// nodesUnder lists the nodes that may be why pods of a workload fail: those of
// pods that are not made, not ready or do not go; and, where all that fails is
// on one node and what works is elsewhere, that one. A container that ends by
// itself on several nodes does not do so for any of them.
func nodesUnder(s *scope) []Ref {
	w := s.Workload()
	if w == nil {
		return nil
	}
	var names []string
	add := func(node string) {
		if node != "" && !slices.Contains(names, node) && len(names) < strickenLimit {
			names = append(names, node)
		}
	}
	for _, f := range s.failuresOf(w) {
		for _, pod := range f.Pods {
			if f.Class == unready || f.Class == creating || f.Class == terminating || f.Class == starting {
				add(pod.Spec.NodeName)
			}
		}
	}
	for _, pod := range w.Pods {
		if (pod.DeletionTimestamp != nil || s.orphaned(w, pod)) && !s.replaced(w, pod) {
			add(pod.Spec.NodeName)
		}
	}
	add(s.onlyNode(w))
	add(s.nodeSaidSo(w))
	slices.Sort(names)
	var refs []Ref
	for _, name := range names {
		refs = append(refs, Ref{Kind: "Node", Name: name})
	}
	return refs
}

// replaced tells that a pod goes, and as many others as are wanted are ready: a
// node that was taken away in good order has hurt nobody.
func (v *view) replaced(w *workload, pod *corev1.Pod) bool {
	if pod.DeletionTimestamp == nil || v.At.Sub(pod.DeletionTimestamp.Time) > terminateGrace {
		return false
	}
	ready := int32(0)
	for _, other := range w.Pods {
		if other.DeletionTimestamp == nil && podReady(other) {
			ready++
		}
	}
	return ready >= w.Desired
}

// nodeSaidSo is the first node with a bad condition that a failing container of
// the workload tells of.
func (s *scope) nodeSaidSo(w *workload) string {
	for _, f := range s.failuresOf(w) {
		for _, pod := range f.Pods {
			node := get[corev1.Node](s.view, Ref{Kind: "Node", Name: pod.Spec.NodeName})
			if node == nil {
				continue
			}
			for _, c := range badConditions(node) {
				if s.feltBy(w, node, c.Type) != "" {
					return node.Name
				}
			}
		}
	}
	return ""
}

// orphaned tells that a pod is bound to a node that does not exist: it was
// there, since a kubelet has looked at the pod, or the scheduler chose it. A
// node that the template itself names may never have been. One that joined
// while steward was reading is not missed either.
func (v *view) orphaned(w *workload, pod *corev1.Pod) bool {
	if pod.Spec.NodeName == "" || podTerminal(pod) {
		return false
	}
	if pod.Status.StartTime == nil && w.Template.Spec.NodeName == pod.Spec.NodeName {
		return false
	}
	bound := pod.CreationTimestamp.Time
	if scheduled := condition(pod, corev1.PodScheduled); scheduled != nil {
		bound = scheduled.LastTransitionTime.Time
	}
	verdict, _ := v.exists(Ref{Kind: "Node", Name: pod.Spec.NodeName})
	return verdict == ops.No && v.At.Sub(bound) > createGrace
}
