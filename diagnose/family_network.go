package diagnose

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// networkFamily knows what stands between two pods that are well: policies of
// the network, and of a mesh.
func networkFamily() family {
	return family{
		Name:   "network",
		Causes: networkCauses(),
		Checks: []check{
			{"network-policy-denies", "Do NetworkPolicies keep it from what it needs?", networkPolicyDenies},
			{"mesh-refused-in-log", "Does its log tell of a connection that a mesh has refused?", meshRefused},
			{"mesh-mtls-mismatch", "Does the mesh refuse what it sends to what it needs?", meshMismatch},
		},
		Wants: meshWants,
	}
}

// serversLimit bounds how many pods behind a Service are looked at.
const serversLimit = 20

// networkPolicyDenies evaluates the policies of both ends: from the pod that
// fails to each ready pod behind what it needs. Only what all of them deny is
// denied.
func networkPolicyDenies(s *scope) answer {
	if s.Workload() == nil || s.Failure == nil {
		return no("nothing that fails is concerned")
	}
	for _, namespace := range []string{s.Object.Namespace, s.Related.Namespace} {
		if namespace != "" && !s.read("NetworkPolicy", namespace) {
			return unknown(s.why("NetworkPolicy", namespace))
		}
	}
	client := s.peerOf(s.pod())
	ends, what := s.endsOf()
	if len(ends) == 0 {
		return no("no pod that is ready is known behind " + s.Related.Name)
	}
	var first *ruling
	for i := range ends {
		got := allows(s.Objects.NetworkPolicies, client, ends[i].peer, ends[i].port, ends[i].protocol)
		switch {
		case got.verdict == allowed:
			return no("policies allow " + what)
		case got.verdict == undecided:
			return unknown(got.missing)
		case first == nil:
			first = &got
		}
	}
	return s.deniedBy(first, ends[0], what)
}

// end is where a connection would go.
type end struct {
	peer     peer
	port     int32
	protocol corev1.Protocol
}

// endsOf lists where connections to the related Service or host go, and names
// them.
func (s *scope) endsOf() (ends []end, what string) {
	if s.Related.Kind == "Host" {
		return s.endsOutside()
	}
	service := get[corev1.Service](s.view, s.Related)
	if service == nil || !selectsPods(service) {
		return nil, ""
	}
	ports := s.portsAsked(service)
	for _, ref := range s.backendsOf(service) {
		for _, pod := range s.podsBehind(service, s.workload(ref)) {
			if !podReady(pod) || len(ends) >= serversLimit*len(ports) {
				continue
			}
			server := s.peerOf(pod)
			for _, port := range ports {
				number, protocol := targetNumber(port), protocolOf(port.Protocol)
				if name := targetName(port); name != "" {
					number = portOfPod(pod, name, protocol)
				}
				ends = append(ends, end{server, number, protocol})
			}
		}
	}
	return ends, s.Related.String()
}

// portsAsked are the ports of a Service that the failing program asks: the one
// that its log or its configuration names, or, where none is named, all.
func (s *scope) portsAsked(service *corev1.Service) []*corev1.ServicePort {
	asked := map[int32]bool{}
	for _, host := range s.hostsInLog() {
		if s.hostRef(host, s.Object.Namespace) == s.Related {
			asked[int32(host.Port)] = true
		}
	}
	for _, d := range s.dependenciesOf(s.Workload()) {
		if d.Service == s.Related {
			asked[int32(d.Host.Port)] = true
		}
	}
	var ports, all []*corev1.ServicePort
	for i := range service.Spec.Ports {
		port := &service.Spec.Ports[i]
		all = append(all, port)
		if asked[port.Port] {
			ports = append(ports, port)
		}
	}
	if len(ports) == 0 {
		return all
	}
	return ports
}

// endsOutside is a host that is no Service's: a pod by its address, or a host
// outside of the cluster. A private address that nobody is known to have may be
// anybody's.
func (s *scope) endsOutside() (ends []end, what string) {
	name, port := s.Related.Name, ""
	if host, number, found := strings.Cut(name, ":"); found {
		name, port = host, number
	}
	to := peer{}
	if address, err := netip.ParseAddr(name); err == nil {
		to = s.peerAt(address)
	}
	ports := []int32{443, 80}
	if number, err := strconv.Atoi(port); err == nil {
		ports = []int32{int32(number)}
	}
	for _, number := range ports {
		ends = append(ends, end{to, number, corev1.ProtocolTCP})
	}
	return ends, s.Related.Name
}

func (s *scope) peerAt(address netip.Addr) peer {
	text := address.String()
	at := slices.IndexFunc(s.Objects.Pods, func(pod *corev1.Pod) bool {
		return pod.Status.PodIP == text && !pod.Spec.HostNetwork && !podOver(pod)
	})
	if at >= 0 {
		return s.peerOf(s.Objects.Pods[at])
	}
	return peer{Address: text, Anybody: address.IsPrivate() || address.IsLinkLocalUnicast()}
}

// deniedBy words what the policies say, and names the newest of them.
func (s *scope) deniedBy(r *ruling, to end, what string) answer {
	policy := s.newest(r.by)
	ref := refOf("NetworkPolicy", policy)
	of := byField
	if !s.namedInLog() && s.Failure.Class != awaiting {
		of = bySignature // it is configured, and may have been so for ever
	}
	if found, hit := s.logHit(saysHostDown); hit.Verdict == ops.Yes && strings.Contains(strings.ToLower(found.Line), "refused") {
		of = bySignature // somebody answered: most networks drop what is denied, and some know no policies
	}
	client := s.Workload().Ref
	port := fmt.Sprintf("%d/%s", to.port, to.protocol)
	why, field := "it lets nothing in from "+client.Name+" on that port", "spec.ingress"
	if r.egress {
		why, field = "it lets nothing out to there on that port", "spec.egress"
	}
	a := yes(of, fmt.Sprintf("%s keeps %s from %s on port %s", ref, client, what, port)).at(ref).
		with("client", client.Name, "server", what, "port", port, "why", why).
		seen(ref, "spec.podSelector", selectorWords(&policy.Spec.PodSelector), s.At).
		seen(ref, field, count(len(rulesOf(policy, wayOf(r))), "rule")+", and none allows it", s.At)
	var others []string
	for _, other := range r.by {
		if other != policy {
			others = append(others, other.Name)
		}
	}
	if len(others) > 0 {
		slices.Sort(others)
		a = a.with("others", strings.Join(others, ", "))
	}
	a = s.allowFacts(a, r, policy, to)
	return s.policyChange(a, ref)
}

func wayOf(r *ruling) direction {
	if r.egress {
		return egressWay
	}
	return ingressWay
}
