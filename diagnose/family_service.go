package diagnose

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// serviceFamily knows why a Service does not bring requests to pods that are
// well: its selector, its ports, and how it is exposed.
func serviceFamily() family {
	return family{
		Name:   "service",
		Causes: serviceCauses(),
		Checks: []check{
			{"selector-matches-nothing", "Does the Service's selector match no pod?", selectorMatchesNothing},
			{"target-port-mismatch", "Does the Service send to a port that the pods do not have?", targetPortMismatch},
			{"selector-too-wide", "Does the Service's selector match pods of another program?", selectorTooWide},
			{"local-traffic-no-endpoint", "May traffic not leave a node that has no endpoint?", localTrafficNoEndpoint},
			{"load-balancer-pending", "Does the Service wait for its load balancer?", loadBalancerPending},
		},
		Relations: map[string]relation{
			"fronts": func(s *scope) []Ref {
				if w := s.Workload(); w != nil {
					return s.frontsOf(w)
				}
				return nil
			},
		},
		Wants: serviceWants,
	}
}

// service is the Service that is looked at: the one at the other end of a
// relation, or the one that the tree is about. It is nil if there is none.
func (s *scope) service() *corev1.Service {
	if related := get[corev1.Service](s.view, s.Related); related != nil {
		return related
	}
	return get[corev1.Service](s.view, s.Object)
}

// selectsPods tells that a Service finds its pods by labels: one without a selector
// has endpoints that somebody else writes, or is another name for a host.
func selectsPods(service *corev1.Service) bool {
	return len(service.Spec.Selector) > 0 && service.Spec.Type != corev1.ServiceTypeExternalName
}

func headless(service *corev1.Service) bool {
	return service.Spec.ClusterIP == corev1.ClusterIPNone
}

// podsBehind lists the pods of a workload that a Service selects and that are
// there to stay.
func (v *view) podsBehind(service *corev1.Service, w *workload) []*corev1.Pod {
	selector := selectorOf(service)
	var pods []*corev1.Pod
	for _, pod := range w.Pods {
		if podActive(pod) && selector.Matches(labels.Set(pod.Labels)) {
			pods = append(pods, pod)
		}
	}
	return pods
}

// serviceWants asks for the pods that no known workload has, where a Service
// that matters selects none of a known one, and for the pods of those who use
// a Service that must answer on their own node.
func serviceWants(h *horizon) []Query {
	var queries []Query
	for _, service := range h.servicesInPlay() {
		namespace := service.Namespace
		if selectsPods(service) && len(h.backendsOf(service)) == 0 {
			wanted := selectorOf(service).String()
			queries = append(queries,
				Query{Kind: "ReplicaSet", Namespace: namespace, Labels: wanted},
				Query{Kind: "Pod", Namespace: namespace, Labels: wanted},
				Query{Kind: "EndpointSlice", Namespace: namespace})
		}
		if !internalLocal(service) {
			continue
		}
		users := h.usersOfService(refOf("Service", service))
		for _, user := range users[:min(len(users), workloadsLimit)] {
			if w := h.workload(user); w != nil {
				queries = append(queries, podQueries(w)...)
			}
		}
	}
	return queries
}

// servicesInPlay lists the Services that a diagnosis will look at: the target,
// those in front of its workloads, and those that its workloads need.
func (h *horizon) servicesInPlay() []*corev1.Service {
	var list []*corev1.Service
	seen := map[Ref]bool{}
	add := func(ref Ref) {
		if service := get[corev1.Service](h.view, ref); service != nil && !seen[ref] {
			seen[ref] = true
			list = append(list, service)
		}
	}
	add(h.Target)
	for _, w := range h.Workloads {
		for _, ref := range h.frontsOf(w) {
			add(ref)
		}
		for _, d := range h.dependenciesOf(w) {
			add(d.Service)
		}
	}
	return list
}
