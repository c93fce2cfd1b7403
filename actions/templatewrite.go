package actions

import (
	"context"
	"errors"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// templateWrite is what the verbs share that give a workload another pod
// template: they act only on what was confirmed, and only once.
type templateWrite struct {
	clusters *kube.Clusters
	noun     string // "rollback"
}

// patchAttempts is how often a change reads the workload again when something
// that does not matter to the plan, such as its status, changed in between.
const patchAttempts = 5

// act reads the workload live and changes it, if it is what the plan says.
func (t templateWrite) act(ctx context.Context, plan ops.Plan, change func(*kube.Cluster, *kube.Workload) error) error {
	cluster, err := t.clusters.Cluster(plan.Target.Cluster)
	if err != nil {
		return err
	}
	for range patchAttempts {
		w, err := cluster.Workload(ctx, plan.Target)
		switch {
		case err != nil:
			return err
		case w.Template.Hash() == templateOf(plan.Basis.After):
			return nil
		case w.Paused:
			return pausedRefusal(w, t.noun)
		case !stands(w, plan.Basis.Before):
			return stale(plan, "Somebody changed it since.")
		}
		if err := change(cluster, w); !errors.Is(err, kube.ErrChanged) {
			return err
		}
	}
	return stale(plan, "It changes faster than steward can act on it.")
}

// done tells whether the live template is the planned one.
func (t templateWrite) done(ctx context.Context, plan ops.Plan) (bool, error) {
	cluster, err := t.clusters.Cluster(plan.Target.Cluster)
	if err != nil {
		return false, err
	}
	w, err := cluster.Workload(ctx, plan.Target)
	if err != nil {
		return false, err
	}
	return w.Template.Hash() == templateOf(plan.Basis.After), nil
}

// standing writes where a workload stands for a Basis: the hash of its
// template, and of a Deployment's own annotations, which an undo restores too.
func standing(w *kube.Workload) string {
	if w.Kind != "Deployment" {
		return w.Template.Hash()
	}
	return w.Template.Hash() + "+" + kube.HashAnnotations(w.Annotations)
}

// standingAt writes where a return to the revision leads. What the revision's
// annotations lack is taken away.
func standingAt(r *kube.Revision) string {
	if r.Annotations == nil {
		return r.Template.Hash()
	}
	return r.Template.Hash() + "+" + kube.HashAnnotations(r.Annotations)
}

// stands tells whether the workload is at a Basis.Before, which names the
// annotations only where the verb touches them.
func stands(w *kube.Workload, before string) bool {
	return before == standing(w) || before == w.Template.Hash()
}
