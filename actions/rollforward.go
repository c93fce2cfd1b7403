package actions

import (
	"context"
	"fmt"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// Rollforward is the verb that takes rollbacks back: it returns a workload to
// the template that was current before them.
type Rollforward struct {
	Clusters *kube.Clusters
	Journal  Journal
}

// Spec describes rollforward.
func (Rollforward) Spec() ops.Spec {
	return ops.Spec{
		Verb:    "rollforward",
		Summary: "Return a workload to the template that it had before it was rolled back",
		Target:  ops.RequiredTarget,
		Kinds:   kube.WorkloadKinds(),
		Args:    []ops.Arg{{Name: "to", Value: "REVISION", Summary: "the revision to go to; the one before the last rollbacks if left out"}},
		Write:   true,
		Examples: []string{
			"rollforward checkout because SHOP-7",
			"rollforward shop/checkout to=42 because SHOP-7",
		},
	}
}

// Plan shows the way forward.
func (v Rollforward) Plan(ctx context.Context, q Query) (ops.Plan, error) {
	return v.restore().plan(ctx, q)
}

// Apply brings the later template back.
func (v Rollforward) Apply(ctx context.Context, _ ops.Request, plan ops.Plan) error {
	return v.restore().apply(ctx, plan)
}

// Done tells whether the later template is back.
func (v Rollforward) Done(ctx context.Context, plan ops.Plan) (bool, error) {
	return v.restore().done(ctx, plan)
}

// Watch follows the rollout of the later template.
func (v Rollforward) Watch(ctx context.Context, _ ops.Request, plan ops.Plan, tell func(ops.Progress)) (ops.Outcome, error) {
	return v.restore().watch(ctx, plan, tell)
}

func (v Rollforward) restore() restore {
	return restore{
		templateWrite: templateWrite{v.Clusters, "rollforward"}, journal: v.Journal, choose: beforeRollbacks,
		verb: "Roll forward", verbed: "Rolled forward",
	}
}

// beforeRollbacks finds the revision that a rollforward means: the one that was
// typed, or that of the template before the unbroken run of rollbacks.
func beforeRollbacks(v *kube.View, p past, req ops.Request) (*kube.Revision, error) {
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
	template := p.forward(v.Template.Hash())
	if template == "" {
		return nil, &ops.Refusal{
			Reason:  ops.NothingToDo,
			What:    fmt.Sprintf("There is no rollback of %s to take back.", v.Name),
			Why:     "The journal knows no rollback that led to the template it runs now.",
			Next:    "Name the revision to go to.",
			Choices: offerRevisions(v, req.At),
		}
	}
	if revision := v.History.With(template); revision != nil {
		return revision, nil
	}
	return nil, &ops.Refusal{
		Reason:  ops.RevisionUnknown,
		What:    fmt.Sprintf("The template that %s had before it was rolled back is gone.", v.Name),
		Why:     "Kubernetes keeps a limited history (revisionHistoryLimit) and has dropped it.",
		Next:    "Deploy that version anew, or name another revision.",
		Choices: offerRevisions(v, req.At),
	}
}
