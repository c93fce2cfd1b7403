package diagnose

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
)

// matchesSelector asks whether the pod wants the node: by its nodeSelector and
// its required node affinity.
func matchesSelector(p *placement) func(*corev1.Node) []obstacle {
	wanted := nodeaffinity.GetRequiredNodeAffinity(p.pod)
	return func(node *corev1.Node) []obstacle {
		if ok, err := wanted.Match(node); ok && err == nil {
			return nil
		}
		return one(bySelector, "not selected by its node selector or affinity")
	}
}
