package diagnose

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// endpointsOf counts the endpoints of a Service: by its EndpointSlices, or,
// where those were not read, by the pods that it selects. It is false if
// neither is known.
func (v *view) endpointsOf(service *corev1.Service) (ready, total int, ok bool) {
	ref := refOf("Service", service)
	for _, slice := range v.slices[ref] {
		for _, endpoint := range slice.Endpoints {
			n := max(1, len(endpoint.Addresses))
			total += n
			if endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready {
				ready += n
			}
		}
	}
	if len(v.slices[ref]) > 0 {
		return ready, total, true
	}
	if !v.read("EndpointSlice", service.Namespace) && !v.read("Pod", service.Namespace) {
		return 0, 0, false
	}
	for _, backend := range v.backendsOf(service) {
		for _, pod := range v.workload(backend).Pods {
			if podOver(pod) {
				continue
			}
			total++
			if podReady(pod) {
				ready++
			}
		}
	}
	return ready, total, true
}

// endpointsNotReady looks at a Service, or at those of a workload.
func endpointsNotReady(s *scope) answer {
	services := []*corev1.Service{}
	if service := get[corev1.Service](s.view, s.Object); service != nil {
		services = append(services, service)
	} else if w := s.Workload(); w != nil {
		services = s.servicesOf(w)
		if !s.demanded(w) {
			return no("nothing is wanted behind its Services")
		}
	}
	if len(services) == 0 {
		return no("no Service selects its pods")
	}
	for _, service := range services {
		ref := refOf("Service", service)
		ready, total, ok := s.endpointsOf(service)
		if !ok {
			return unknown(s.why("EndpointSlice", service.Namespace))
		}
		if ready > 0 || len(service.Spec.Selector) == 0 || service.Spec.Type == corev1.ServiceTypeExternalName || s.behind(service) {
			continue
		}
		observed := fmt.Sprintf("%s has no ready endpoint, and %d not ready", ref, total)
		return yes(byField, observed).at(ref).with("service", service.Name).
			seen(ref, "endpoints", fmt.Sprintf("0 ready, %d not ready", total), s.At)
	}
	return no(count(len(services), "Service") + " looked at, each with a ready endpoint or nothing wanted behind it")
}

// behind tells that nothing is expected behind a Service: it is meant to be
// so, its workloads are scaled to zero and nobody needs them, or they are
// starting and still have time.
func (s *scope) behind(service *corev1.Service) bool {
	backends := s.backendsOf(service)
	if s.meant(refOf("Service", service)) {
		return true
	}
	for _, ref := range backends {
		w := s.workload(ref)
		if s.demanded(w) && !s.starting(w) {
			return false
		}
	}
	return len(backends) > 0
}

// demanded tells that pods of the workload are wanted: by itself, or, where it
// is scaled to zero, by others that fail without it.
func (s *scope) demanded(w *workload) bool {
	if s.meant(w.Ref) {
		return false
	}
	return w.Desired > 0 || s.Needed || len(s.failingUsers(w)) > 0
}

// starting tells that whatever is not ready in a workload has not had its time.
func (s *scope) starting(w *workload) bool {
	some := false
	for _, f := range s.failuresOf(w) {
		if f.Class != starting {
			return false
		}
		some = true
	}
	return some
}
