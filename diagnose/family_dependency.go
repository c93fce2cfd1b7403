package diagnose

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// dependencyFamily knows whether what a service needs is there, and who has
// changed it.
func dependencyFamily() family {
	return family{
		Name:   "dependency",
		Causes: dependencyCauses(),
		Checks: []check{
			{"dependency-visible", "May you see what it depends on?", dependencyVisible},
			{"dependency-missing", "Is there no Service of the name that it depends on?", dependencyMissing},
			{"dependency-scaled-down", "Did somebody scale what it depends on to zero?", dependencyScaledDown},
			{"dependency-at-zero", "Is what it depends on scaled to zero?", dependencyAtZero},
			{"dependency-failing", "Does nothing, or too little, answer behind the Service that it depends on?", dependencyFailing},
			{"dependency-changed", "Was what it depends on changed just before?", dependencyChanged},
		},
		Relations: map[string]relation{
			"hosts":   func(s *scope) []Ref { return s.hosts() },
			"related": func(s *scope) []Ref { return []Ref{s.Related} },
		},
	}
}

// hosts lists the Services, or hosts outside the cluster, that a failure can
// be for want of: those in the log, those that an init container waits for,
// and, for a program that runs and is not ready, or does not name a host,
// whatever it is configured to use.
func (s *scope) hosts() []Ref {
	w := s.Workload()
	if w == nil || s.Failure == nil {
		return nil
	}
	var refs []Ref
	add := func(host Host) {
		if ref := s.hostRef(host, w.Ref.Namespace); !slices.Contains(refs, ref) && !s.isOwn(w, ref) {
			refs = append(refs, ref)
		}
	}
	for _, named := range s.hostsInLog() {
		add(named)
	}
	if s.Failure.Class == awaiting {
		for _, awaited := range awaitedHosts(commandOf(s.run().Spec)) {
			add(awaited)
		}
	}
	if s.Failure.Class == unready || len(refs) == 0 && s.Failure.Class == crashing {
		for _, d := range s.dependenciesOf(w) {
			if !strings.HasPrefix(d.Via, initVia) {
				add(d.Host)
			}
		}
	}
	return refs
}

// hostsInLog are the hosts that the failure's logs say do not answer.
func (s *scope) hostsInLog() []Host {
	text, _, _, ok := s.failureLog()
	if !ok {
		return nil
	}
	found, ok := matchLog(text, saysHostDown)
	if !ok || found.groups["host"] == "" {
		return nil
	}
	port, _ := strconv.Atoi(found.groups["port"])
	return []Host{{Name: found.groups["host"], Port: port}}
}

// hostRef gives the Service that a host stands for, by name or by address. A
// host outside the cluster gets the kind "Host".
func (s *scope) hostRef(host Host, namespace string) Ref {
	if _, err := netip.ParseAddr(host.Name); err == nil {
		for _, service := range s.Objects.Services {
			if service.Spec.ClusterIP == host.Name && slices.ContainsFunc(service.Spec.Ports, func(p corev1.ServicePort) bool { return host.Port == 0 || int(p.Port) == host.Port }) {
				return refOf("Service", service)
			}
		}
		return Ref{Kind: "Host", Name: host.String()}
	}
	if service, inside := s.serviceOf(host, namespace); inside {
		return service
	}
	return Ref{Kind: "Host", Name: host.String()}
}

func hostUnreachable(s *scope) answer {
	found, a := s.logHit(saysHostDown)
	if a.Verdict != ops.Yes {
		return a
	}
	if host := found.groups["host"]; host != "" {
		port, _ := strconv.Atoi(found.groups["port"])
		return a.with("host", Host{Name: host, Port: port}.String())
	}
	return a.with("host", "what it connects to")
}

func dependencyVisible(s *scope) answer {
	switch verdict, missing := s.exists(s.Related); {
	case s.Related.Kind != "Service":
		return no(s.Related.Name + " is outside the cluster: steward cannot look at it")
	case verdict == ops.Unknown:
		return unknown(missing)
	}
	return yes(byContext, "it is "+s.Related.String())
}

func dependencyMissing(s *scope) answer {
	verdict, missing := s.exists(s.Related)
	switch verdict {
	case ops.Yes:
		return no(s.Related.String() + " is there")
	case ops.Unknown:
		return unknown(missing)
	case ops.No:
	}
	of := byField
	if !s.namedInLog() && s.Failure.Class != awaiting {
		of = bySignature // it is configured, and may have been so for ever
	}
	a := yes(of, s.Related.String()+" does not exist").at(s.Related).with("service", s.Related.Name).
		seen(s.Related, "", "does not exist", s.At)
	names := []string{}
	for _, service := range s.Objects.Services {
		if service.Name == s.Related.Name {
			return a.with("elsewhere", fmt.Sprintf("; there is one in the namespace %s", service.Namespace), "fqdn", service.Name+"."+service.Namespace)
		}
		if service.Namespace == s.Related.Namespace {
			names = append(names, service.Name)
		}
	}
	if near := nearNames(s.Related.Name, names); len(near) > 0 {
		a = a.with("elsewhere", "; the nearest there is "+near[0], "fqdn", near[0])
	}
	return a
}

