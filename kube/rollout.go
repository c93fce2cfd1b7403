package kube

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kubectl/pkg/polymorphichelpers"
	deploymentutil "k8s.io/kubectl/pkg/util/deployment"
)

// Rollout is where a workload's rollout stands.
type Rollout struct {
	Text string // in the words of kubectl rollout status
	Done bool
	// Overdue is the condition by which a Deployment's controller says that the
	// rollout exceeded its progress deadline; nil otherwise. It may be left over
	// from an earlier template: compare its time.
	Overdue *Condition
}

// Rollout tells where the rollout stands, as kubectl rollout status would.
func (w *Workload) Rollout() Rollout {
	viewer, err := polymorphichelpers.StatusViewerFor(schema.GroupKind{Group: "apps", Kind: w.Kind})
	if err != nil {
		return Rollout{Text: err.Error()}
	}
	text, done, err := viewer.Status(w.object, 0)
	if err == nil {
		return Rollout{Text: strings.TrimSpace(text), Done: done}
	}
	rollout := Rollout{Text: err.Error(), Done: done && w.Observed()}
	if c := w.Condition("Progressing"); c != nil && c.Reason == deploymentutil.TimedOutReason {
		rollout.Overdue = c
	}
	return rollout
}

// OnDelete tells whether the workload's pods take a new template only when
// somebody deletes them.
func (w *Workload) OnDelete() bool { return w.Strategy.Type == "OnDelete" }
