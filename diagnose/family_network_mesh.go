package diagnose

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/steward-bot/steward/ops"
)

// meshKinds are what a mesh decides by.
var meshKinds = []string{"PeerAuthentication", "AuthorizationPolicy", "DestinationRule"}

// meshWants asks for the mesh's objects where something fails beside pods that
// are in one.
func meshWants(h *horizon) []Query {
	starving, meshed := false, false
	namespaces := []string{meshRoot}
	for _, w := range h.Workloads {
		starving = starving || h.starves(w)
		for _, pod := range w.Pods {
			meshed = meshed || inMesh(pod)
		}
		if !slices.Contains(namespaces, w.Ref.Namespace) {
			namespaces = append(namespaces, w.Ref.Namespace)
		}
	}
	if !starving || !meshed {
		return nil
	}
	var queries []Query
	for _, namespace := range namespaces[:min(len(namespaces), workloadsLimit)] {
		for _, kind := range meshKinds {
			queries = append(queries, Query{Kind: kind, Namespace: namespace})
		}
	}
	return queries
}

// meshRefused is a hint to look at the mesh, and proves nothing: connections
// are reset for many reasons.
func meshRefused(s *scope) answer {
	_, a := s.logHit(saysMeshRefuses)
	if len(a.Proofs) > 0 {
		a.Proofs = []proof{byContext}
	}
	return a
}

// meshMismatch tells that the proxy beside each ready pod behind what is needed
// refuses the pod that fails.
func meshMismatch(s *scope) answer {
	service := get[corev1.Service](s.view, s.Related)
	if service == nil || s.Failure == nil || s.Workload() == nil {
		return no("no Service that something fails for is concerned")
	}
	ends, what := s.endsOf()
	ends = slices.DeleteFunc(ends, func(e end) bool { return e.peer.Pod == nil || !inMesh(e.peer.Pod) })
	if len(ends) == 0 {
		return no("no pod that is ready behind " + s.Related.String() + " is in a mesh")
	}
	for _, kind := range meshKinds[:2] {
		for _, namespace := range []string{service.Namespace, meshRoot} {
			if !s.read(kind, namespace) {
				return unknown(s.why(kind, namespace))
			}
		}
	}
	var refusal answer
	for _, to := range ends {
		a := s.meshRefusal(service, to)
		if len(a.Proofs) == 0 {
			return no("the mesh lets it connect to " + what)
		}
		if len(refusal.Proofs) == 0 {
			refusal = a
		}
	}
	if _, hint := s.logHit(saysMeshRefuses); !s.namedInLog() && len(hint.Proofs) == 0 {
		refusal.Proofs = []proof{bySignature} // it is configured, and may have been so for ever
	}
	return refusal.with("server", what)
}

// meshRefusal says why one server's proxy refuses the failing pod, or nothing.
func (s *scope) meshRefusal(service *corev1.Service, to end) answer {
	client, server := s.pod(), to.peer.Pod
	mode, by := s.mtlsMode(server, to.port)
	if mode == "STRICT" && by != nil && !inMesh(client) {
		ref := refOf(by.GetKind(), by)
		a := yes(byField, fmt.Sprintf("%s wants mutual TLS (STRICT), and %s has no proxy", ref, client.Name)).at(ref).
			with("why", fmt.Sprintf("%s wants mutual TLS (STRICT), and the pods of %s have no %s", ref, s.Object.Name, meshProxy),
				"peer_authentication", ref.Name, "client_namespace", client.Namespace, "client_target", typedShort(s.ownerOf(client))).
			seen(ref, "spec.mtls.mode", "STRICT", s.At).
			seen(refOf("Pod", client), "spec.containers[*].name", "no "+meshProxy, s.At)
		return s.writtenBy(a, ref, "spec", "the PeerAuthentication was changed")
	}
	if rule := s.plainRule(service); mode == "STRICT" && rule != nil {
		ref := refOf(rule.GetKind(), rule)
		a := yes(byField, ref.String()+" turns off the client's TLS, and the server wants it (STRICT)").at(ref).
			with("why", ref.String()+" turns off the TLS of its proxy (DISABLE), and the server wants it (STRICT)", "destination_rule", ref.Name).
			seen(ref, "spec.trafficPolicy.tls.mode", "DISABLE", s.At)
		return s.writtenBy(a, ref, "spec", "the DestinationRule was changed")
	}
	policy := s.refusedBy(client, server, to.port)
	if policy == nil {
		return answer{}
	}
	ref, principal := refOf(policy.GetKind(), policy), principalOf(client)
	why := ref.String() + " does not allow " + principal
	if action, _, _ := unstructured.NestedString(policy.Object, "spec", "action"); action == "DENY" {
		why = ref.String() + " denies " + principal
	}
	a := yes(byField, why).at(ref).with("why", why, "authorization_policy", ref.Name, "principal", principal).
		seen(ref, "spec.rules", why, s.At)
	return s.writtenBy(a, ref, "spec", "the AuthorizationPolicy was changed")
}

// plainRule is a DestinationRule that has the client's proxy speak without TLS
// to a Service, nil if there is none.
func (s *scope) plainRule(service *corev1.Service) *unstructured.Unstructured {
	if !inMesh(s.pod()) {
		return nil
	}
	names := []string{service.Name + "." + service.Namespace, service.Name + "." + service.Namespace + ".svc.cluster.local"}
	for _, other := range s.Objects.Others {
		if other.GetKind() != "DestinationRule" {
			continue
		}
		host, _, _ := unstructured.NestedString(other.Object, "spec", "host")
		mode, _, _ := unstructured.NestedString(other.Object, "spec", "trafficPolicy", "tls", "mode")
		short := host == service.Name && other.GetNamespace() == service.Namespace
		if mode == "DISABLE" && (short || slices.Contains(names, host)) {
			return other
		}
	}
	return nil
}

// typedShort names a workload as kubectl does: "deploy/checkout".
func typedShort(ref Ref) string { return ops.ShortKind(ref.Kind) + "/" + ref.Name }
