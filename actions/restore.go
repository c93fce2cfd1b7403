package actions

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// restore is what rollback and rollforward share: both bring back the template
// of a revision, and differ in which one they mean.
type restore struct {
	templateWrite
	journal Journal
	verb    string // "Roll back", as in "Roll back checkout to …"
	verbed  string // "Rolled back"
	// choose finds the revision that the request means.
	choose func(v *kube.View, p past, req ops.Request) (*kube.Revision, error)
}

// plan works out the way to the chosen revision.
func (r restore) plan(ctx context.Context, q Query) (ops.Plan, error) {
	type read struct {
		past past
		err  error
	}
	journal := make(chan read, 1)
	go func() {
		p, err := pastOf(ctx, r.journal, *q.Target)
		journal <- read{p, err}
	}()
	v, err := r.clusters.View(ctx, *q.Target)
	if err != nil {
		return ops.Plan{}, err
	}
	told := <-journal
	if told.err != nil {
		return ops.Plan{}, told.err
	}
	if v.Paused {
		return ops.Plan{}, pausedRefusal(v.Workload, r.noun)
	}
	revision, err := r.choose(v, told.past, q.Request)
	if err != nil {
		return ops.Plan{}, err
	}
	if revision.Template.Hash() == v.Template.Hash() {
		return ops.Plan{}, alreadyThere(v, revision, q.Request)
	}
	if err := v.Cluster.CountPods(ctx, v.Workload, revision); err != nil {
		return ops.Plan{}, err
	}
	held, err := v.Cluster.LastBackOff(ctx, v.Workload, revision)
	if err != nil {
		v.Gaps = append(v.Gaps, gapOf(err))
	}
	return r.write(onlooker{v, *q.Target, q.May}, told.past, revision, held), nil
}

// write puts the plan together.
func (r restore) write(o onlooker, p past, revision *kube.Revision, held *kube.BackOff) ops.Plan {
	changes := kube.Diff(o.Template, revision.Template)
	if revision.Annotations != nil {
		changes = append(changes, kube.DiffAnnotations(o.Annotations, revision.Annotations)...)
	}
	return ops.Plan{
		Verb:     r.noun,
		Target:   o.target,
		Args:     map[string]string{"to": strconv.FormatInt(revision.Number, 10)},
		Headline: fmt.Sprintf("%s %s to the template of revision %d", r.verb, o.Name, revision.Number),
		Facts: append([]ops.Fact{
			{Label: "From", Text: describeNow(o.View, p)},
			{Label: "To", Text: describeRevision(revision, p)},
		}, o.facts()...),
		Changes:  changes,
		Warnings: r.warnings(o, p, revision, held),
		Blast:    blastOf(o.Workload, revision.Pods),
		Basis: ops.Basis{
			Before: standing(o.Workload), After: standingAt(revision),
			Paused: o.Paused, Strategy: o.Strategy.String(),
		},
	}
}

func (r restore) warnings(o onlooker, p past, revision *kube.Revision, held *kube.BackOff) []ops.Warning {
	warnings := o.ownerWarnings()
	if evidence := failedBefore(o.Workload, revision, p, held); evidence != "" {
		warnings = append(warnings, ops.Warning{
			Code: warnFailed,
			Text: fmt.Sprintf("The template of revision %d did not do well when it last ran. %s", revision.Number, evidence),
		})
	}
	warnings = append(warnings, o.stuckWarnings()...)
	warnings = append(warnings, o.strategyWarnings()...)
	warnings = append(warnings, o.budgetWarnings()...)
	warnings = append(warnings, o.autoscalerNeeds(revision.Template)...)
	if lastApplied(o.Workload) != nil {
		warnings = append(warnings, ops.Warning{
			Code: warnLastApplied,
			Text: "The workload is managed with kubectl apply, whose record of the last applied configuration stays as it is: the next apply of that file brings back what it says. Change the file too.",
		})
	}
	return append(warnings, o.gapWarnings()...)
}

// apply brings the revision back if the workload is still as the plan found it.
func (r restore) apply(ctx context.Context, plan ops.Plan) error {
	return r.act(ctx, plan, func(cluster *kube.Cluster, w *kube.Workload) error {
		history, err := cluster.Revisions(ctx, w)
		if err != nil {
			return err
		}
		for i := range history {
			if standingAt(&history[i]) == plan.Basis.After {
				return cluster.Restore(ctx, w, &history[i])
			}
		}
		return stale(plan, "The revision that you confirmed is no longer kept.")
	})
}

// failedBefore says what is known of how the revision did when it last ran, or
// "" when nothing speaks against it.
func failedBefore(w *kube.Workload, r *kube.Revision, p past, held *kube.BackOff) string {
	if r.Pods > 0 && r.Ready == 0 {
		return fmt.Sprintf("It still has %d pods, and none of them is ready.", r.Pods)
	}
	if c := w.Condition("Progressing"); c != nil && c.Reason == "ProgressDeadlineExceeded" && containsQuoted(c.Message, r.Name) {
		return "Its rollout exceeded its progress deadline."
	}
	if evidence := p.failure(r.Template.Hash()); evidence != "" {
		return evidence
	}
	if held != nil && r.Ready == 0 {
		return fmt.Sprintf("One of its pods was held back on %s: %s.", moment(held.At), strings.TrimSuffix(held.Text, "."))
	}
	return ""
}

// gapOf says what an error kept steward from reading.
func gapOf(err error) string {
	var refusal *ops.Refusal
	if errors.As(err, &refusal) {
		return refusal.What
	}
	return "steward could not read the events."
}
