package diagnose

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// dnsEgressDenied evaluates the client's policies for the cluster's DNS. It is
// allowed if any of the ways to it is.
func dnsEgressDenied(s *scope) answer {
	if s.Workload() == nil || s.Failure == nil {
		return no("nothing that fails is concerned")
	}
	if !s.read("NetworkPolicy", s.Object.Namespace) {
		return unknown(s.why("NetworkPolicy", s.Object.Namespace))
	}
	client := s.peerOf(s.pod())
	if client.Pod.Spec.DNSPolicy == corev1.DNSNone {
		return no("it asks name servers of its own")
	}
	var first *ruling
	for _, to := range s.dnsEnds() {
		got := decideWay(s.Objects.NetworkPolicies, egressWay, client, to.peer, to.peer, to.port, corev1.ProtocolUDP)
		switch {
		case got.verdict == allowed:
			return no("policies let it ask the cluster's DNS")
		case got.verdict == undecided:
			return unknown(got.missing)
		case first == nil:
			first = &got
		}
	}
	policy := s.newest(first.by)
	ref := refOf("NetworkPolicy", policy)
	a := yes(byField, ref.String()+" lets nothing out to port 53").at(ref).
		with("policy", policy.Name, "patch", dnsPatch(policy)).
		seen(ref, "spec.podSelector", selectorWords(&policy.Spec.PodSelector), s.At).
		seen(ref, "spec.egress", count(len(policy.Spec.Egress), "rule")+", and none allows port 53/UDP", s.At)
	return s.policyChange(a, ref)
}

// dnsEnds are the ways to the cluster's DNS: its pods, its Service's address,
// which some networks go by, and a cache on the node. Where no pod of it is
// known, it may be anybody.
func (s *scope) dnsEnds() []end {
	ends := []end{{peer{Address: nodeDNS}, dnsPort, corev1.ProtocolUDP}}
	service := get[corev1.Service](s.view, dnsService)
	if service == nil {
		return append(ends, end{peer{Anybody: true}, dnsPort, corev1.ProtocolUDP}, end{peer{Anybody: true}, openShiftDNS, corev1.ProtocolUDP})
	}
	ends = append(ends, end{peer{Address: service.Spec.ClusterIP}, dnsPort, corev1.ProtocolUDP})
	pods := 0
	for _, ref := range s.backendsOf(service) {
		for _, pod := range s.podsBehind(service, s.workload(ref)) {
			pods++
			ends = append(ends, end{s.peerOf(pod), s.dnsPortOf(service, pod), corev1.ProtocolUDP})
		}
	}
	if pods == 0 {
		ends = append(ends, end{peer{Anybody: true}, dnsPort, corev1.ProtocolUDP})
	}
	return ends[:min(len(ends), serversLimit)]
}

func (s *scope) dnsPortOf(service *corev1.Service, pod *corev1.Pod) int32 {
	for i := range service.Spec.Ports {
		port := &service.Spec.Ports[i]
		if port.Port != dnsPort || protocolOf(port.Protocol) != corev1.ProtocolUDP {
			continue
		}
		if port.TargetPort.Type == intstr.Int {
			return targetNumber(port)
		}
		if number := portOfPod(pod, port.TargetPort.StrVal, corev1.ProtocolUDP); number != 0 {
			return number
		}
	}
	return dnsPort
}

// dnsPatch lets what a policy selects ask the cluster's DNS.
func dnsPatch(policy *networkingv1.NetworkPolicy) string {
	rule := map[string]any{
		"to":    []any{map[string]any{"namespaceSelector": map[string]any{"matchLabels": map[string]string{corev1.LabelMetadataName: dnsNamespace}}}},
		"ports": []any{map[string]any{"port": dnsPort, "protocol": "UDP"}, map[string]any{"port": dnsPort}},
	}
	if len(policy.Spec.Egress) == 0 {
		return patchText([]any{map[string]any{"op": "add", "path": "/spec/egress", "value": []any{rule}}})
	}
	return patchText([]any{map[string]any{"op": "add", "path": "/spec/egress/-", "value": rule}})
}
