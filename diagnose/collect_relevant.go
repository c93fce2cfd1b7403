package diagnose

import (
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// relevant lists the workloads whose pods a diagnosis of the target will ask
// for, nearest first: its own, those that it needs, and, where it is scaled to
// zero, those that need it.
func (v *view) relevant(target Ref) []*workload {
	var list []*workload
	add := func(ref Ref) {
		w := v.workload(ref)
		if w != nil && len(list) < workloadsLimit && !slices.ContainsFunc(list, func(known *workload) bool { return known.Ref == w.Ref }) {
			list = append(list, w)
		}
	}
	for _, ref := range v.workloadsOf(target) {
		add(ref)
		if w := v.workload(ref); w != nil && w.Desired == 0 {
			for _, user := range v.usersOf(w) {
				add(user)
			}
		}
	}
	for done := 0; done < len(list); done++ {
		for _, d := range v.dependenciesOf(list[done]) {
			if service := get[corev1.Service](v, d.Service); service != nil {
				for _, ref := range v.backendsOf(service) {
					add(ref)
				}
			}
		}
		for _, ref := range v.namedInLogs(list[done]) {
			add(ref)
		}
	}
	return list
}

// namedInLogs lists the workloads behind the hosts that a failing workload's
// logs name.
func (v *view) namedInLogs(w *workload) []Ref {
	var refs []Ref
	for _, f := range v.failuresOf(w) {
		s := &scope{view: v, Object: w.Ref, Failure: f}
		for _, host := range s.hostsInLog() {
			if service := get[corev1.Service](v, s.hostRef(host, w.Ref.Namespace)); service != nil {
				refs = append(refs, v.backendsOf(service)...)
			}
		}
	}
	return refs
}

// workloadsOf lists the workloads that a target stands for.
func (v *view) workloadsOf(target Ref) []Ref {
	switch o := v.objects[target].(type) {
	case *corev1.Pod:
		return []Ref{v.ownerOf(o), target}
	case *appsv1.ReplicaSet:
		return []Ref{v.ownerOf(o), target}
	case *corev1.Service:
		return v.backendsOf(o)
	case *networkingv1.Ingress:
		var refs []Ref
		for _, name := range backendServices(o) {
			if service := get[corev1.Service](v, Ref{"Service", o.Namespace, name}); service != nil {
				refs = append(refs, v.backendsOf(service)...)
			}
		}
		return refs
	case *autoscalingv2.HorizontalPodAutoscaler:
		return []Ref{{o.Spec.ScaleTargetRef.Kind, o.Namespace, o.Spec.ScaleTargetRef.Name}}
	case *policyv1.PodDisruptionBudget:
		return v.selected(o.Namespace, o.Spec.Selector)
	case *batchv1.CronJob:
		var refs []Ref
		for _, job := range v.Objects.Jobs {
			if ownRef(job) == target {
				refs = append(refs, refOf("Job", job))
			}
		}
		return refs
	case *corev1.PersistentVolumeClaim:
		return v.claimants(o)
	default:
		return []Ref{target}
	}
}

func backendServices(ingress *networkingv1.Ingress) []string {
	var names []string
	add := func(backend *networkingv1.IngressBackend) {
		if backend != nil && backend.Service != nil && !slices.Contains(names, backend.Service.Name) {
			names = append(names, backend.Service.Name)
		}
	}
	add(ingress.Spec.DefaultBackend)
	for _, rule := range ingress.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for _, path := range rule.HTTP.Paths {
			add(&path.Backend)
		}
	}
	return names
}

// selected lists the workloads whose templates a selector matches.
func (v *view) selected(namespace string, by *metav1.LabelSelector) []Ref {
	selector, err := metav1.LabelSelectorAsSelector(by)
	if err != nil {
		return nil
	}
	var refs []Ref
	v.eachWorkload(namespace, func(w *workload) {
		if selector.Matches(labelsOf(w)) {
			refs = append(refs, w.Ref)
		}
	})
	return refs
}

// claimants lists the workloads that mount a claim.
func (v *view) claimants(claim *corev1.PersistentVolumeClaim) []Ref {
	var refs []Ref
	v.eachWorkload(claim.Namespace, func(w *workload) {
		for _, volume := range w.Template.Spec.Volumes {
			if volume.PersistentVolumeClaim != nil && volume.PersistentVolumeClaim.ClaimName == claim.Name {
				refs = append(refs, w.Ref)
			}
		}
		if w.statefulSet == nil {
			return
		}
		for _, template := range w.statefulSet.Spec.VolumeClaimTemplates {
			if ordinalOf(claim.Name, template.Name+"-"+w.Ref.Name) >= 0 {
				refs = append(refs, w.Ref)
			}
		}
	})
	return refs
}

// foreign lists the other namespaces that the workloads' dependencies are in.
func (v *view) foreign(list []*workload, own string) []string {
	var namespaces []string
	for _, w := range list {
		for _, d := range v.dependenciesOf(w) {
			if !d.Service.zero() && d.Service.Namespace != own && !slices.Contains(namespaces, d.Service.Namespace) {
				namespaces = append(namespaces, d.Service.Namespace)
			}
		}
	}
	return namespaces[:min(len(namespaces), namespacesLimit)]
}