// behindRelated lists the workloads behind the related Service.
func (s *scope) behindRelated() []*workload {
	service := get[corev1.Service](s.view, s.Related)
	if service == nil {
		return nil
	}
	var list []*workload
	for _, ref := range s.backendsOf(service) {
		list = append(list, s.workload(ref))
	}
	return list
}

func dependencyAtZero(s *scope) answer {
	backends := s.behindRelated()
	for _, w := range backends {
		if w.Desired > 0 || w.job != nil {
			return no("pods are wanted behind it")
		}
	}
	if len(backends) == 0 {
		return no("steward sees no workload behind it")
	}
	w := backends[0]
	return s.zeroFacts(yes(byField, w.Ref.String()+" has spec.replicas 0").at(w.Ref).with("service", s.Related.Name).
		seen(w.Ref, "spec.replicas", "0", s.At), w)
}

// zeroFacts adds who scaled a workload to zero, and from how many.
func (s *scope) zeroFacts(a answer, w *workload) answer {
	if s.Failure != nil {
		a = a.with("users", s.Object.Name+" fails")
	}
	if before := s.replicasBefore(w); before != "" {
		a = a.with("replicas_before", before)
	}
	if change := s.lastScaling(w); change != nil {
		a = a.with("who", change.Who, "when", change.At.UTC().Format("15:04")).seen(w.Ref, "managedFields[spec.replicas]", change.Who, change.At)
	}
	return a
}

// lastScaling is the newest change of a workload's number of replicas, from its
// managed fields or the controller's event, nil if none is known.
func (s *scope) lastScaling(w *workload) *Change {
	if changes := s.scalings(w); len(changes) > 0 {
		return changes[len(changes)-1]
	}
	event := s.lastEvent(w.Ref, "ScalingReplicaSet")
	if event == nil || s.replicasBefore(w) == "" {
		return nil
	}
	return &Change{At: event.Last, Source: "scale", Object: w.Ref, Field: "spec.replicas", Summary: event.Message}
}

func dependencyScaledDown(s *scope) answer {
	a := dependencyAtZero(s)
	if a.Verdict != ops.Yes {
		return a
	}
	w := s.workload(a.Object)
	change := s.lastScaling(w)
	if change == nil || !s.precedes(change) {
		return no("it is at zero, and nobody is known to have changed that just before")
	}
	return a.and(byChange).by(change).with("what", "scaled to zero")
}

// precedes tells that a change came before the failure began, within a day.
func (s *scope) precedes(change *Change) bool {
	before := s.onset().Sub(change.At)
	return before >= -createdWithin && before <= changeWindow
}

// dependencyFailing tells that a Service has no ready endpoint, or less than
// half of what is wanted behind it.
func dependencyFailing(s *scope) answer {
	service := get[corev1.Service](s.view, s.Related)
	if service == nil {
		return no("it is not a Service of the cluster")
	}
	ready, _, ok := s.endpointsOf(service)
	if !ok {
		return unknown(s.why("EndpointSlice", service.Namespace))
	}
	wanted := 0
	for _, w := range s.behindRelated() {
		wanted += int(w.Desired)
	}
	observed := fmt.Sprintf("%s: %d ready, %d wanted", s.Related, ready, wanted)
	if ready == 0 || 2*ready < wanted {
		return yes(byContext, observed).with("service", s.Related.Name).seen(s.Related, "endpoints", observed, s.At)
	}
	return no(observed)
}

// implicatedWithin is how long before an onset a change of something that a
// log names may be and still be taken for its cause.
const implicatedWithin = time.Hour

// namedInLog tells that the log says of the related host that it does not
// answer.
func (s *scope) namedInLog() bool {
	return slices.ContainsFunc(s.hostsInLog(), func(h Host) bool { return s.hostRef(h, s.Object.Namespace) == s.Related })
}

// dependencyChanged looks for a change of the dependency just before: any, if
// the log names it; a scaling down, if it is only configured.
func dependencyChanged(s *scope) answer {
	named := s.namedInLog()
	for _, w := range s.behindRelated() {
		changes := s.changesOf(w)
		for _, write := range s.writes[s.Related] {
			if !write.Created && write.touches("spec") {
				changes = append(changes, &Change{At: write.At, Source: "service", Who: write.Manager, Object: s.Related, Field: "spec", Summary: "the Service was changed"})
			}
		}
		slices.SortStableFunc(changes, func(a, b *Change) int { return cmp.Or(-a.At.Compare(b.At), cmp.Compare(a.Summary, b.Summary)) })
		for _, change := range changes {
			if !s.precedes(change) || s.onset().Sub(change.At) > implicatedWithin || !named && change.Source != "scale" {
				continue
			}
			a := yes(byChange, change.Summary).at(w.Ref).by(change).
				with("what", change.Summary, "who", change.Who, "when", change.At.UTC().Format("15:04"), "service", s.Related.Name, "replicas_before", s.replicasBefore(w)).
				seen(change.Object, change.Field, change.Summary, change.At)
			if previous := w.previous(); previous != nil && change.Source == "rollout" {
				a = a.with("dependency_previous", strconv.FormatInt(previous.Number, 10))
			}
			return a
		}
	}
	return no("nothing is known to have changed about it just before")
}
