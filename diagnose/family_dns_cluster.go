package diagnose

import (
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// clusterDNSDown tells that nothing answers behind the cluster's DNS, or that
// its configuration was changed just before names were no longer found.
func clusterDNSDown(s *scope) answer {
	if s.Failure == nil || s.namesNobody() {
		return no("the name that it asks for is nobody's")
	}
	service := get[corev1.Service](s.view, dnsService)
	if service == nil {
		if verdict, missing := s.exists(dnsService); verdict == ops.Unknown {
			return unknown(missing)
		}
		return no(dnsService.String() + ", where clusters have their DNS, does not exist")
	}
	ready, total, ok := s.endpointsOf(service)
	if !ok {
		return unknown(s.why("EndpointSlice", dnsNamespace))
	}
	change := s.corefileChange()
	if ready > 0 && change == nil {
		return no(count(ready, "endpoint") + " of " + dnsService.String() + " is ready, and its Corefile was not changed just before")
	}
	var a answer
	if ready == 0 {
		a = s.dnsPods(service, total)
	} else {
		a = yes(byChange, "its Corefile was changed just before").and(bySignature).at(dnsConfig).
			with("why", "its Corefile was changed just before, and names are no longer found")
	}
	if change == nil {
		return a
	}
	return a.by(change).with("who", change.Who, "when", change.At.UTC().Format("15:04")).
		seen(dnsConfig, "managedFields[data.Corefile]", change.Summary, change.At)
}

// corefileChange is a change of the DNS's configuration that may explain the
// failure, nil if there is none.
func (s *scope) corefileChange() *Change {
	for _, change := range s.configChanges(dnsConfig) {
		if s.precedes(change) && s.onset().Sub(change.At) <= implicatedWithin {
			return change
		}
	}
	return nil
}

// dnsPods tells what is wrong with the pods of the DNS: that names are not
// found is what somebody wants to know first, and this is why.
func (s *scope) dnsPods(service *corev1.Service, total int) answer {
	why := "none of its pods is ready"
	a := yes(byField, fmt.Sprintf("%s has no ready endpoint, and %d not ready", dnsService, total)).at(dnsService).
		seen(dnsService, "endpoints", fmt.Sprintf("0 ready, %d not ready", total), s.At)
	backends := s.backendsOf(service)
	if len(backends) == 0 {
		return a.with("why", why)
	}
	ref, w := backends[0], s.workload(backends[0])
	a = a.at(ref).with("dns", ref.String(), "dns_name", ref.Name, "dns_target", typedShort(ref))
	if w.Desired == 0 && w.daemonSet == nil {
		return a.seen(ref, "spec.replicas", "0", s.At).with("replicas_before", s.replicasBefore(w), "why", ref.Name+" is scaled to zero").
			brings("pods-not-ready", ref, why)
	}
	if before := w.previous(); before != nil && before.Ready == 0 && w.current() != nil && s.At.Sub(w.current().Created) < changeWindow {
		a = a.with("dns_previous", strconv.FormatInt(before.Number, 10))
	}
	if failures := s.failuresOf(w); len(failures) > 0 && len(failures[0].Runs) > 0 {
		run := failures[0].first()
		reason, message := run.waiting()
		if over := run.ended(); reason == "" && over != nil {
			reason = over.Reason
		}
		if reason != "" {
			why += " (" + reason + ")"
			a = a.seen(run.ref(), run.path(), reason+" "+message, s.At)
		}
	}
	return a.brings("pods-not-ready", ref, "none of its pods is ready").with("why", why)
}
