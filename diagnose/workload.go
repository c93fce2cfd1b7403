package diagnose

import (
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// workload is anything that runs pods: a controller with its revisions, or a
// pod by itself.
type workload struct {
	Ref       Ref
	Object    metav1.Object
	Template  *corev1.PodTemplateSpec
	Desired   int32
	Revisions []*revision // newest first; none for kinds that keep none
	Pods      []*corev1.Pod

	deployment  *appsv1.Deployment
	statefulSet *appsv1.StatefulSet
	daemonSet   *appsv1.DaemonSet
	job         *batchv1.Job

	madeFrom map[*corev1.Pod]*revision
	failures *[]*failure // what fails, worked out once
}

// workload gives the workload of a name, nil if there is none.
func (v *view) workload(ref Ref) *workload {
	if known, ok := v.workloads[ref]; ok {
		return known
	}
	v.workloads[ref] = nil // an owner that is its own owner ends here
	w := v.makeWorkload(ref)
	v.workloads[ref] = w
	return w
}

func (v *view) makeWorkload(ref Ref) *workload {
	w := &workload{Ref: ref, Object: v.objects[ref]}
	switch o := w.Object.(type) {
	case *appsv1.Deployment:
		w.deployment, w.Template, w.Desired = o, &o.Spec.Template, replicas(o.Spec.Replicas)
		w.Revisions = v.revisionsOfDeployment(o)
		for _, revision := range w.Revisions {
			w.Pods = append(w.Pods, revision.Pods...)
		}
	case *appsv1.StatefulSet:
		w.statefulSet, w.Template, w.Desired, w.Pods = o, &o.Spec.Template, replicas(o.Spec.Replicas), v.podsOf[o.UID]
		w.Revisions = v.revisionsOf(w)
	case *appsv1.DaemonSet:
		w.daemonSet, w.Template, w.Desired, w.Pods = o, &o.Spec.Template, o.Status.DesiredNumberScheduled, v.podsOf[o.UID]
		w.Revisions = v.revisionsOf(w)
	case *appsv1.ReplicaSet:
		w.Template, w.Desired, w.Pods = &o.Spec.Template, replicas(o.Spec.Replicas), v.podsOf[o.UID]
		w.borrow(v, o)
	case *corev1.ReplicationController:
		if o.Spec.Template == nil {
			return nil
		}
		w.Template, w.Desired, w.Pods = o.Spec.Template, replicas(o.Spec.Replicas), v.podsOf[o.UID]
	case *batchv1.Job:
		w.job, w.Template, w.Pods = o, &o.Spec.Template, v.podsOf[o.UID]
		w.Desired = replicas(o.Spec.Parallelism)
	case *corev1.Pod:
		return v.podWorkload(ref, o)
	default:
		return nil
	}
	return w
}

// podWorkload is one pod, with the revisions of the workload that it is of.
func (v *view) podWorkload(ref Ref, pod *corev1.Pod) *workload {
	w := &workload{
		Ref: ref, Object: pod, Desired: 1, Pods: []*corev1.Pod{pod},
		Template: &corev1.PodTemplateSpec{ObjectMeta: pod.ObjectMeta, Spec: pod.Spec},
	}
	w.borrow(v, pod)
	return w
}

// borrow takes over the revisions of the workload that a pod or ReplicaSet is
// of, so that it can be compared with what was before.
func (w *workload) borrow(v *view, part metav1.Object) {
	of := v.workload(v.ownerOf(part))
	if of == nil || of.Object == part {
		return
	}
	w.Revisions = of.Revisions
	w.deployment, w.statefulSet, w.daemonSet, w.job = of.deployment, of.statefulSet, of.daemonSet, of.job
	if w.Ref.Kind == "Pod" {
		w.Template = of.Template // tells which containers were injected
	}
}

func replicas(n *int32) int32 {
	if n == nil {
		return 1
	}
	return *n
}

// ownerOf climbs from a pod or ReplicaSet to the workload that a person would
// name; a pod by itself is its own.
func (v *view) ownerOf(object metav1.Object) Ref {
	at := refOf(v.kindOf(object), object)
	for range 4 { // Pod, ReplicaSet or Job, Deployment or CronJob, and one more for custom owners
		owner := metav1.GetControllerOfNoCopy(object)
		if owner == nil {
			return at
		}
		above := Ref{Kind: owner.Kind, Namespace: object.GetNamespace(), Name: owner.Name}
		if v.objects[above] == nil || owner.Kind == "CronJob" || owner.Kind == "Node" {
			return at
		}
		at, object = above, v.objects[above]
	}
	return at
}

func (v *view) kindOf(object metav1.Object) string {
	switch object.(type) {
	case *corev1.Pod:
		return "Pod"
	case *appsv1.ReplicaSet:
		return "ReplicaSet"
	case *appsv1.Deployment:
		return "Deployment"
	case *appsv1.StatefulSet:
		return "StatefulSet"
	case *appsv1.DaemonSet:
		return "DaemonSet"
	case *corev1.ReplicationController:
		return "ReplicationController"
	case *batchv1.Job:
		return "Job"
	case *batchv1.CronJob:
		return "CronJob"
	default:
		return ""
	}
}

// current is the newest revision, nil where none are kept.
func (w *workload) current() *revision {
	if len(w.Revisions) == 0 {
		return nil
	}
	return w.Revisions[0]
}

// previous is the revision to go back to: the newest before the current one
// that has ready pods, else the newest before it, nil if there is none.
func (w *workload) previous() *revision {
	if len(w.Revisions) < 2 {
		return nil
	}
	for _, revision := range w.Revisions[1:] {
		if revision.Ready > 0 {
			return revision
		}
	}
	return w.Revisions[1]
}

// revisionOf finds the revision that a pod was made from, nil where none are
// kept.
func (w *workload) revisionOf(pod *corev1.Pod) *revision {
	if w.madeFrom == nil {
		w.madeFrom = map[*corev1.Pod]*revision{}
		for _, revision := range w.Revisions {
			for _, pod := range revision.Pods {
				w.madeFrom[pod] = revision
			}
		}
	}
	return w.madeFrom[pod]
}

// labelsOf gives the labels of the pods that a workload makes.
func labelsOf(w *workload) labels.Set { return labels.Set(w.Template.Labels) }

// selectorOf gives the selector of a Service, or nothing for one without.
func selectorOf(service *corev1.Service) labels.Selector {
	if len(service.Spec.Selector) == 0 {
		return labels.Nothing()
	}
	return labels.SelectorFromSet(service.Spec.Selector)
}

// servicesOf lists the Services whose selector matches the workload's template.
func (v *view) servicesOf(w *workload) []*corev1.Service {
	var found []*corev1.Service
	for _, service := range v.services[w.Ref.Namespace] {
		if selectorOf(service).Matches(labelsOf(w)) {
			found = append(found, service)
		}
	}
	return found
}

// backendsOf lists the workloads whose templates a Service selects.
func (v *view) backendsOf(service *corev1.Service) []Ref {
	ref := refOf("Service", service)
	if known, ok := v.backends[ref]; ok {
		return known
	}
	selector, found := selectorOf(service), []Ref{}
	v.eachWorkload(service.Namespace, func(w *workload) {
		if selector.Matches(labelsOf(w)) {
			found = append(found, w.Ref)
		}
	})
	v.backends[ref] = slices.Clip(found)
	return v.backends[ref]
}
