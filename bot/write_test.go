package bot_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/steward-bot/steward/ops"
)

// times and ids differ from run to run.
var (
	clock = regexp.MustCompile(`\d\d:\d\d:\d\d UTC`)
	ids   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)
)

func steady(words string) string {
	return ids.ReplaceAllString(clock.ReplaceAllString(words, "HH:MM:SS UTC"), "ID")
}

const plan = `
*Roll back checkout to the template of revision 41*
` + "`prod-eu/shop/deploy/checkout`" + ` in production
3 pods are replaced, one at a time.
Because <https://acme.pagerduty.com/incidents/Q1XCHK0001|Q1XCHK0001> “checkout: error rate above 5%” (triggered, service PCHK001, checked HH:MM:SS UTC)
• Revision 41: made by ana with kubectl on 2026-11-20
` + "```" + `
containers[checkout].image
- registry.acme.example/shop/checkout:2.4.1-missing
+ registry.acme.example/shop/checkout:2.4.0
containers[checkout].env[CACHE]
- on
` + "```" + `
⚠️ Argo CD manages this Deployment and will undo the rollback.
`

const because = " because https://acme.pagerduty.com/incidents/Q1XCHK0001"

func TestAWriteIsAnnouncedAndItsWholeStoryIsInOneThread(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "rollback checkout to=41"+because)
	root := h.said("C0SHOP", 1)
	const asks = "<@U0ANA> asks to roll back `prod-eu/shop/deploy/checkout`\nBecause <https://acme.pagerduty.com/incidents/Q1XCHK0001|Q1XCHK0001> “checkout: error rate above 5%” (triggered, service PCHK001, checked 12:00:00 UTC)\n"
	want(t, "the channel", root.words(), asks+"The plan is in the thread.")
	preview := h.said("C0SHOP", 2)
	want(t, "the plan", steady(preview.words()), plan+`[Confirm]
[Cancel]
Nothing has changed yet. Only <@U0ANA> can confirm, until HH:MM:SS UTC. Request `+"`ID`")
	if preview.ThreadTS != root.TS {
		t.Errorf("the plan is in thread %q, not in %q", preview.ThreadTS, root.TS)
	}

	h.press("U0ANA", preview, "confirm")
	h.until("the plan lost its buttons", func() bool { return !h.said("C0SHOP", 2).has("confirm") })
	want(t, "the confirmed plan", steady(h.said("C0SHOP", 2).words()), plan+"Confirmed by <@U0ANA> at HH:MM:SS UTC. It is under way.")
	seen := h.runner.requests()
	first, confirmed := seen[0], seen[1]
	if confirmed.ID != first.ID || confirmed.Confirmed != rollback().Fingerprint() || confirmed.Place.Thread != root.TS || !confirmed.At.Equal(first.At) {
		t.Errorf("confirmed: %+v", confirmed)
	}
	if first.Via != ops.ViaSlash || first.Target != "checkout" || first.Args["to"] != "41" || first.Because != "https://acme.pagerduty.com/incidents/Q1XCHK0001" || first.Place.Thread != "" || first.Actor.ID != "U0ANA" || first.Actor.TeamID != "T0ACME" {
		t.Errorf("asked: %+v", first)
	}

	ctx := context.Background()
	h.narrator.Progress(ctx, confirmed, rollback(), ops.Progress{Phase: ops.PhaseRolling, Text: "Waiting for deployment \"checkout\" rollout to finish: 1 of 3 updated…", Desired: 3, Updated: 1, Ready: 2, At: noon})
	want(t, "the progress", h.said("C0SHOP", 3).words(), "⏳ *Rolling out  1 of 3 updated, 2 ready*\nWaiting for deployment \"checkout\" rollout to finish: 1 of 3 updated…\nas of 12:00:00 UTC")
	h.until("the channel says that it is under way", func() bool {
		return h.said("C0SHOP", 1).words() == asks+"⏳ Confirmed by <@U0ANA>. It is under way, in the thread."
	})
	h.narrator.Progress(ctx, confirmed, rollback(), ops.Progress{Phase: ops.PhaseVerifying, Text: "Diagnosing again…", Desired: 3, Updated: 3, Ready: 3, At: noon})
	healthy := ops.Diagnosis{Healthy: true, Status: ops.StatusHealthy, TookMS: 300, Checks: diagnosis().Checks, Cluster: "prod-eu", Target: diagnosis().Target}
	h.narrator.Outcome(ctx, confirmed, rollback(), ops.Outcome{
		State: ops.Succeeded, Summary: "Rolled back to the template of revision 41, now revision 43.",
		Before: []ops.Fact{{Label: "image", Text: "checkout:2.4.1-missing"}}, After: []ops.Fact{{Label: "image", Text: "checkout:2.4.0"}},
		Diagnosis: &healthy, Took: 12300 * time.Millisecond,
	})
	want(t, "the outcome", steady(h.said("C0SHOP", 4).words()), `
✅ *Rolled back to the template of revision 41, now revision 43.*
*Before*
• image: checkout:2.4.1-missing
*After*
• image: checkout:2.4.0
Diagnosed again: *healthy*. 3 checks in 0.3 s: 1 found something, 1 did not, 1 could not tell.
[Show the 3 checks]
<@U0ANA>, this took 12.3 s. Request `+"`ID`")
	h.until("the progress is over", func() bool {
		return h.said("C0SHOP", 3).words() == "☑️ *Verifying  3 of 3 updated, 3 ready*\nDiagnosing again…\nas of 12:00:00 UTC"
	})
	h.until("the channel says how it ended", func() bool {
		return h.said("C0SHOP", 1).words() == asks+"✅ Rolled back to the template of revision 41, now revision 43."
	})
}

