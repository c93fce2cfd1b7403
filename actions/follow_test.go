package actions_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/steward-bot/steward/actions"
	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/ops"
)

func TestARolloutThatHangsSaysWhyLongBeforeItsDeadline(t *testing.T) {
	const quota = "---\n{apiVersion: v1, kind: ResourceQuota, metadata: {name: few}, spec: {hard: {pods: \"2\"}}}\n"
	for name, story := range map[string]struct{ kind, fields, more, back, want string }{
		"the image is not there":  {"Deployment", "", "", "1-missing", "\n1 new pod is in ImagePullBackOff."},
		"nor for a DaemonSet":     {"DaemonSet", "", "", "1-missing", "\n1 new pod is in ImagePullBackOff."},
		"the quota leaves no pod": {"Deployment", "strategy: {rollingUpdate: {maxUnavailable: 0}}", quota, "1", "exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkshop(t)
			yaml := strings.Replace(checkoutOf(story.kind, story.fields), "checkout:1\n", "checkout:"+story.back+"\n", 1)
			w.Apply(t, w.ns, yaml)
			w.observed(t, story.kind)
			w.release(t, story.kind, "2")
			if story.more != "" {
				w.Apply(t, w.ns, story.more)
				testcluster.Eventually(t, "the quota is counted", 20*time.Second, func(context.Context) error {
					if w.kubectl(t, "get", "quota", "few", "-o", "jsonpath={.status.used.pods}") != "2" {
						return errors.New("not yet")
					}
					return nil
				})
			}
			q, plan := w.plan(t, w.rollback())
			if err := w.rollback().Apply(t.Context(), q.Request, plan); err != nil {
				t.Fatal(err)
			}
			told := w.hears(t, w.rollback(), q, plan, story.want)
			if !strings.HasSuffix(told.Text, story.want) {
				t.Errorf("got %q, want it to end with %q", told.Text, story.want)
			}
		})
	}
}

// hears watches a write until its progress says the words, or for half a minute.
func (w *workshop) hears(t *testing.T, verb actions.Write, q actions.Query, plan ops.Plan, words string) ops.Progress {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var last ops.Progress
	_, _ = verb.Watch(ctx, q.Request, plan, func(p ops.Progress) {
		last = p
		if strings.HasSuffix(p.Text, words) {
			cancel()
		}
	})
	return last
}
