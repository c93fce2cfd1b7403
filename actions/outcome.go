package actions

import (
	"context"
	"fmt"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// rolling is the goal of a plan that gave a workload another template.
func rolling(plan ops.Plan) goal {
	return goal{
		ours:      func(w *kube.Workload) bool { return w.Template.Hash() == templateOf(plan.Basis.After) },
		progress:  (*kube.Workload).Rollout,
		pausable:  true,
		unsettled: "its template was changed again meanwhile",
	}
}

// watch follows the rollout of a restored template.
func (r restore) watch(ctx context.Context, plan ops.Plan, tell func(ops.Progress)) (ops.Outcome, error) {
	end, err := follow(ctx, r.clusters, plan, rolling(plan), tell)
	if err != nil {
		return ops.Outcome{}, err
	}
	what := fmt.Sprintf("The %s to the template of revision %s", r.noun, plan.Args["to"])
	outcome := end.outcome(plan, what)
	if outcome.State == ops.Succeeded {
		outcome.Summary = fmt.Sprintf("%s to the template of revision %s%s.", r.verbed, plan.Args["to"], r.renumbered(ctx, plan, end.workload))
		if end.workload.OnDelete() {
			outcome.Summary += " Each pod takes it when somebody deletes it (OnDelete)."
		}
	}
	return outcome, nil
}

// renumbered says which number the restored template has now: undo gives it a
// new one. It is left out when it cannot be read.
func (r restore) renumbered(ctx context.Context, plan ops.Plan, w *kube.Workload) string {
	if w.Revision > 0 {
		return fmt.Sprintf(", now revision %d", w.Revision)
	}
	cluster, err := r.clusters.Cluster(plan.Target.Cluster)
	if err != nil {
		return ""
	}
	history, err := cluster.Revisions(ctx, w)
	if err != nil {
		return ""
	}
	if current := history.Current(w); current != nil {
		return fmt.Sprintf(", now revision %d", current.Number)
	}
	return ""
}

// outcome turns an ending into what people read. What names the change as the
// subject of a sentence; a success gets its summary from the verb.
func (e ending) outcome(plan ops.Plan, what string) ops.Outcome {
	outcome := ops.Outcome{State: e.state, Reason: e.reason, Next: e.next}
	for _, fact := range plan.Facts {
		switch fact.Label {
		case "From", "Images":
			outcome.Before = append(outcome.Before, ops.Fact{Label: "Template", Text: fact.Text})
		case "Pods":
			outcome.Before = append(outcome.Before, fact)
		}
	}
	if e.workload != nil {
		outcome.After = []ops.Fact{
			{Label: "Template", Text: imagesOf(e.workload.Template)},
			{Label: "Pods", Text: podsOf(e.workload)},
		}
	}
	if e.state != ops.Succeeded {
		outcome.Summary = fmt.Sprintf("%s did not come to its end: %s.", what, e.why)
	}
	return outcome
}
