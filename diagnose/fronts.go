package diagnose

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// frontsOf lists the Services in front of a workload: those that select it,
// and those that select nothing and are meant for it.
func (v *view) frontsOf(w *workload) []Ref {
	var refs []Ref
	for _, service := range v.services[w.Ref.Namespace] {
		if selectorOf(service).Matches(labelsOf(w)) {
			refs = append(refs, refOf("Service", service))
		}
	}
	taken := len(refs) > 0
	for _, idle := range v.idleServices(w.Ref.Namespace) {
		nearest := idle.nearest == w && agreeing(idle.service, w) > 0
		if meantFor(idle.service, w) || !taken && nearest {
			refs = append(refs, refOf("Service", idle.service))
		}
	}
	return refs
}

// idleService is a Service whose selector matches no workload, and the workload
// whose labels are nearest, nil if none has anything to do with it.
type idleService struct {
	service *corev1.Service
	nearest *workload
}

// idleServices are the Services of a namespace whose selector matches no
// workload. They are few, and worked out once.
func (v *view) idleServices(namespace string) []idleService {
	if known, ok := v.idle[namespace]; ok {
		return known
	}
	var idle []idleService
	for _, service := range v.services[namespace] {
		if selectsPods(service) && len(v.backendsOf(service)) == 0 {
			idle = append(idle, idleService{service, v.nearestWorkload(service)})
		}
	}
	v.idle[namespace] = idle
	return idle
}

// meantFor tells that a Service is a workload's own, though it does not select
// it: it bears its name, or did select an older revision of it.
func meantFor(service *corev1.Service, w *workload) bool {
	name := strings.TrimSuffix(strings.TrimSuffix(service.Name, "-svc"), "-service")
	if name == w.Ref.Name {
		return true
	}
	return selectedBefore(service, w) != nil
}

// selectedBefore is the newest revision of a workload, before the current one,
// that a Service selects, nil if there is none.
func selectedBefore(service *corev1.Service, w *workload) *revision {
	selector := selectorOf(service)
	for i, revision := range w.Revisions {
		if i > 0 && selector.Matches(labels.Set(revision.Template.Labels)) {
			return revision
		}
	}
	return nil
}

// nearestWorkload is the workload whose labels and name are nearest to what a
// Service asks for, nil if none has anything to do with it.
func (v *view) nearestWorkload(service *corev1.Service) *workload {
	var near []*workload
	v.eachWorkload(service.Namespace, func(w *workload) {
		if w.job == nil && (agreeing(service, w) > 0 || sharesKey(service, w) || meantFor(service, w)) {
			near = append(near, w)
		}
	})
	if len(near) == 0 {
		return nil
	}
	own := func(w *workload) int {
		if meantFor(service, w) {
			return 0
		}
		return 1
	}
	distance := func(w *workload) int { return levenshtein.ComputeDistance(service.Name, w.Ref.Name) }
	return slices.MinFunc(near, func(a, b *workload) int {
		return cmp.Or(cmp.Compare(own(a), own(b)), -cmp.Compare(agreeing(service, a), agreeing(service, b)), cmp.Compare(distance(a), distance(b)), compareRefs(a.Ref, b.Ref))
	})
}

// agreeing counts the labels that a Service asks for and a workload's pods have.
func agreeing(service *corev1.Service, w *workload) int {
	n := 0
	for key, value := range service.Spec.Selector {
		if has, there := w.Template.Labels[key]; there && has == value {
			n++
		}
	}
	return n
}

func sharesKey(service *corev1.Service, w *workload) bool {
	for key := range service.Spec.Selector {
		if _, there := w.Template.Labels[key]; there {
			return true
		}
	}
	return false
}
