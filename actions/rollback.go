package actions

import (
	"context"
	"fmt"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// Rollback is the verb that returns a workload to an earlier pod template. It
// leaves the object as kubectl rollout undo would.
type Rollback struct {
	Clusters *kube.Clusters
	Journal  Journal
}

// Spec describes rollback.
func (Rollback) Spec() ops.Spec {
	return ops.Spec{
		Verb:    "rollback",
		Summary: "Return a workload to the template of an earlier revision",
		Target:  ops.RequiredTarget,
		Kinds:   kube.WorkloadKinds(),
		Args:    []ops.Arg{{Name: "to", Value: "REVISION", Summary: "the revision to return to; the previous one if left out"}},
		Write:   true,
		Examples: []string{
			"rollback checkout because https://acme.pagerduty.com/incidents/Q1XCHK0001",
			"rollback shop/sts/ledger-db to=41 because SHOP-7",
		},
	}
}

// Plan shows the way back.
func (v Rollback) Plan(ctx context.Context, q Query) (ops.Plan, error) {
	return v.restore().plan(ctx, q)
}

// Apply brings the earlier template back.
func (v Rollback) Apply(ctx context.Context, _ ops.Request, plan ops.Plan) error {
	return v.restore().apply(ctx, plan)
}

// Done tells whether the earlier template is back.
func (v Rollback) Done(ctx context.Context, plan ops.Plan) (bool, error) {
	return v.restore().done(ctx, plan)
}

// Watch follows the rollout of the earlier template.
func (v Rollback) Watch(ctx context.Context, _ ops.Request, plan ops.Plan, tell func(ops.Progress)) (ops.Outcome, error) {
	return v.restore().watch(ctx, plan, tell)
}

func (v Rollback) restore() restore {
	return restore{
		templateWrite: templateWrite{v.Clusters, "rollback"}, journal: v.Journal, choose: previous,
		verb: "Roll back", verbed: "Rolled back",
	}
}

// previous finds the revision that a rollback means: the one that was typed, or
// the newest that differs from the present template.
func previous(v *kube.View, _ past, req ops.Request) (*kube.Revision, error) {
	number, err := revisionArg(req)
	if err != nil {
		return nil, err
	}
	if number > 0 {
		if revision := v.History.Numbered(number); revision != nil {
			return revision, nil
		}
		return nil, revisionUnknown(v, number, req.At)
	}
	if revision := v.History.Previous(v.Workload); revision != nil {
		return revision, nil
	}
	return nil, &ops.Refusal{
		Reason: ops.RevisionUnknown,
		What:   fmt.Sprintf("There is nothing to roll %s back to: it has only one revision.", v.Name),
		Why:    "It was never changed since it was made, or Kubernetes has dropped its history (revisionHistoryLimit).",
		Next:   "Deploy the version that you want.",
	}
}