func TestACancelledPlanSaysSoAndChangesNothing(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "rollback checkout"+because)
	h.press("U0ANA", h.said("C0SHOP", 2), "cancel")
	h.until("the plan is closed", func() bool {
		return steady(h.said("C0SHOP", 2).words()) == strings.TrimSpace(plan)+"\nCancelled by <@U0ANA> at HH:MM:SS UTC. Nothing was changed."
	})
	h.until("the channel says so", func() bool {
		return strings.HasSuffix(steady(h.said("C0SHOP", 1).words()), "\nCancelled by <@U0ANA> at HH:MM:SS UTC. Nothing was changed.")
	})
	if len(h.runner.requests()) != 1 || len(h.runner.cancelled) != 1 {
		t.Errorf("ran %v, cancelled %v", h.runner.requests(), h.runner.cancelled)
	}
}

func TestOnlyTheRequesterDecidesAndOnlyOnce(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "rollback checkout"+because)
	preview := h.said("C0SHOP", 2)
	for i, action := range []string{"confirm", "cancel"} {
		h.press("U0BEN", preview, action)
		refused := h.ephemeral("U0BEN", "C0SHOP", i+1)
		want(t, "ben's "+action, refused.words(), "⛔ *Nothing was changed: only the person who asked can decide this.*\nThe plan was made and checked for them.\nGive the command yourself, and confirm your own plan.")
		if refused.ThreadTS != preview.ThreadTS {
			t.Errorf("ben is told in thread %q", refused.ThreadTS)
		}
	}
	h.press("U0ANA", preview, "confirm")
	h.until("it is under way", func() bool { return len(h.runner.requests()) == 2 })
	h.until("the plan lost its buttons", func() bool { return !h.said("C0SHOP", 2).has("confirm") })
	if answer := h.do("press", map[string]any{"user": "U0ANA", "channel": "C0SHOP", "message_ts": preview.TS, "action_id": "confirm"}); answer["ok"] == true {
		t.Errorf("the button is still there: %v", answer)
	}
	if n := len(h.runner.requests()); n != 2 {
		t.Errorf("the Runner was asked %d times", n)
	}
}

