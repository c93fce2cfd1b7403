package actions

import (
	"testing"
	"time"

	"github.com/steward-bot/steward/ops"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func rolledBack(before, after string, state ops.State) deed {
	return deed{verb: "rollback", who: "ana", at: noon, before: before, after: after, ticket: "SHOP-7", state: state}
}

func TestTheWayForwardIsReadFromTheUnbrokenRunOfRollbacks(t *testing.T) {
	release := deed{verb: "rollforward", before: "1", after: "4"}
	for name, story := range map[string]struct {
		past past
		now  string
		want string
	}{
		"nothing happened":              {nil, "1", ""},
		"one rollback":                  {past{rolledBack("2", "1", ops.Succeeded)}, "1", "2"},
		"two":                           {past{rolledBack("3", "2", ops.Succeeded), rolledBack("2", "1", ops.Unhealthy)}, "1", "3"},
		"one that failed to roll out":   {past{rolledBack("2", "1", ops.Failed)}, "1", "2"},
		"one, then somebody deployed":   {past{rolledBack("2", "1", ops.Succeeded)}, "5", ""},
		"one, a deployment, and one":    {past{rolledBack("2", "1", ops.Succeeded), rolledBack("5", "1", ops.Succeeded)}, "1", "5"},
		"one that was taken back":       {past{rolledBack("2", "1", ops.Succeeded), release}, "4", ""},
		"one, taken back, and one more": {past{rolledBack("2", "1", ops.Succeeded), release, rolledBack("4", "1", ops.Succeeded)}, "1", "4"},
		"one and a restart":             {past{rolledBack("2", "1", ops.Succeeded), {verb: "restart", before: "1", after: "1r"}}, "1r", "2"},
		"only a restart":                {past{{verb: "restart", before: "1", after: "1r"}}, "1r", ""},
		"one and a scaling":             {past{rolledBack("2", "1", ops.Succeeded), {verb: "scale", before: "replicas=1", after: "replicas=2"}}, "1", "2"},
	} {
		if got := story.past.forward(story.now); got != story.want {
			t.Errorf("%s: got %q, want %q", name, got, story.want)
		}
	}
}

func TestATemplateIsJudgedByTheLastThatWasDoneWithIt(t *testing.T) {
	p := past{
		rolledBack("2", "1", ops.Succeeded),
		{verb: "rollforward", who: "ben", at: noon, before: "1", after: "3", state: ops.Unhealthy},
		rolledBack("5", "4", ops.Succeeded),
		{verb: "rollforward", who: "ben", at: noon, before: "4", after: "5", state: ops.Succeeded},
	}
	for template, want := range map[string]string{
		"1": "",
		"2": "ana rolled back from it on 2026-11-21 12:00 UTC because of SHOP-7.",
		"3": "When ben brought it back on 2026-11-21 12:00 UTC, it ended unhealthy.",
		"5": "",
	} {
		if got := p.failure(template); got != want {
			t.Errorf("template %s: got %q, want %q", template, got, want)
		}
	}
	if got, want := p.maker("3"), "ben through steward's rollforward"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
