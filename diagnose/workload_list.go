package diagnose

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// eachWorkload visits the workloads that stand by themselves in a namespace,
// or everywhere when namespace is empty: no ReplicaSet of a Deployment, no pod
// of a Job, no Job of a CronJob.
func (v *view) eachWorkload(namespace string, visit func(*workload)) {
	for _, ref := range v.roots(namespace) {
		if w := v.workload(ref); w != nil {
			visit(w)
		}
	}
}

// roots lists the workloads that eachWorkload visits.
func (v *view) roots(namespace string) []Ref {
	if known, ok := v.standing[namespace]; ok {
		return known
	}
	var refs []Ref
	defer func() { v.standing[namespace] = refs }()
	add := func(kind string, object metav1.Object) {
		if (namespace == "" || object.GetNamespace() == namespace) && v.standsAlone(object) {
			refs = append(refs, refOf(kind, object))
		}
	}
	for _, o := range v.Objects.Deployments {
		add("Deployment", o)
	}
	for _, o := range v.Objects.StatefulSets {
		add("StatefulSet", o)
	}
	for _, o := range v.Objects.DaemonSets {
		add("DaemonSet", o)
	}
	for _, o := range v.Objects.ReplicaSets {
		add("ReplicaSet", o)
	}
	for _, o := range v.Objects.ReplicationControllers {
		add("ReplicationController", o)
	}
	for _, o := range v.Objects.Jobs {
		add("Job", o)
	}
	for _, o := range v.Objects.Pods {
		add("Pod", o)
	}
	return refs
}

// standsAlone tells that nothing in the snapshot owns the object, or only what
// starts it anew each time, as a CronJob does with its Jobs.
func (v *view) standsAlone(object metav1.Object) bool {
	owner := metav1.GetControllerOfNoCopy(object)
	if owner == nil || owner.Kind == "CronJob" || owner.Kind == "Node" {
		return true
	}
	return v.objects[Ref{Kind: owner.Kind, Namespace: object.GetNamespace(), Name: owner.Name}] == nil
}