func TestAStalePlanIsShownAnewWithNewButtons(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "rollback checkout"+because)
	preview := h.said("C0SHOP", 2)
	changed := rollback()
	changed.Basis.Before = "changed meanwhile"
	h.runner.plays(func(req ops.Request) (ops.Reply, error) {
		if req.Confirmed == changed.Fingerprint() {
			return ops.Reply{Accepted: &ops.Accepted{Plan: changed}}, nil
		}
		return ops.Reply{Preview: &ops.Preview{Plan: changed, Ticket: incident(), Stale: true}}, nil
	})
	h.press("U0ANA", preview, "confirm")
	anew := h.said("C0SHOP", 3)
	if got := anew.words(); !strings.HasPrefix(got, "⚠️ *checkout has changed since you saw the plan that you confirmed. Nothing was done.*\nThis is the plan as it is now:\n*Roll back checkout") {
		t.Errorf("the new plan: %s", got)
	}
	h.until("the old plan is closed", func() bool {
		return strings.HasSuffix(steady(h.said("C0SHOP", 2).words()), "\nConfirmed by <@U0ANA> at HH:MM:SS UTC, but the object has changed since. Nothing was done; there is a new plan in the thread.")
	})
	h.press("U0ANA", anew, "confirm")
	h.until("the new plan is under way", func() bool {
		return strings.HasSuffix(steady(h.said("C0SHOP", 3).words()), "Confirmed by <@U0ANA> at HH:MM:SS UTC. It is under way.")
	})
}

func TestARefusalAtTheConfirmationIsShownInTheThread(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "rollback checkout"+because)
	preview := h.said("C0SHOP", 2)
	h.runner.plays(func(ops.Request) (ops.Reply, error) {
		return ops.Reply{}, &ops.Refusal{Reason: ops.Paused, What: "Nothing was changed: checkout is paused.", Why: "A paused rollout does not roll back.", Next: "Resume it first.", Choices: []string{"status"}}
	})
	h.press("U0ANA", preview, "confirm")
	want(t, "ana's refusal", h.ephemeral("U0ANA", "C0SHOP", 1).words(), "⛔ *Nothing was changed: checkout is paused.*\nA paused rollout does not roll back.\nYou can choose from: `status`\nResume it first.")
	want(t, "the plan", steady(h.said("C0SHOP", 2).words()), plan+"⛔ Confirmed by <@U0ANA> at HH:MM:SS UTC, and refused: Nothing was changed: checkout is paused.")
}

func TestARefusalThatPassesByItselfLeavesThePlanToBeConfirmedAgain(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "rollback checkout"+because)
	preview := h.said("C0SHOP", 2)
	h.runner.plays(func(ops.Request) (ops.Reply, error) {
		return ops.Reply{}, &ops.Refusal{Reason: ops.Unavailable, What: "Nothing was changed: PagerDuty did not answer.", Next: "Try again in a moment."}
	})
	h.press("U0ANA", preview, "confirm")
	want(t, "ana's refusal", h.ephemeral("U0ANA", "C0SHOP", 1).words(), "⛔ *Nothing was changed: PagerDuty did not answer.*\nTry again in a moment.")
	again := h.said("C0SHOP", 2)
	want(t, "the plan", steady(again.words()), plan+`[Confirm]
[Cancel]
⛔ Confirmed by <@U0ANA> at HH:MM:SS UTC, and refused: Nothing was changed: PagerDuty did not answer.
Nothing has changed yet. Only <@U0ANA> can confirm, until HH:MM:SS UTC. Request `+"`ID`")
	h.runner.plays(play)
	h.press("U0ANA", again, "confirm")
	h.until("it is under way", func() bool {
		return strings.HasSuffix(steady(h.said("C0SHOP", 2).words()), "\nConfirmed by <@U0ANA> at HH:MM:SS UTC. It is under way.")
	})
}

func TestAnOldPlanCannotBeConfirmed(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "rollback checkout"+because)
	preview := h.said("C0SHOP", 2)
	h.age("U0ANA", 11*time.Minute)
	h.press("U0ANA", preview, "confirm")
	want(t, "the refusal", h.ephemeral("U0ANA", "C0SHOP", 1).words(), "⛔ *Nothing was changed: this is too old.*\nWhat it would have done was worked out a while ago, and may not hold any more.\nGive the command again.")
	h.until("the plan lost its buttons", func() bool {
		return steady(h.said("C0SHOP", 2).words()) == strings.TrimSpace(plan)+"\nThis plan is too old to be confirmed. Nothing was changed."
	})
	if n := len(h.runner.requests()); n != 1 {
		t.Errorf("the Runner was asked %d times", n)
	}
}

