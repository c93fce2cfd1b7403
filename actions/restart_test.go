package actions_test

import (
	"testing"
	"time"

	"github.com/steward-bot/steward/ops"
)

func TestARestartReplacesEveryPod(t *testing.T) {
	for kind, want := range map[string]string{
		"Deployment":  "Restarted checkout: 2 pods are new.",
		"StatefulSet": "Restarted checkout: 2 pods are new.",
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorkshop(t)
			w.deploy(t, kind, checkoutOf(kind))
			q, plan := w.plan(t, w.restart())
			if plan.Headline != "Restart checkout" {
				t.Errorf("got the headline %q", plan.Headline)
			}
			stamp := q.Request.At.UTC().Format(time.RFC3339)
			change := ops.Change{Path: "template.annotations[kubectl.kubernetes.io/restartedAt]", After: stamp}
			if len(plan.Changes) != 1 || plan.Changes[0] != change {
				t.Errorf("got the changes %+v", plan.Changes)
			}
			again, err := w.restart().Plan(t.Context(), q)
			if err != nil || again.Fingerprint() != plan.Fingerprint() {
				t.Errorf("planned twice, two fingerprints: %v", err)
			}
			outcome := w.finish(t, w.restart(), q, plan)
			if outcome.State != ops.Succeeded || outcome.Summary != want {
				t.Errorf("got %s: %q, want %q", outcome.State, outcome.Summary, want)
			}
			if got := w.kubectl(t, "get", kind, "checkout", "-o", `jsonpath={.spec.template.metadata.annotations.kubectl\.kubernetes\.io/restartedAt}`); got != stamp {
				t.Errorf("restartedAt is %q, want %q", got, stamp)
			}
			if err := w.restart().Apply(t.Context(), q.Request, plan); err != nil {
				t.Errorf("applied again: %v", err)
			}
			if done, err := w.restart().Done(t.Context(), plan); err != nil || !done {
				t.Errorf("done: %v, %v", done, err)
			}
		})
	}
}

func TestAPausedDeploymentIsNotRestarted(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "deployment", checkoutOf("Deployment"))
	w.kubectl(t, "rollout", "pause", "deployment/checkout")
	w.refusal(t, w.restart(), ops.Paused)
}

func TestPodsThatWaitForTheirDeletionAreSaidTo(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.Apply(t, w.ns, checkoutOf("StatefulSet", "updateStrategy: {type: OnDelete}"))
	w.observed(t, "statefulset")
	q, plan := w.plan(t, w.restart())
	if want := "No pod is touched now: each takes the new template when somebody deletes it."; plan.Blast != want {
		t.Errorf("got the blast %q, want %q", plan.Blast, want)
	}
	if warned(plan, "on-delete") == "" {
		t.Error("the plan does not warn")
	}
	outcome := w.finish(t, w.restart(), q, plan)
	if want := "Restarted checkout: each pod is replaced when somebody deletes it (OnDelete)."; outcome.Summary != want {
		t.Errorf("got %q, want %q", outcome.Summary, want)
	}
}
