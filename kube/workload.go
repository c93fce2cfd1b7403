package kube

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/steward-bot/steward/ops"
)

var workloadKinds = []string{"Deployment", "StatefulSet", "DaemonSet"}

// WorkloadKinds are the kinds with a pod template and a revision history.
func WorkloadKinds() []string { return append([]string(nil), workloadKinds...) }

// Workload is one Deployment, StatefulSet or DaemonSet as it was read: the same
// view over all three.
type Workload struct {
	Kind, Namespace, Name, UID string
	Labels, Annotations        map[string]string
	Template                   Template
	Selector                   labels.Selector
	Paused                     bool // Deployments only
	Strategy                   Strategy
	Counts                     Counts
	Conditions                 []Condition
	// ProgressDeadline is how long a rollout may go without progress: the
	// Deployment's own, and Kubernetes' default for the other kinds. Zero means
	// that there is none.
	ProgressDeadline time.Duration
	// Revision is the number that a Deployment's controller gave the present
	// template; zero for the other kinds, and until the controller has seen it.
	Revision int64

	object *unstructured.Unstructured
}

// Counts are numbers of pods.
type Counts struct {
	Desired   int32 // that there should be
	Current   int32 // that there are
	Updated   int32 // of the present template
	Ready     int32
	Available int32 // ready for as long as minReadySeconds asks
}

// Condition is one condition in the workload's status.
type Condition struct {
	Type, Status, Reason, Message string
	Updated                       time.Time
}

// Workload reads one workload as it is at this moment. A workload that is not
// there, or a uid that is another object's, gives a *ops.Refusal with the
// reason Gone.
func (c *Cluster) Workload(ctx context.Context, target ops.Target) (*Workload, error) {
	gvr, ok := resources[target.Kind]
	if !ok {
		return nil, unsupportedKind(target.Ref(), workloadKinds)
	}
	object, err := c.Dynamic.Resource(gvr).Namespace(target.Namespace).Get(ctx, target.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, gone(target.Kind, target.Namespace, target.Name)
	}
	if err != nil {
		return nil, c.failed("read the "+target.Kind+" "+target.Namespace+"/"+target.Name, err)
	}
	if target.UID != "" && string(object.GetUID()) != target.UID {
		return nil, gone(target.Kind, target.Namespace, target.Name)
	}
	return newWorkload(target.Kind, object)
}

// newWorkload reads the object. The parts that differ by kind are in shape.go.
func newWorkload(kind string, object *unstructured.Unstructured) (*Workload, error) {
	template, _, _ := unstructured.NestedMap(object.Object, "spec", "template")
	w := &Workload{
		Kind: kind, Namespace: object.GetNamespace(), Name: object.GetName(), UID: string(object.GetUID()),
		Labels: object.GetLabels(), Annotations: object.GetAnnotations(),
		Template: newTemplate(template),
		object:   object,
	}
	if err := w.shape(); err != nil {
		return nil, fmt.Errorf("reading the %s %s/%s: %w", kind, w.Namespace, w.Name, err)
	}
	return w, nil
}

// Replicas is how many pods the spec asks for; a DaemonSet's are counted by its
// controller.
func (w *Workload) Replicas() int32 { return w.Counts.Desired }

// Condition gives the condition of a type, or nil.
func (w *Workload) Condition(kind string) *Condition {
	for i := range w.Conditions {
		if w.Conditions[i].Type == kind {
			return &w.Conditions[i]
		}
	}
	return nil
}

// Observed tells whether the controller has seen the present spec.
func (w *Workload) Observed() bool {
	observed, _, _ := unstructured.NestedInt64(w.object.Object, "status", "observedGeneration")
	return observed >= w.object.GetGeneration()
}

// Cause is the change-cause that the object carries now, hostile text; empty
// when nobody wrote one.
func (w *Workload) Cause() string { return w.Annotations[changeCause] }

// Deleting tells whether the object is being deleted.
func (w *Workload) Deleting() bool { return w.object.GetDeletionTimestamp() != nil }

// target describes the workload; the namespace's annotations are not known to
// it.
func (w *Workload) target(c *Cluster) ops.Target {
	return ops.Target{
		Cluster: c.Name, Environment: c.Environment, Namespace: w.Namespace, Kind: w.Kind, Name: w.Name, UID: w.UID,
		Annotations: presentable(w.Annotations), Labels: few(w.Labels),
	}
}
