package actions

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// mostReplicas is the largest number that scale takes: far above what anybody
// means, far below what would be a disaster by a slip of the finger in most
// clusters (Kubernetes is tested up to 150,000 pods a cluster).
const mostReplicas = 10000

// Scale is the verb that changes how many pods a workload has.
type Scale struct{ Clusters *kube.Clusters }

// Spec describes scale.
func (Scale) Spec() ops.Spec {
	return ops.Spec{
		Verb:    "scale",
		Summary: "Change how many pods a workload has",
		Target:  ops.RequiredTarget,
		Kinds:   []string{"Deployment", "StatefulSet"},
		Args:    []ops.Arg{{Name: "replicas", Value: "N", Summary: "how many pods there shall be", Required: true}},
		Write:   true,
		Examples: []string{
			"scale checkout replicas=5 because https://acme.pagerduty.com/incidents/Q1XCHK0001",
		},
	}
}

// Plan shows the change, and what an autoscaler will make of it.
func (v Scale) Plan(ctx context.Context, q Query) (ops.Plan, error) {
	replicas, err := replicasArg(q.Request)
	if err != nil {
		return ops.Plan{}, err
	}
	view, err := v.Clusters.View(ctx, *q.Target)
	if err != nil {
		return ops.Plan{}, err
	}
	o := onlooker{view, *q.Target, q.May}
	if err := o.scalable(replicas); err != nil {
		return ops.Plan{}, err
	}
	present := strconv.Itoa(int(o.Replicas()))
	wanted := strconv.Itoa(int(replicas))
	return ops.Plan{
		Verb:     "scale",
		Target:   o.target,
		Args:     map[string]string{"replicas": wanted},
		Headline: fmt.Sprintf("Scale %s from %s to %s", o.Name, present, wanted),
		Facts:    append([]ops.Fact{{Label: "Images", Text: imagesOf(o.Template)}}, o.facts()...),
		Changes:  []ops.Change{{Path: "replicas", Before: present, After: wanted}},
		Warnings: o.scaleWarnings(replicas),
		Blast:    o.scaleBlast(replicas),
		Basis: ops.Basis{
			Before: replicasBasis(o.Replicas()), After: replicasBasis(replicas),
			Paused: o.Paused, Strategy: o.Strategy.String(), Extra: o.scaleExtra(),
		},
	}, nil
}

// Apply asks for the new number if the present one is what was confirmed.
func (v Scale) Apply(ctx context.Context, _ ops.Request, plan ops.Plan) error {
	cluster, err := v.Clusters.Cluster(plan.Target.Cluster)
	if err != nil {
		return err
	}
	replicas, err := strconv.ParseInt(plan.Args["replicas"], 10, 32)
	if err != nil {
		return fmt.Errorf("reading the plan's replicas: %w", err)
	}
	for range patchAttempts {
		w, err := cluster.Workload(ctx, plan.Target)
		switch {
		case err != nil:
			return err
		case replicasBasis(w.Replicas()) == plan.Basis.After:
			return nil
		case replicasBasis(w.Replicas()) != plan.Basis.Before:
			return stale(plan, fmt.Sprintf("It has %d replicas by now.", w.Replicas()))
		}
		if err := cluster.SetReplicas(ctx, w, int32(replicas)); !errors.Is(err, kube.ErrChanged) {
			return err
		}
	}
	return stale(plan, "It changes faster than steward can act on it.")
}

// Done tells whether the workload asks for the planned number.
func (v Scale) Done(ctx context.Context, plan ops.Plan) (bool, error) {
	cluster, err := v.Clusters.Cluster(plan.Target.Cluster)
	if err != nil {
		return false, err
	}
	w, err := cluster.Workload(ctx, plan.Target)
	if err != nil {
		return false, err
	}
	return replicasBasis(w.Replicas()) == plan.Basis.After, nil
}

// Watch follows the pods as they come and go.
func (v Scale) Watch(ctx context.Context, _ ops.Request, plan ops.Plan, tell func(ops.Progress)) (ops.Outcome, error) {
	unsettled := "the number of replicas was changed again meanwhile"
	if plan.Basis.Extra["autoscaler"] != "" {
		unsettled = "the autoscaler changed the number of replicas again"
	}
	end, err := follow(ctx, v.Clusters, plan, goal{
		ours:      func(w *kube.Workload) bool { return replicasBasis(w.Replicas()) == plan.Basis.After },
		progress:  scaleProgress,
		unsettled: unsettled,
	}, tell)
	if err != nil {
		return ops.Outcome{}, err
	}
	outcome := end.outcome(plan, "The scaling of "+plan.Target.Name)
	if outcome.State == ops.Succeeded {
		outcome.Summary = fmt.Sprintf("Scaled %s from %s to %s.", plan.Target.Name, plan.Basis.Extra["replicas"], plan.Args["replicas"])
	}
	return outcome, nil
}

// scaleProgress counts pods; their template does not matter.
func scaleProgress(w *kube.Workload) kube.Rollout {
	c := w.Counts
	switch {
	case !w.Observed():
		return kube.Rollout{Text: "Waiting for the controller to see the new number…"}
	case c.Current > c.Desired:
		return kube.Rollout{Text: fmt.Sprintf("%d pods are still to go…", c.Current-c.Desired)}
	case c.Ready < c.Desired:
		return kube.Rollout{Text: fmt.Sprintf("%d of %d pods are ready…", c.Ready, c.Desired)}
	default:
		return kube.Rollout{Text: fmt.Sprintf("%d of %d pods are ready", c.Ready, c.Desired), Done: c.Current == c.Desired}
	}
}

func replicasArg(req ops.Request) (int32, error) {
	typed := req.Arg("replicas")
	number, err := strconv.ParseInt(typed, 10, 32)
	if err != nil || number < 0 || number > mostReplicas {
		refusal := &ops.Refusal{
			Reason: ops.BadArgument,
			What:   fmt.Sprintf("replicas=%s is not a number of pods.", ops.Shorten(typed, 40)),
			Why:    fmt.Sprintf("It must be a whole number from 0 to %d.", mostReplicas),
			Next:   "For example: `/k8s scale " + ops.Shorten(req.Target, 80) + " replicas=5`.",
		}
		if typed == "" {
			refusal.What = "scale needs to know how many pods there shall be."
		}
		return 0, refusal
	}
	return int32(number), nil
}

// replicasBasis writes a number of replicas for a Basis.
func replicasBasis(n int32) string { return "replicas=" + strconv.Itoa(int(n)) }
