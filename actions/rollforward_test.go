package actions_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/ops"
)

func TestARollforwardTakesTheWholeRunOfRollbacksBack(t *testing.T) {
	for _, kind := range []string{"Deployment", "StatefulSet"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorkshop(t)
			w.deploy(t, kind, checkoutOf(kind))
			w.release(t, kind, "2")
			w.release(t, kind, "3")
			w.do(t, w.rollback())         // 3 → 2, now revision 4
			w.do(t, w.rollback(), "to=1") // 2 → 1, now revision 5
			_, plan := w.plan(t, w.rollforward())
			if want := "Roll forward checkout to the template of revision 3"; plan.Headline != want {
				t.Errorf("got the headline %q, want %q", plan.Headline, want)
			}
			outcome := w.do(t, w.rollforward())
			if want := "Rolled forward to the template of revision 3, now revision 6."; outcome.Summary != want {
				t.Errorf("got %q, want %q", outcome.Summary, want)
			}
			if got := w.image(t, kind); !strings.HasSuffix(got, "checkout:3") {
				t.Errorf("the image is %s", got)
			}

			refusal := w.refusal(t, w.rollforward(), ops.NothingToDo)
			if want := "There is no rollback of checkout to take back."; refusal.What != want {
				t.Errorf("got %q, want %q", refusal.What, want)
			}
			if len(refusal.Choices) != 2 || !strings.HasPrefix(refusal.Choices[0], "to=5 (registry.acme.example/shop/checkout:1, ") {
				t.Errorf("got the choices %v", refusal.Choices)
			}
		})
	}
}

func TestARollforwardSeesWhatHappenedInBetween(t *testing.T) {
	for name, story := range map[string]struct {
		between func(*testing.T, *workshop)
		image   string // it goes to; empty: it refuses
	}{
		"a restart does not break the run": {func(t *testing.T, w *workshop) { w.do(t, w.restart()) }, "checkout:2"},
		"nor does a scaling":               {func(t *testing.T, w *workshop) { w.do(t, w.scale(), "replicas=3") }, "checkout:2"},
		"a release breaks it":              {func(t *testing.T, w *workshop) { w.release(t, "deployment", "3") }, ""},
		"a rollback of the release starts another": {func(t *testing.T, w *workshop) {
			w.release(t, "deployment", "3")
			w.do(t, w.rollback())
		}, "checkout:3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkshop(t)
			w.deploy(t, "deployment", checkoutOf("Deployment"))
			w.release(t, "deployment", "2")
			w.do(t, w.rollback())
			story.between(t, w)
			if story.image == "" {
				w.refusal(t, w.rollforward(), ops.NothingToDo)
				return
			}
			if outcome := w.do(t, w.rollforward()); outcome.State != ops.Succeeded {
				t.Fatalf("got %+v", outcome)
			}
			if got := w.image(t, "deployment"); !strings.HasSuffix(got, story.image) {
				t.Errorf("the image is %s, want %s", got, story.image)
			}
		})
	}
}

func TestARollforwardToANamedRevisionNeedsNoJournal(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "deployment", checkoutOf("Deployment"))
	w.release(t, "deployment", "2")
	w.kubectl(t, "rollout", "undo", "deployment/checkout")
	w.observed(t, "deployment")
	w.refusal(t, w.rollforward(), ops.NothingToDo)
	outcome := w.do(t, w.rollforward(), "to=2")
	if want := "Rolled forward to the template of revision 2, now revision 4."; outcome.Summary != want {
		t.Errorf("got %q, want %q", outcome.Summary, want)
	}
	if got := w.refusal(t, w.rollforward(), ops.RevisionUnknown, "to=9").What; got != "checkout has no revision 9." {
		t.Errorf("got %q", got)
	}
}

func TestATemplateThatKubernetesHasDroppedIsSaidToBeGone(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "deployment", checkoutOf("Deployment"))
	w.release(t, "deployment", "2")
	w.do(t, w.rollback())
	w.kubectl(t, "patch", "deployment/checkout", "-p", `{"spec":{"revisionHistoryLimit":0}}`)
	testcluster.Eventually(t, "the history is dropped", 20*time.Second, func(context.Context) error {
		if names := w.kubectl(t, "get", "replicasets", "-o", "name"); strings.Count(names, "\n") != 1 {
			return errors.New(names)
		}
		return nil
	})
	refusal := w.refusal(t, w.rollforward(), ops.RevisionUnknown)
	if want := "The template that checkout had before it was rolled back is gone."; refusal.What != want {
		t.Errorf("got %q, want %q", refusal.What, want)
	}
}
