package diagnose

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// peer is one end of a connection, as NetworkPolicies see it: a pod, or an
// address outside of the cluster.
type peer struct {
	Pod       *corev1.Pod // nil outside of the cluster
	Address   string      // "" where only a name is known
	Namespace map[string]string
	// NamespaceKnown is false where the labels of the pod's namespace were not
	// read: a selector of namespaces can then not be decided.
	NamespaceKnown bool
	// Anybody tells that it is not known what it is: whatever a rule allows may
	// be it.
	Anybody bool
}

// verdictOf is what NetworkPolicies say of a connection.
type verdictOf int

const (
	allowed verdictOf = iota
	denied
	undecided
)

// ruling is what the policies say of a connection, and which of them.
type ruling struct {
	verdict verdictOf
	egress  bool                          // it is the client's policies that say so, else the server's
	by      []*networkingv1.NetworkPolicy // those that select the pod, which together deny
	missing string                        // of an undecided one
}

// direction is one of the two ways in which a pod's connections are ruled.
type direction networkingv1.PolicyType

const (
	ingressWay = direction(networkingv1.PolicyTypeIngress)
	egressWay  = direction(networkingv1.PolicyTypeEgress)
)

// ruleOf is one rule of a policy, whichever way it is for. No peers stand for
// all, and no ports for all.
type ruleOf struct {
	peers []networkingv1.NetworkPolicyPeer
	ports []networkingv1.NetworkPolicyPort
}

func rulesOf(policy *networkingv1.NetworkPolicy, way direction) []ruleOf {
	var rules []ruleOf
	if way == ingressWay {
		for _, rule := range policy.Spec.Ingress {
			rules = append(rules, ruleOf{rule.From, rule.Ports})
		}
		return rules
	}
	for _, rule := range policy.Spec.Egress {
		rules = append(rules, ruleOf{rule.To, rule.Ports})
	}
	return rules
}

// governs tells that a policy is for a way. One that does not say is for what
// comes in, and for what goes out if it has rules for that.
func governs(policy *networkingv1.NetworkPolicy, way direction) bool {
	if len(policy.Spec.PolicyTypes) == 0 {
		return way == ingressWay || len(policy.Spec.Egress) > 0
	}
	for _, kind := range policy.Spec.PolicyTypes {
		if direction(kind) == way {
			return true
		}
	}
	return false
}

// allows decides whether a connection may be made: the client's policies must
// let it out, and the server's must let it in. Policies add up: what one of them
// allows is allowed. Those that select no end of it do not matter.
func allows(policies []*networkingv1.NetworkPolicy, from, to peer, port int32, protocol corev1.Protocol) ruling {
	out := decideWay(policies, egressWay, from, to, to, port, protocol)
	if out.verdict == denied {
		return out
	}
	in := decideWay(policies, ingressWay, to, from, to, port, protocol)
	if in.verdict != allowed {
		return in
	}
	return out
}

// decideWay decides for one end of a connection. The server's ports are those
// that a rule may name, whichever end it is for.
func decideWay(policies []*networkingv1.NetworkPolicy, way direction, own, other, server peer, port int32, protocol corev1.Protocol) ruling {
	result := ruling{egress: way == egressWay}
	if own.Pod == nil || own.Pod.Spec.HostNetwork {
		return result // of pods in the node's own network, policies say nothing
	}
	for _, policy := range policies {
		if policy.Namespace != own.Pod.Namespace || !governs(policy, way) || !matches(&policy.Spec.PodSelector, own.Pod.Labels) {
			continue
		}
		result.by = append(result.by, policy)
		for _, rule := range rulesOf(policy, way) {
			if !portAllowed(rule.ports, server, port, protocol) {
				continue
			}
			switch peerAllowed(rule.peers, policy.Namespace, other) {
			case allowed:
				return ruling{egress: way == egressWay}
			case undecided:
				result.missing = "the labels of the namespaces that NetworkPolicy " + policy.Name + " selects"
			case denied:
			}
		}
	}
	switch {
	case len(result.by) == 0:
	case result.missing != "":
		result.verdict = undecided
	default:
		result.verdict = denied
	}
	return result
}
