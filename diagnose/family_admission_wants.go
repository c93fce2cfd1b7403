package diagnose

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// admissionWants asks for what a refusal names. Nobody whose pods were created
// pays for it.
func admissionWants(h *horizon) []Query {
	var queries []Query
	for _, w := range h.Workloads {
		s := &scope{view: h.view, Object: w.Ref}
		if r := s.refused(); r != nil {
			queries = append(queries, s.refusalWants(r)...)
		}
		for _, f := range h.failuresOf(w) {
			each := &scope{view: h.view, Object: w.Ref, Failure: f}
			if f.Class != starting && each.mutationOf() != nil {
				queries = append(queries, Query{Kind: "MutatingWebhookConfiguration"}, Query{Kind: "MutatingAdmissionPolicy"})
				break
			}
		}
	}
	return queries
}

func (s *scope) refusalWants(r *refusal) []Query {
	var queries []Query
	namespace := s.Object.Namespace
	for _, ref := range namedByPod(r.Template, namespace) {
		if ref.Kind == "RuntimeClass" {
			queries = append(queries, Query{Kind: ref.Kind})
		}
	}
	if strings.Contains(r.Text, "exceeded quota") || r.Text == "" && len(s.lacking(s.asAdmitted(r.Template, namespace))) > 0 {
		queries = append(queries, Query{Kind: "Pod", Namespace: namespace}, Query{Kind: "ReplicaSet", Namespace: namespace})
	}
	if strings.Contains(r.Text, "webhook") {
		queries = append(queries, Query{Kind: "MutatingWebhookConfiguration"}, Query{Kind: "ValidatingWebhookConfiguration"})
		queries = append(queries, s.webhookWants()...)
	}
	if d, ok := s.denialIn(r.Text); ok && !d.Object.zero() {
		queries = append(queries, Query{Kind: d.Object.Kind})
	}
	return queries
}

// webhookWants asks for what stands behind a webhook that does not answer: what
// there is in its namespace, then the pods of what its Service selects.
func (s *scope) webhookWants() []Query {
	r, said, w := s.failedWebhook()
	if said == nil {
		return nil
	}
	ref := w.service(r.Text)
	if ref.zero() {
		return nil
	}
	queries := []Query{{Kind: "Namespace", Name: ref.Namespace}}
	for _, kind := range []string{"Service", "Deployment", "StatefulSet", "DaemonSet", "EndpointSlice", "ServiceAccount", "ResourceQuota", "LimitRange", "Secret"} {
		queries = append(queries, Query{Kind: kind, Namespace: ref.Namespace})
	}
	queries = append(queries,
		Query{Kind: "Event", Namespace: ref.Namespace, Fields: warningEvents, Limit: eventsLimit},
		Query{Kind: "Event", Namespace: ref.Namespace, Fields: deploymentEvents, Limit: eventsLimit})
	if service := get[corev1.Service](s.view, ref); service != nil {
		for _, backend := range s.backendsOf(service) {
			queries = append(queries, podQueries(s.workload(backend))...)
		}
	}
	return queries
}
