package diagnose

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// balancerGrace is how long a cloud may take to make a load balancer.
const balancerGrace = 5 * time.Minute

// balancerFailed are the reasons of events by which controllers say that they
// cannot make a load balancer.
var balancerFailed = []string{"SyncLoadBalancerFailed", "CreatingLoadBalancerFailed", "AllocationFailed", "FailedDeployModel", "FailedBuildModel", "UnAvailableLoadBalancer"}

// loadBalancerPending tells that a Service has been waiting for the address of
// its load balancer, and what the controller says of it.
func loadBalancerPending(s *scope) answer {
	service := s.service()
	if service == nil || service.Spec.Type != corev1.ServiceTypeLoadBalancer {
		return no("no Service with a load balancer is concerned")
	}
	ref := refOf("Service", service)
	if len(service.Status.LoadBalancer.Ingress) > 0 || len(service.Spec.ExternalIPs) > 0 || s.meant(ref) {
		return no(ref.String() + " has an address")
	}
	since := service.CreationTimestamp.Time
	if write := s.lastWrite(ref, "spec.type"); write != nil && write.At.After(since) {
		since = write.At
	}
	waited := s.At.Sub(since)
	event := s.lastEvent(ref, balancerFailed...)
	if event == nil && waited < balancerGrace {
		return no(ref.String() + " was made just now, and has time")
	}
	if event == nil && s.Workload() != nil {
		return no(ref.String() + " has no address, and nobody says why: a cluster without load balancers gives none")
	}
	a := yes(byField, ref.String()+" has no address from its load balancer").at(ref).
		with("service", service.Name, "waited", age(waited)).
		seen(ref, "status.loadBalancer", "{}", s.At)
	if class := service.Spec.LoadBalancerClass; class != nil {
		a = a.with("class", *class)
	}
	if event != nil {
		return a.with("line", event.Message, "controller", event.By).seen(ref, "events["+event.Reason+"].message", event.Message, event.Last)
	}
	return a.with("silent", "no controller says anything about it, so that the cluster may have none")
}

func internalLocal(service *corev1.Service) bool {
	policy := service.Spec.InternalTrafficPolicy
	return policy != nil && *policy == corev1.ServiceInternalTrafficPolicyLocal
}

// localTrafficNoEndpoint tells that a Service may send requests only to pods
// of the same node, and that there are none where it is asked.
func localTrafficNoEndpoint(s *scope) answer {
	service := s.service()
	if service == nil || !selectsPods(service) || headless(service) {
		return no("no Service that balances requests over pods is concerned")
	}
	ref := refOf("Service", service)
	internal := internalLocal(service)
	external := service.Spec.Type == corev1.ServiceTypeLoadBalancer && service.Spec.ExternalTrafficPolicy == corev1.ServiceExternalTrafficPolicyLocal
	if !internal && !external || s.meant(ref) {
		return no(ref.String() + " may send requests to any node")
	}
	ready := s.readyNodes(service)
	if ready == nil {
		return no("no endpoint of " + ref.String() + " is known to be ready on any node")
	}
	if internal {
		if a, found := s.clientsAlone(service, ready); found {
			return a
		}
	}
	if external {
		if a, found := s.nodesExcluded(service, ready); found {
			return a
		}
	}
	return no(ref.String() + " has an endpoint on each node that asks")
}

// readyNodes are the nodes with a ready endpoint of a Service, nil if none is
// known.
func (s *scope) readyNodes(service *corev1.Service) map[string]bool {
	var nodes map[string]bool
	for _, slice := range s.slices[refOf("Service", service)] {
		for _, endpoint := range slice.Endpoints {
			if endpoint.NodeName == nil || *endpoint.NodeName == "" || endpoint.Conditions.Ready != nil && !*endpoint.Conditions.Ready {
				continue
			}
			if nodes == nil {
				nodes = map[string]bool{}
			}
			nodes[*endpoint.NodeName] = true
		}
	}
	return nodes
}

// clientsAlone looks for pods that use a Service on nodes where it has no pod
// at all: one that is there and not ready is its own matter.
func (s *scope) clientsAlone(service *corev1.Service, ready map[string]bool) (answer, bool) {
	ref := refOf("Service", service)
	has := maps.Clone(ready)
	for _, backend := range s.backendsOf(service) {
		for _, pod := range s.podsBehind(service, s.workload(backend)) {
			has[pod.Spec.NodeName] = true
		}
	}
	nodes, clients := map[string]bool{}, map[string]bool{}
	for _, pod := range s.clientPods(ref) {
		if node := pod.Spec.NodeName; node != "" && !has[node] && !podOver(pod) {
			nodes[node], clients[s.ownerOf(pod).String()] = true, true
		}
	}
	if len(nodes) == 0 {
		return answer{}, false
	}
	names := strings.Join(slices.Sorted(maps.Keys(nodes)), ", ")
	users := strings.Join(slices.Sorted(maps.Keys(clients)), ", ")
	a := yes(byField, fmt.Sprintf("%s answers only on its own node, and has no endpoint on %s, where %s asks", ref, names, users)).at(ref).
		with("service", service.Name, "nodes", names, "clients", "where "+users+" asks", "policy", "internalTrafficPolicy").
		seen(ref, "spec.internalTrafficPolicy", "Local", s.At).
		seen(ref, "endpoints[*].nodeName", strings.Join(slices.Sorted(maps.Keys(ready)), ", "), s.At)
	return s.writtenBy(a, ref, "spec.internalTrafficPolicy", "the Service's internalTrafficPolicy was changed"), true
}

// clientPods are the pods that use a Service: those that fail for want of it,
// where it is looked at on their behalf, or those of all that name it.
func (s *scope) clientPods(service Ref) []*corev1.Pod {
	if s.Failure != nil && s.Related == service {
		return s.Failure.Pods
	}
	var pods []*corev1.Pod
	for _, user := range s.usersOfService(service) {
		if w := s.workload(user); w != nil {
			pods = append(pods, w.Pods...)
		}
	}
	return pods
}

// nodesExcluded tells that load balancers leave out all nodes that have an
// endpoint.
func (s *scope) nodesExcluded(service *corev1.Service, ready map[string]bool) (answer, bool) {
	for name := range ready {
		node := get[corev1.Node](s.view, Ref{Kind: "Node", Name: name})
		if node == nil {
			return answer{}, false
		}
		if _, excluded := node.Labels[corev1.LabelNodeExcludeBalancers]; !excluded {
			return answer{}, false
		}
	}
	ref := refOf("Service", service)
	names := strings.Join(slices.Sorted(maps.Keys(ready)), ", ")
	return yes(byField, ref.String()+" has endpoints only on "+names+", which load balancers leave out").at(ref).
		with("service", service.Name, "nodes", "the nodes that its load balancer asks", "clients", "since all its pods are on "+names+", which it leaves out", "policy", "externalTrafficPolicy").
		seen(ref, "spec.externalTrafficPolicy", "Local", s.At).
		seen(ref, "endpoints[*].nodeName", names, s.At), true
}