func TestAWriteByMentionStaysInItsThread(t *testing.T) {
	h := open(t)
	alert := h.mention("U0BEN", "C0SHOP", "access", "")
	h.ephemeral("U0BEN", "C0SHOP", 1)
	h.mention("U0ANA", "C0SHOP", "rollback checkout because <https://acme.pagerduty.com/incidents/Q1XCHK0001|the incident>", alert)
	preview := h.said("C0SHOP", 3)
	if preview.ThreadTS != alert || !preview.has("confirm") {
		t.Errorf("the plan: %+v", preview)
	}
	h.press("U0ANA", preview, "confirm")
	h.until("confirmed", func() bool { return len(h.runner.requests()) == 3 })
	if got := h.runner.requests()[1].Because; got != "https://acme.pagerduty.com/incidents/Q1XCHK0001" {
		t.Errorf("the link is %q", got)
	}
	if public, _ := h.sees("U0ANA", "C0SHOP"); len(public) != 3 {
		t.Errorf("%d messages, not 3", len(public))
	}
}

func TestARemedyStartsAWriteOfWhoeverPressesIt(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "diagnose checkout")
	h.press("U0ANA", h.ephemeral("U0ANA", "C0SHOP", 1), "share")
	shared := h.said("C0SHOP", 1)
	h.press("U0BEN", shared, "remedy:3")
	form := h.modal("U0BEN", "needs a justification")
	if got := form.words(); !strings.HasPrefix(got, "`/k8s scale prod-eu/shop/deploy/cart replicas=3`\nA scale in production needs a justification.") {
		t.Errorf("the form: %s", got)
	}
	h.submit("U0BEN", form, "https://acme.pagerduty.com/incidents/Q1XCHK0001")
	preview := h.said("C0SHOP", 2)
	if preview.ThreadTS != shared.TS || !strings.Contains(preview.words(), "Only <@U0BEN> can confirm") {
		t.Errorf("the plan is not ben's, or not beneath the diagnosis: %+v", preview)
	}
	seen := h.runner.requests()
	asked := seen[len(seen)-1]
	if asked.Verb != "scale" || asked.Target != "prod-eu/shop/deploy/cart" || asked.Args["replicas"] != "3" || asked.Actor.ID != "U0BEN" || asked.Via != ops.ViaButton {
		t.Errorf("the request: %+v", asked)
	}
}

func TestWhatBreaksInsideIsToldWithTheRequestsIDAndNothingElse(t *testing.T) {
	h := open(t)
	h.runner.plays(func(ops.Request) (ops.Reply, error) {
		return ops.Reply{}, errors.New("pq: password authentication failed for user steward")
	})
	h.command("U0ANA", "C0SHOP", "access")
	got := h.ephemeral("U0ANA", "C0SHOP", 1).words()
	want(t, "the answer", steady(got), "⛔ *Something went wrong inside steward.*\nIf you asked to change something, its thread and `/k8s audit` say how far it came. Otherwise nothing was changed.\nIt is in steward's log under request `ID`. Try again; if it stays so, give that id to whoever runs steward.")
	id := ids.FindString(got)
	if !strings.Contains(h.log(), "request_id:"+id) || !strings.Contains(h.log(), "password authentication failed") {
		t.Errorf("the log does not tell: %s", h.log())
	}
}

func TestAPanicNeitherKillsTheBotNorLosesTheAnswer(t *testing.T) {
	h := open(t)
	h.runner.plays(func(req ops.Request) (ops.Reply, error) {
		if req.Verb == "diagnose" {
			panic("no such pod")
		}
		return play(req)
	})
	h.command("U0ANA", "C0SHOP", "diagnose checkout")
	if got := h.ephemeral("U0ANA", "C0SHOP", 1).words(); !strings.HasPrefix(got, "⛔ *Something went wrong inside steward.*") {
		t.Errorf("the answer: %s", got)
	}
	h.command("U0ANA", "C0SHOP", "access")
	h.ephemeral("U0ANA", "C0SHOP", 2)
	if h.count("steward_slack_panics_total") != 1 {
		t.Error("the panic was not counted")
	}
	h.until("the inbox is empty", func() bool { return len(h.unhandled()) == 0 })
}
