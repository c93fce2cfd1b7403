package diagnose

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// asked says what a pod asks for: "cpu 500m, memory 1Gi".
func (p *placement) asked() string {
	var parts []string
	for _, name := range p.wants.names() {
		parts = append(parts, string(name)+" "+p.wants.text(name))
	}
	return strings.Join(parts, ", ")
}

// requestExceedsAnyNode looks for what even an empty node has too little of.
func requestExceedsAnyNode(s *scope) answer {
	a, w, is := s.blame(bySize)
	if !is {
		return a
	}
	p := s.placementOf(s.pod())
	a = s.withRollout(a, requestsPart)
	for _, name := range p.wants.names() {
		node, largest := p.most(w.nodes, name, p.allocatable)
		if largest[name] >= p.wants[name] {
			continue
		}
		a = a.with("resource", string(name), "amount", p.wants.text(name)).
			seen(refOf("Pod", p.pod), "spec.containers[*].resources.requests."+string(name), p.wants.text(name), s.At)
		if largest[name] <= 0 {
			return a.with("none", "no node that it may go to has any")
		}
		a = a.with("largest", largest.text(name), "largest_node", node.Name).
			seen(refOf("Node", node), "status.allocatable."+string(name), largest.text(name), s.At)
		return s.withLess(a, p, w.nodes, name)
	}
	return a.with("none", "no node has as much of all that it asks for")
}

// clusterFull looks for what the pods that are there have taken.
func clusterFull(s *scope) answer {
	a, w, is := s.blame(byRoom)
	if !is {
		return a
	}
	if len(w.nodes) == 0 {
		return a.with("nothing", "there are no nodes at all", "more", "a node")
	}
	p := s.placementOf(s.pod())
	a = s.withRollout(a, requestsPart)
	if only := onlyNodeOf(p.pod); only != "" {
		a = a.with("only", only)
	} else {
		a = a.with("more", "a node")
	}
	for _, name := range p.wants.names() {
		node, free := p.most(w.nodes, name, p.free)
		if free[name] >= p.wants[name] || w.hinted {
			continue
		}
		a = a.with("resource", string(name), "amount", p.wants.text(name), "free", free.text(name), "free_node", node.Name).
			seen(refOf("Pod", p.pod), "spec.containers[*].resources.requests."+string(name), p.wants.text(name), s.At).
			seen(refOf("Node", node), "free "+string(name), free.text(name)+" of "+p.allocatable(node).text(name), s.At)
		return s.withLess(a, p, w.nodes, name)
	}
	return a
}

// onlyNodeOf is the one node that a pod is made for, as those of a DaemonSet
// are, "" if there may be others.
func onlyNodeOf(pod *corev1.Pod) string {
	affinity := nodeAffinityOf(&pod.Spec)
	if affinity == nil || len(affinity.NodeSelectorTerms) != 1 {
		return ""
	}
	for _, field := range affinity.NodeSelectorTerms[0].MatchFields {
		if field.Key == metav1.ObjectNameField && field.Operator == corev1.NodeSelectorOpIn && len(field.Values) == 1 {
			return field.Values[0]
		}
	}
	return ""
}

// most is the node that has most of a resource, and what it has.
func (p *placement) most(stands []stand, name corev1.ResourceName, of func(*corev1.Node) amounts) (*corev1.Node, amounts) {
	var best *corev1.Node
	var most amounts
	for i := range stands {
		if has := of(stands[i].node); best == nil || has[name] > most[name] {
			best, most = stands[i].node, has
		}
	}
	return best, most
}

// withLess adds which container asks for most, and what it could ask for so
// that the pod would fit now.
func (s *scope) withLess(a answer, p *placement, stands []stand, name corev1.ResourceName) answer {
	_, free := p.most(stands, name, p.free)
	var greediest *corev1.Container
	asks := int64(0)
	for i := range p.pod.Spec.Containers {
		c := &p.pod.Spec.Containers[i]
		if request, ok := c.Resources.Requests[name]; ok && amountOf(name, request) > asks {
			greediest, asks = c, amountOf(name, request)
		}
	}
	less := free[name] - (p.wants[name] - asks)
	if greediest == nil || less <= 0 || s.Object.Kind == "Pod" || name != corev1.ResourceCPU && name != corev1.ResourceMemory {
		return a
	}
	if name == corev1.ResourceMemory {
		less = less >> 20 << 20 // whole Mi
	}
	if less == 0 {
		return a
	}
	return a.with("greedy", greediest.Name, "less", amounts{name: less}.text(name))
}

// requestsPart is what of a template decides how much its pods ask for.
func requestsPart(spec *corev1.PodSpec) any { return requestsOf(&corev1.Pod{Spec: *spec}) }
