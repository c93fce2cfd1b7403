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

// dnsFamily knows why names have no addresses.
func dnsFamily() family {
	return family{
		Name:   "dns",
		Causes: dnsCauses(),
		Checks: []check{
			{"name-not-resolved", "Does its log tell of a name that has no address?", nameNotResolved},
			{"pod-dns-misconfigured", "Does the pod ask name servers that do not know the cluster's names?", podDNSMisconfigured},
			{"dns-egress-denied", "Do NetworkPolicies keep it from the cluster's DNS?", dnsEgressDenied},
			{"cluster-dns-down", "Is the cluster's DNS down, or was it changed just before?", clusterDNSDown},
		},
		Wants: dnsWants,
	}
}

// Where clusters have their DNS: the Service keeps its old name whatever
// program is behind it.
const (
	dnsNamespace = "kube-system"
	dnsPort      = 53
)

var (
	dnsService = Ref{"Service", dnsNamespace, "kube-dns"}
	dnsConfig  = Ref{"ConfigMap", dnsNamespace, "coredns"}
)

// nodeDNS is where a cache on each node listens (NodeLocal DNSCache).
const nodeDNS = "169.254.20.10"

// openShiftDNS is the port of the pods of OpenShift's DNS, which is not in
// kube-system. Policies see the ports of pods.
const openShiftDNS = 5353

// dnsWants asks for the cluster's DNS where a log tells of names without
// addresses.
func dnsWants(h *horizon) []Query {
	tells := slices.ContainsFunc(h.Logs, func(log Log) bool {
		_, ok := matchLog(log.Text, saysNoName)
		return ok
	})
	if !tells {
		return nil
	}
	return []Query{
		{Kind: "Namespace", Name: dnsNamespace},
		{Kind: "Deployment", Namespace: dnsNamespace},
		{Kind: "DaemonSet", Namespace: dnsNamespace},
		{Kind: "Service", Namespace: dnsNamespace},
		{Kind: "ReplicaSet", Namespace: dnsNamespace, Labels: "k8s-app=kube-dns"},
		{Kind: "Pod", Namespace: dnsNamespace, Labels: "k8s-app=kube-dns"},
		{Kind: "EndpointSlice", Namespace: dnsNamespace},
		{Kind: "ConfigMap", Namespace: dnsNamespace, Name: dnsConfig.Name},
	}
}

// nameNotResolved only leads to the DNS: a name that nobody has has no address
// either.
func nameNotResolved(s *scope) answer {
	found, a := s.logHit(saysNoName)
	if a.Verdict != ops.Yes {
		return a
	}
	a.Proofs = []proof{byContext}
	host := found.groups["host"]
	if host == "" {
		host = "the names that it needs"
	}
	return a.with("host", host)
}

// unresolved are the names of the cluster that the failing program cannot
// resolve, and that are there: the one in its log, or, where the log names none,
// those that it is configured to use.
func (s *scope) unresolved() []Host {
	found, a := s.logHit(saysNoName)
	if a.Verdict != ops.Yes {
		return nil
	}
	candidates := []Host{{Name: found.groups["host"]}}
	if found.groups["host"] == "" {
		candidates = nil
		for _, d := range s.dependenciesOf(s.Workload()) {
			candidates = append(candidates, d.Host)
		}
	}
	var names []Host
	for _, host := range candidates {
		if ref := s.hostRef(host, s.Object.Namespace); ref.Kind == "Service" && (s.objects[ref] != nil || s.hidden[ref]) {
			names = append(names, host)
		}
	}
	return names
}

// namesNobody tells that the log names something of the cluster that is not
// there: then the DNS is right.
func (s *scope) namesNobody() bool {
	found, a := s.logHit(saysNoName)
	if a.Verdict != ops.Yes || found.groups["host"] == "" {
		return false
	}
	ref := s.hostRef(Host{Name: found.groups["host"]}, s.Object.Namespace)
	verdict, _ := s.exists(ref)
	return ref.Kind == "Service" && verdict == ops.No
}

// podDNSMisconfigured tells that a pod asks others than the cluster's DNS for
// the cluster's names.
func podDNSMisconfigured(s *scope) answer {
	if s.Workload() == nil || s.Failure == nil {
		return no("nothing that fails is concerned")
	}
	names := s.unresolved()
	if len(names) == 0 {
		return no("no name of the cluster that is there is without an address")
	}
	spec, pod := &s.pod().Spec, refOf("Pod", s.pod())
	policy := spec.DNSPolicy
	if policy == "" {
		policy = corev1.DNSClusterFirst
	}
	why, right := "", string(corev1.DNSClusterFirst)
	switch {
	case spec.HostNetwork && policy == corev1.DNSClusterFirst:
		why, right = "in the node's own network, dnsPolicy ClusterFirst means the node's name servers", string(corev1.DNSClusterFirstWithHostNet)
	case policy == corev1.DNSDefault:
		why = "its dnsPolicy Default asks the node's name servers"
	case policy == corev1.DNSNone:
		dns := get[corev1.Service](s.view, dnsService)
		if dns == nil {
			return unknown("the address of the cluster's DNS: " + dnsService.String() + " was not read, or is not there")
		}
		why = wrongServers(spec.DNSConfig, dns.Spec.ClusterIP, names[0].Name)
	}
	if why == "" {
		return no("its dnsPolicy " + string(policy) + " asks the cluster's DNS")
	}
	patch := map[string]any{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{"dnsPolicy": right, "dnsConfig": nil}}}}
	a := yes(byField, why).with("why", why, "host", names[0].Name, "right", right, "patch", patchText(patch)).
		seen(pod, "spec.dnsPolicy", string(policy), s.At).seen(pod, "spec.hostNetwork", strconv.FormatBool(spec.HostNetwork), s.At)
	if before := s.Workload().previous(); before != nil && s.newRevisionFails() && (before.Template.Spec.DNSPolicy != spec.DNSPolicy || before.Template.Spec.HostNetwork != spec.HostNetwork) {
		a = a.with("rollback_to", strconv.FormatInt(before.Number, 10))
	}
	return a
}

// wrongServers says what is wrong with a pod's own list of name servers, "" if
// nothing is.
func wrongServers(config *corev1.PodDNSConfig, cluster, name string) string {
	if config == nil {
		config = &corev1.PodDNSConfig{}
	}
	knows := slices.ContainsFunc(config.Nameservers, func(server string) bool {
		address, err := netip.ParseAddr(server)
		return server == cluster || err == nil && address.IsLinkLocalUnicast() // a cache on the node
	})
	if !knows {
		return fmt.Sprintf("its dnsConfig asks %s, and not the cluster's DNS at %s", strings.Join(config.Nameservers, ", "), cluster)
	}
	searches := slices.ContainsFunc(config.Searches, func(search string) bool { return strings.Contains(search, "svc.") })
	if !searches && !strings.Contains(name, ".svc.") {
		return "its dnsConfig has no search list, so that only full names are found"
	}
	return ""
}
