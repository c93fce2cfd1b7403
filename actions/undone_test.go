package actions_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/steward-bot/steward/internal/testcluster"
)

// Nobody but Kubernetes' own events knows of an undo by hand.
func TestARollbackToWhatWasUndoneByHandSaysThatItFailed(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "deployment", checkoutOf("Deployment"))
	w.broken(t, "deployment", "2-crash")
	testcluster.Eventually(t, "the kubelet holds a pod back", 30*time.Second, func(context.Context) error {
		if !strings.Contains(w.kubectl(t, "get", "events"), "Back-off restarting") {
			return errors.New("not yet")
		}
		return nil
	})
	w.kubectl(t, "rollout", "undo", "deployment/checkout")
	w.kubectl(t, "rollout", "status", "deployment/checkout", "--timeout=60s")
	_, plan := w.plan(t, w.rollback())
	got := warned(plan, "revision-failed-before")
	if !strings.HasPrefix(got, "The template of revision 2 did not do well when it last ran. One of its pods was held back on 20") || !strings.Contains(got, ": Back-off restarting failed container checkout in pod checkout-") {
		t.Errorf("got %q", got)
	}
	if _, plan = w.plan(t, w.rollback(), "to=2"); warned(plan, "revision-failed-before") == "" {
		t.Error("no warning when the revision is named")
	}
}
