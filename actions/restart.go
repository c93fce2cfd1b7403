package actions

import (
	"context"
	"fmt"
	"time"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// Restart is the verb that replaces a workload's pods by new ones of the same
// template, as kubectl rollout restart does.
type Restart struct{ Clusters *kube.Clusters }

// Spec describes restart.
func (Restart) Spec() ops.Spec {
	return ops.Spec{
		Verb:    "restart",
		Summary: "Replace a workload's pods by fresh ones, a few at a time",
		Target:  ops.RequiredTarget,
		Kinds:   kube.WorkloadKinds(),
		Write:   true,
		Examples: []string{
			"restart checkout because https://acme.pagerduty.com/incidents/Q1XCHK0001",
		},
	}
}

// Plan shows which pods are replaced. The time of the restart is the request's
// own, so that planning it again gives the same plan.
func (v Restart) Plan(ctx context.Context, q Query) (ops.Plan, error) {
	view, err := v.Clusters.View(ctx, *q.Target)
	if err != nil {
		return ops.Plan{}, err
	}
	if view.Paused {
		return ops.Plan{}, pausedRefusal(view.Workload, "restart")
	}
	o := onlooker{view, *q.Target, q.May}
	after := view.Template.Annotated(kube.RestartedAt, q.Request.At.UTC().Format(time.RFC3339))
	warnings := append(o.operatorWarnings(), o.stuckWarnings()...)
	warnings = append(warnings, o.strategyWarnings()...)
	warnings = append(warnings, o.budgetWarnings()...)
	return ops.Plan{
		Verb:     "restart",
		Target:   *q.Target,
		Headline: "Restart " + view.Name,
		Facts:    append([]ops.Fact{{Label: "Images", Text: imagesOf(view.Template)}}, o.facts()...),
		Changes:  kube.Diff(view.Template, after),
		Warnings: append(warnings, o.gapWarnings()...),
		Blast:    blastOf(view.Workload, 0),
		Basis: ops.Basis{
			Before: view.Template.Hash(), After: after.Hash(),
			Paused: view.Paused, Strategy: view.Strategy.String(),
		},
	}, nil
}

// Apply sets the annotation that makes the controller replace the pods.
func (v Restart) Apply(ctx context.Context, req ops.Request, plan ops.Plan) error {
	return v.write().act(ctx, plan, func(cluster *kube.Cluster, w *kube.Workload) error {
		return cluster.Restart(ctx, w, req.At)
	})
}

// Done tells whether the annotation is set.
func (v Restart) Done(ctx context.Context, plan ops.Plan) (bool, error) {
	return v.write().done(ctx, plan)
}

// Watch follows the pods' replacement.
func (v Restart) Watch(ctx context.Context, _ ops.Request, plan ops.Plan, tell func(ops.Progress)) (ops.Outcome, error) {
	end, err := follow(ctx, v.Clusters, plan, rolling(plan), tell)
	if err != nil {
		return ops.Outcome{}, err
	}
	outcome := end.outcome(plan, "The restart of "+plan.Target.Name)
	if outcome.State == ops.Succeeded {
		outcome.Summary = fmt.Sprintf("Restarted %s: %s new.", plan.Target.Name, are(end.workload.Counts.Updated))
		if end.workload.OnDelete() {
			outcome.Summary = fmt.Sprintf("Restarted %s: each pod is replaced when somebody deletes it (OnDelete).", plan.Target.Name)
		}
	}
	return outcome, nil
}

func (v Restart) write() templateWrite { return templateWrite{v.Clusters, "restart"} }
