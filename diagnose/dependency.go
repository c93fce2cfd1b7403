package diagnose

import (
	"cmp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// dependency is a host that a workload needs.
type dependency struct {
	Host    Host
	Via     string // where it is named: "env CATALOG_URL", "its log"
	Service Ref    // zero for a host outside the cluster
}

// dependenciesLimit bounds how many hosts of one workload are looked at. No
// program needs as many; a ConfigMap of a megabyte can name 30,000.
const dependenciesLimit = 1000

// dependenciesOf lists what a workload names in its template and its
// configuration, without itself.
func (v *view) dependenciesOf(w *workload) []dependency {
	root := v.ownerOf(w.Object)
	var list []dependency
	type known struct {
		host    Host
		service Ref
	}
	there := map[known]bool{}
	add := func(host Host, via string) {
		service, inside := v.serviceOf(host, w.Ref.Namespace)
		if !inside {
			service = Ref{}
		}
		if there[known{host, service}] || len(list) >= dependenciesLimit || v.isOwn(w, service) {
			return
		}
		there[known{host, service}] = true
		list = append(list, dependency{host, via, service})
	}
	for _, reference := range v.named[root] {
		add(reference.Host, reference.Via)
	}
	for _, use := range configsOf(w) {
		config := v.configs[use.Ref]
		if config == nil {
			continue
		}
		for _, key := range config.Keys {
			if use.Key != "" && use.Key != key.Name {
				continue
			}
			for _, host := range key.Hosts {
				add(host, use.Ref.Kind+" "+use.Ref.Name+" key "+key.Name)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b dependency) int {
		return cmp.Or(compareRefs(a.Service, b.Service), cmp.Compare(a.Host.String(), b.Host.String()))
	})
	return list
}

// serviceOf finds the Service that a host name stands for, as the cluster's
// DNS would from a namespace: "db", "db.data", "db.data.svc.cluster.local".
// Inside tells whether the name belongs to the cluster, whether or not the
// Service is there.
func (v *view) serviceOf(host Host, namespace string) (service Ref, inside bool) {
	labels := strings.Split(host.Name, ".")
	at := slices.Index(labels, "svc")
	switch {
	case len(labels) == 1:
		return Ref{"Service", namespace, labels[0]}, true
	case at >= 2: // db.data.svc, or pod-0.db.data.svc
		return Ref{"Service", labels[at-1], labels[at-2]}, true
	case at >= 0 || len(labels) > 3:
		return Ref{}, false
	}
	for i := range len(labels) - 1 { // db.data, or pod-0.db.data
		ref := Ref{"Service", labels[i+1], labels[i]}
		if v.objects[ref] != nil || v.hidden[ref] {
			return ref, true
		}
	}
	if len(labels) == 2 {
		if local := (Ref{"Service", namespace, labels[1]}); v.objects[local] != nil { // pod-0.db
			return local, true
		}
		if v.objects[Ref{Kind: "Namespace", Name: labels[1]}] != nil {
			return Ref{"Service", labels[1], labels[0]}, true
		}
	}
	return Ref{}, false
}

// isOwn tells that a Service is the workload's own.
func (v *view) isOwn(w *workload, service Ref) bool {
	found := get[corev1.Service](v, service)
	if found == nil || service.Namespace != w.Ref.Namespace {
		return false
	}
	for _, own := range v.servicesOf(w) {
		if own == found {
			return true
		}
	}
	return false
}

// usersOf lists the workloads that name a Service of this one.
func (v *view) usersOf(w *workload) []Ref {
	var users []Ref
	for _, service := range v.servicesOf(w) {
		users = append(users, v.usersOfService(refOf("Service", service))...)
	}
	return users
}

// usersOfService lists the workloads that name a Service.
func (v *view) usersOfService(service Ref) []Ref {
	if v.users == nil {
		v.users = map[Ref][]Ref{}
		v.eachWorkload("", func(user *workload) {
			for _, d := range v.dependenciesOf(user) {
				if !d.Service.zero() && !slices.Contains(v.users[d.Service], user.Ref) {
					v.users[d.Service] = append(v.users[d.Service], user.Ref)
				}
			}
		})
	}
	return v.users[service]
}

// failingUsers lists the workloads that name a Service of this one and have
// pods that are not ready.
func (v *view) failingUsers(w *workload) []Ref {
	var failing []Ref
	for _, ref := range v.usersOf(w) {
		if user := v.workload(ref); user != nil && user != w && v.starves(user) {
			failing = append(failing, ref)
		}
	}
	return failing
}

// starves tells that a workload's programs fail in a way that the want of
// something else explains: they run, and end or are not ready.
func (v *view) starves(w *workload) bool {
	return slices.ContainsFunc(v.failuresOf(w), func(f *failure) bool {
		return f.Class == unready || f.Class == crashing || f.Class == awaiting
	})
}

// onset is when a failure began: when the first of its pods ceased to be
// ready, or was made if it never was.
func (s *scope) onset() time.Time {
	var first time.Time
	if s.Failure == nil {
		return s.At
	}
	for _, pod := range s.Failure.Pods {
		at := pod.CreationTimestamp.Time
		if ready := condition(pod, corev1.PodReady); ready != nil && ready.LastTransitionTime.After(at) {
			at = ready.LastTransitionTime.Time
		}
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}
