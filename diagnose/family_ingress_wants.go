package diagnose

import (
	networkingv1 "k8s.io/api/networking/v1"
)

// ingressWants asks for the certificates of the Ingresses that matter, with
// the values of their Secrets where steward was told that it may read them,
// and for the Service of the controller of one that has no address.
func ingressWants(h *horizon) []Query {
	var queries []Query
	for _, ref := range h.ingressesInPlay() {
		ingress := get[networkingv1.Ingress](h.view, ref)
		if ingress == nil {
			continue
		}
		for _, tls := range ingress.Spec.TLS {
			if tls.SecretName == "" {
				continue
			}
			queries = append(queries,
				Query{Kind: "Certificate", Namespace: ingress.Namespace},
				Query{Kind: "Secret", Namespace: ingress.Namespace, Name: tls.SecretName, Values: true})
		}
		class := ingress.Spec.IngressClassName
		if class == nil || len(ingress.Status.LoadBalancer.Ingress) > 0 {
			continue
		}
		if is := get[networkingv1.IngressClass](h.view, Ref{Kind: "IngressClass", Name: *class}); is != nil && controllerNames[is.Spec.Controller] != "" {
			queries = append(queries, Query{Kind: "Service", Labels: controllerLabel + "=" + controllerNames[is.Spec.Controller]})
		}
	}
	return queries
}

// ingressesInPlay lists the target, where it is an Ingress, those that lead to
// the target's own workloads, and, for whole namespaces, all of them.
func (h *horizon) ingressesInPlay() []Ref {
	if h.Target.Kind == "Ingress" {
		return []Ref{h.Target}
	}
	var refs []Ref
	if h.Target.zero() {
		for _, ingress := range h.Objects.Ingresses {
			refs = append(refs, refOf("Ingress", ingress))
		}
		return refs
	}
	for _, ref := range h.workloadsOf(h.Target) {
		if w := h.workload(ref); w != nil {
			refs = append(refs, h.ingressesTo(w)...)
		}
	}
	return refs
}
