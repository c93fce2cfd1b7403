package diagnose

import (
	corev1 "k8s.io/api/core/v1"
)

// placement is the question where a pod may go: each node with what keeps the
// pod from it, as the scheduler would work it out.
type placement struct {
	*view
	pod     *corev1.Pod
	without *corev1.Pod // a pod that counts as gone, nil for none
	wants   amounts
	stands  []stand  // by node, in the snapshot's order
	doubts  []string // what could not be seen: a node without obstacles may have some
}

// stand is how a pod stands to a node.
type stand struct {
	node      *corev1.Node
	obstacles []obstacle
}

// placementOf works out where a pod may go. It does so once for each pod.
func (v *view) placementOf(pod *corev1.Pod) *placement {
	if known := v.placements[pod]; known != nil {
		return known
	}
	p := v.place(pod, nil)
	v.placements[pod] = p
	return p
}

// place works out where a pod may go if another one were gone.
func (v *view) place(pod, without *corev1.Pod) *placement {
	p := &placement{view: v, pod: pod, without: without, wants: requestsOf(pod), stands: make([]stand, len(v.Objects.Nodes))}
	if !v.loadsRead() {
		p.doubt(v.why("Load", ""))
	}
	if len(pod.Spec.ResourceClaims) > 0 {
		p.doubt("the ResourceClaims of the pod, which steward does not read")
	}
	for i, node := range v.Objects.Nodes {
		p.stands[i].node = node
	}
	for _, prepare := range predicates() {
		against := prepare(p)
		for i := range p.stands {
			p.stands[i].obstacles = append(p.stands[i].obstacles, against(p.stands[i].node)...)
		}
	}
	return p
}

// doubt notes that something could not be seen that may matter.
func (p *placement) doubt(missing string) { p.doubts = append(p.doubts, missing) }

// open lists the nodes that nothing keeps the pod from.
func (p *placement) open() []*corev1.Node {
	var nodes []*corev1.Node
	for _, stand := range p.stands {
		if len(stand.obstacles) == 0 {
			nodes = append(nodes, stand.node)
		}
	}
	return nodes
}

// gone tells that a placed pod is the one that counts as gone.
func (p *placement) gone(other *placed) bool {
	return p.without != nil && other.name == p.without.Name && other.namespace == p.without.Namespace
}

func (v *view) node(name string) *corev1.Node {
	return get[corev1.Node](v, Ref{Kind: "Node", Name: name})
}

// blocks tells whether a hurdle keeps the pod from the node.
func (s *stand) blocks(hurdle hurdle) bool {
	for _, o := range s.obstacles {
		if o.Hurdle == hurdle {
			return true
		}
	}
	return false
}

// only tells whether a hurdle is all that keeps the pod from the node.
func (s *stand) only(hurdle hurdle) bool {
	for _, o := range s.obstacles {
		if o.Hurdle != hurdle {
			return false
		}
	}
	return len(s.obstacles) > 0
}
