package kube

import (
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	deploymentutil "k8s.io/kubectl/pkg/util/deployment"
)

// defaultProgressDeadline is Kubernetes' default for Deployments
// (spec.progressDeadlineSeconds). StatefulSets and DaemonSets have none of
// their own.
const defaultProgressDeadline = 600 * time.Second

// noDeadline is the progressDeadlineSeconds that Kubernetes reads as "none":
// the largest 32-bit number.
const noDeadline = 1<<31 - 1

// shape fills in what each kind keeps in a place of its own.
func (w *Workload) shape() error {
	switch w.Kind {
	case "Deployment":
		return w.shapeDeployment()
	case "StatefulSet":
		return w.shapeStatefulSet()
	case "DaemonSet":
		return w.shapeDaemonSet()
	default:
		return unsupportedKind(w.target(&Cluster{}).Ref(), workloadKinds)
	}
}

func (w *Workload) shapeDeployment() error {
	var d appsv1.Deployment
	if err := w.read(&d); err != nil {
		return err
	}
	w.Paused = d.Spec.Paused
	w.Revision, _ = strconv.ParseInt(d.Annotations[deploymentutil.RevisionAnnotation], 10, 64)
	w.Strategy = Strategy{Type: string(d.Spec.Strategy.Type), MinReady: seconds(d.Spec.MinReadySeconds)}
	if rolling := d.Spec.Strategy.RollingUpdate; rolling != nil {
		w.Strategy.MaxSurge, w.Strategy.MaxUnavailable = rolling.MaxSurge, rolling.MaxUnavailable
	}
	w.Counts = Counts{
		Desired: value(d.Spec.Replicas), Current: d.Status.Replicas, Updated: d.Status.UpdatedReplicas,
		Ready: d.Status.ReadyReplicas, Available: d.Status.AvailableReplicas,
	}
	w.ProgressDeadline = defaultProgressDeadline
	if limit := d.Spec.ProgressDeadlineSeconds; limit != nil {
		w.ProgressDeadline = seconds(*limit)
		if *limit == noDeadline {
			w.ProgressDeadline = 0
		}
	}
	for _, c := range d.Status.Conditions {
		w.Conditions = append(w.Conditions, Condition{string(c.Type), string(c.Status), c.Reason, c.Message, c.LastUpdateTime.Time})
	}
	return w.selector(d.Spec.Selector)
}

func (w *Workload) shapeStatefulSet() error {
	var s appsv1.StatefulSet
	if err := w.read(&s); err != nil {
		return err
	}
	w.Strategy = Strategy{
		Type: string(s.Spec.UpdateStrategy.Type), MinReady: seconds(s.Spec.MinReadySeconds),
		Parallel: s.Spec.PodManagementPolicy == appsv1.ParallelPodManagement,
	}
	if rolling := s.Spec.UpdateStrategy.RollingUpdate; rolling != nil {
		w.Strategy.MaxUnavailable = rolling.MaxUnavailable
		w.Strategy.Partition = value(rolling.Partition)
	}
	w.Counts = Counts{
		Desired: value(s.Spec.Replicas), Current: s.Status.Replicas, Updated: s.Status.UpdatedReplicas,
		Ready: s.Status.ReadyReplicas, Available: s.Status.AvailableReplicas,
	}
	w.ProgressDeadline = defaultProgressDeadline
	for _, c := range s.Status.Conditions {
		w.Conditions = append(w.Conditions, Condition{string(c.Type), string(c.Status), c.Reason, c.Message, c.LastTransitionTime.Time})
	}
	return w.selector(s.Spec.Selector)
}

func (w *Workload) shapeDaemonSet() error {
	var d appsv1.DaemonSet
	if err := w.read(&d); err != nil {
		return err
	}
	w.Strategy = Strategy{Type: string(d.Spec.UpdateStrategy.Type), MinReady: seconds(d.Spec.MinReadySeconds)}
	if rolling := d.Spec.UpdateStrategy.RollingUpdate; rolling != nil {
		w.Strategy.MaxSurge, w.Strategy.MaxUnavailable = rolling.MaxSurge, rolling.MaxUnavailable
	}
	w.Counts = Counts{
		Desired: d.Status.DesiredNumberScheduled, Current: d.Status.CurrentNumberScheduled, Updated: d.Status.UpdatedNumberScheduled,
		Ready: d.Status.NumberReady, Available: d.Status.NumberAvailable,
	}
	w.ProgressDeadline = defaultProgressDeadline
	for _, c := range d.Status.Conditions {
		w.Conditions = append(w.Conditions, Condition{string(c.Type), string(c.Status), c.Reason, c.Message, c.LastTransitionTime.Time})
	}
	return w.selector(d.Spec.Selector)
}

func (w *Workload) read(into any) error {
	return runtime.DefaultUnstructuredConverter.FromUnstructured(w.object.Object, into)
}

func (w *Workload) selector(from *metav1.LabelSelector) (err error) {
	w.Selector, err = metav1.LabelSelectorAsSelector(from)
	return err
}

// Strategy is how a workload replaces its pods.
type Strategy struct {
	Type           string              // RollingUpdate, Recreate or OnDelete
	MaxSurge       *intstr.IntOrString // nil where the kind has none
	MaxUnavailable *intstr.IntOrString //
	Partition      int32               // StatefulSets: ordinals below it keep their pods
	Parallel       bool                // StatefulSets: pods do not wait for one another
	MinReady       time.Duration       // how long a new pod must be ready to count
}

// String writes the strategy as the API has it: "RollingUpdate maxSurge=25%
// maxUnavailable=25%".
func (s Strategy) String() string {
	words := s.Type
	if s.MaxSurge != nil {
		words += " maxSurge=" + s.MaxSurge.String()
	}
	if s.MaxUnavailable != nil {
		words += " maxUnavailable=" + s.MaxUnavailable.String()
	}
	if s.Partition > 0 {
		words += " partition=" + strconv.Itoa(int(s.Partition))
	}
	return words
}

func value(number *int32) int32 {
	if number == nil {
		return 0
	}
	return *number
}

func seconds(n int32) time.Duration { return time.Duration(n) * time.Second }
