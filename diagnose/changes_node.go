package diagnose

import (
	corev1 "k8s.io/api/core/v1"
)

// cordonOf is the change that closed a node, nil if nobody is known to have
// closed it.
func (v *view) cordonOf(node *corev1.Node) *Change {
	ref := refOf("Node", node)
	if !node.Spec.Unschedulable {
		return nil
	}
	change := &Change{Source: "node", Object: ref, Field: "spec.unschedulable", Summary: "the node was cordoned"}
	if write := v.lastWrite(ref, "spec.unschedulable"); write != nil {
		change.At, change.Who = write.At, write.Manager
		return change
	}
	for _, taint := range node.Spec.Taints {
		if taint.Key == corev1.TaintNodeUnschedulable && taint.TimeAdded != nil {
			change.At = taint.TimeAdded.Time
			return change
		}
	}
	return nil
}

// taintingOf is the change that put a taint on a node, nil if the node was made
// with it or nobody is known to have put it there.
func (v *view) taintingOf(node *corev1.Node, taint *corev1.Taint) *Change {
	ref := refOf("Node", node)
	change := &Change{Source: "node", Object: ref, Field: "spec.taints", Summary: "the node was tainted " + taintText(taint)}
	if taint.TimeAdded != nil {
		change.At = taint.TimeAdded.Time
		change.Who = v.writerAt(ref, "spec.taints", change.At)
		return change
	}
	write := v.lastWrite(ref, "spec.taints")
	if write == nil {
		return nil
	}
	change.At, change.Who = write.At, write.Manager
	return change
}
