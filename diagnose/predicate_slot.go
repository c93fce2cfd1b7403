package diagnose

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// hasPodSlot asks whether the node may run one pod more.
func hasPodSlot(p *placement) func(*corev1.Node) []obstacle {
	return func(node *corev1.Node) []obstacle {
		limit, told := node.Status.Allocatable[corev1.ResourcePods]
		pods := p.useOf(node.Name).pods
		if p.without != nil && p.without.Spec.NodeName == node.Name {
			pods--
		}
		if !told || int64(pods) < limit.Value() {
			return nil
		}
		return one(bySlot, fmt.Sprintf("every one of its %d places for pods is taken", limit.Value()))
	}
}

// hasHostPorts asks whether the node's ports that the pod wants are free.
func hasHostPorts(p *placement) func(*corev1.Node) []obstacle {
	wanted := hostPortsOf(&p.pod.Spec)
	if len(wanted) == 0 {
		return passes
	}
	return func(node *corev1.Node) []obstacle {
		for _, port := range wanted {
			if p.portTaken(node.Name, port) {
				return one(bySlot, fmt.Sprintf("host port %d is taken", port.Port))
			}
		}
		return nil
	}
}

func (p *placement) portTaken(node string, port HostPort) bool {
	for _, pod := range p.podsOn[node] {
		if !holdsNode(pod) || pod == p.without {
			continue
		}
		for _, taken := range hostPortsOf(&pod.Spec) {
			if port.overlaps(taken) {
				return true
			}
		}
	}
	if load := p.loadOf(node); load != nil {
		for _, taken := range load.Ports {
			if port.overlaps(taken) {
				return true
			}
		}
	}
	return false
}
