package diagnose

import (
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// matches tells whether a selector matches labels. One that is left out, or
// that the API would not take, matches nothing.
func matches(selector *metav1.LabelSelector, of map[string]string) bool {
	parsed, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && parsed.Matches(labels.Set(of))
}

// portAllowed tells whether a rule's ports have a port of the server. A name is
// looked up among the server's own ports.
func portAllowed(ports []networkingv1.NetworkPolicyPort, server peer, port int32, protocol corev1.Protocol) bool {
	if len(ports) == 0 {
		return true
	}
	for _, allowed := range ports {
		of := corev1.ProtocolTCP
		if allowed.Protocol != nil {
			of = protocolOf(*allowed.Protocol)
		}
		if of != protocolOf(protocol) {
			continue
		}
		switch {
		case allowed.Port == nil:
			return true
		case allowed.Port.Type == intstr.String:
			if namedPort(server, allowed.Port.StrVal, of) == port {
				return true
			}
		case allowed.EndPort != nil:
			if allowed.Port.IntVal <= port && port <= *allowed.EndPort {
				return true
			}
		case allowed.Port.IntVal == port:
			return true
		}
	}
	return false
}

// namedPort is the number of a pod's port, 0 if it has none of the name.
func namedPort(server peer, name string, protocol corev1.Protocol) int32 {
	if server.Pod == nil {
		return 0
	}
	return portOfPod(server.Pod, name, protocol)
}

func portOfPod(pod *corev1.Pod, name string, protocol corev1.Protocol) int32 {
	for _, c := range listening(&pod.Spec) {
		for _, port := range c.Ports {
			if port.Name == name && protocolOf(port.Protocol) == protocol {
				return port.ContainerPort
			}
		}
	}
	return 0
}

// peerAllowed tells whether a rule's peers have the other end.
func peerAllowed(peers []networkingv1.NetworkPolicyPeer, namespace string, other peer) verdictOf {
	if len(peers) == 0 || other.Anybody {
		return allowed
	}
	return anyOf(peers, func(each networkingv1.NetworkPolicyPeer) verdictOf { return matchPeer(&each, namespace, other) })
}

// anyOf is allowed where one of a list is, and undecided where one may be.
func anyOf[T any](list []T, verdict func(T) verdictOf) verdictOf {
	result := denied
	for _, each := range list {
		switch verdict(each) {
		case allowed:
			return allowed
		case undecided:
			result = undecided
		case denied:
		}
	}
	return result
}

func matchPeer(each *networkingv1.NetworkPolicyPeer, namespace string, other peer) verdictOf {
	if each.IPBlock != nil {
		return inBlock(each.IPBlock, other)
	}
	if other.Pod == nil || each.PodSelector == nil && each.NamespaceSelector == nil {
		return denied
	}
	if each.PodSelector != nil && !matches(each.PodSelector, other.Pod.Labels) {
		return denied
	}
	switch {
	case each.NamespaceSelector == nil:
		return verdict(other.Pod.Namespace == namespace)
	case matches(each.NamespaceSelector, other.Namespace):
		return allowed
	case !other.NamespaceKnown:
		return undecided
	}
	return denied
}

func verdict(is bool) verdictOf {
	if is {
		return allowed
	}
	return denied
}

// inBlock tells whether an address is in a block. Whether a block stands for
// pods too depends on the network: where it holds a pod's address, it is taken
// to. Of a host of which only the name is known, it may.
func inBlock(block *networkingv1.IPBlock, other peer) verdictOf {
	prefix, err := netip.ParsePrefix(block.CIDR)
	if err != nil {
		return denied
	}
	address, err := netip.ParseAddr(other.Address)
	if err != nil {
		return verdict(other.Pod == nil)
	}
	if !prefix.Contains(address.Unmap()) {
		return denied
	}
	for _, text := range block.Except {
		if except, err := netip.ParsePrefix(text); err == nil && except.Contains(address.Unmap()) {
			return denied
		}
	}
	return allowed
}

// peerOf is a pod as the policies see it.
func (v *view) peerOf(pod *corev1.Pod) peer {
	p := peer{Pod: pod, Address: pod.Status.PodIP, Namespace: map[string]string{corev1.LabelMetadataName: pod.Namespace}}
	if namespace := get[corev1.Namespace](v, Ref{Kind: "Namespace", Name: pod.Namespace}); namespace != nil {
		p.NamespaceKnown = true
		for key, value := range namespace.Labels {
			p.Namespace[key] = value
		}
	}
	return p
}
