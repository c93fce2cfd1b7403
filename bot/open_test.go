package bot_test

import (
	"context"
	"strings"
	"testing"

	"github.com/steward-bot/steward/ops"
	"github.com/steward-bot/steward/standin/slack"
)

// shop changes #shop.
func (h *house) shop(change func(*slack.Channel)) {
	h.t.Helper()
	ws := h.slack.Workspace()
	change(&ws.Channels[0])
	if err := h.slack.SetWorkspace(ws); err != nil {
		h.t.Fatal(err)
	}
}

func shared(c *slack.Channel) { c.ExtShared = true }

// underWay confirms a rollback in #shop.
func (h *house) underWay() ops.Request {
	h.t.Helper()
	h.command("U0ANA", "C0SHOP", "rollback checkout"+because)
	h.press("U0ANA", h.said("C0SHOP", 2), "confirm")
	h.until("the plan is confirmed", func() bool { return !h.said("C0SHOP", 2).has("confirm") })
	return h.runner.requests()[1]
}

// room is everything that is said in a channel, to whomever.
func (h *house) room(channel string) string {
	h.t.Helper()
	public, _ := h.sees("U0ANA", channel)
	var all []string
	for _, m := range public {
		all = append(all, m.words())
	}
	return strings.Join(all, "\n\n")
}

func stillBroken() ops.Outcome {
	d := diagnosis()
	return ops.Outcome{State: ops.Unhealthy, Summary: "Rolled back.", Diagnosis: &d}
}

func TestAChannelThatWasSharedMeanwhileIsToldNothingMoreAndTheRequesterAloneTheOutcome(t *testing.T) {
	h := open(t)
	req := h.underWay()
	before := h.room("C0SHOP")
	h.shop(shared)
	h.narrator.Progress(context.Background(), req, rollback(), ops.Progress{Phase: ops.PhaseRolling, Text: "1 of 3 updated", Desired: 3, Updated: 1, At: noon})
	h.until("the channel was looked at", func() bool { return h.logs.FilterMessage("a progress could not be shown").Len() == 1 })
	h.narrator.Outcome(context.Background(), req, rollback(), stillBroken())
	h.until("the outcome is told", func() bool { return len(h.unhandled()) == 0 })
	if after := h.room("C0SHOP"); after != before {
		t.Errorf("the shared channel was\n%s\n\n— and is now —\n%s", before, after)
	}
	alone := h.room("D0ANA")
	if !strings.HasPrefix(alone, "*Only you are told how your request in <#C0SHOP> ended.*\nThe channel is archived, or shared with another company, or steward cannot see any more who reads it.\n🟠 *Rolled back.*\n") || !strings.Contains(alone, "🔴 *The image checkout:2.4.1-missing does not exist.*") {
		t.Errorf("ana is told: %s", alone)
	}
	if strings.Contains(alone, "\n[") {
		t.Errorf("what ana is told has buttons: %s", alone)
	}
}

func TestAChannelThatWasSharedAfterTheProgressDoesNotGetTheOutcome(t *testing.T) {
	h := open(t)
	req := h.underWay()
	h.narrator.Progress(context.Background(), req, rollback(), ops.Progress{Phase: ops.PhaseRolling, Text: "1 of 3 updated", Desired: 3, Updated: 1, At: noon})
	h.saying("C0SHOP", "1 of 3 updated")
	h.saying("C0SHOP", "⏳ Confirmed by <@U0ANA>. It is under way, in the thread.")
	before := h.room("C0SHOP")
	h.shop(shared)
	h.narrator.Outcome(context.Background(), req, rollback(), stillBroken())
	h.until("the outcome is told", func() bool { return len(h.unhandled()) == 0 })
	if after := h.room("C0SHOP"); after != before {
		t.Errorf("the shared channel was\n%s\n\n— and is now —\n%s", before, after)
	}
	if alone := h.room("D0ANA"); !strings.Contains(alone, "🟠 *Rolled back.*") {
		t.Errorf("ana is told: %s", alone)
	}
}

func TestAnOutcomeWaitsUntilSlackSaysWhoReadsTheChannel(t *testing.T) {
	h := open(t)
	req := h.underWay()
	h.fail(slack.Fault{Method: "conversations.info", Kind: slack.FaultServerError, Count: 2})
	h.narrator.Outcome(context.Background(), req, rollback(), stillBroken())
	h.saying("C0SHOP", "🟠 *Rolled back.*")
}

func TestAnAnswerIsNotSharedWithAnotherCompany(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "diagnose checkout")
	answer := h.ephemeral("U0ANA", "C0SHOP", 1)
	h.shop(shared)
	h.press("U0ANA", answer, "share")
	want(t, "the refusal", h.ephemeral("U0ANA", "C0SHOP", 2).words(), "⛔ *Nothing was done: this channel is shared with another company.*\nWhoever is in it could use steward and read its answers.\nAsk again in a channel of your own workspace.")
	if said := h.room("C0SHOP"); said != "" {
		t.Errorf("the shared channel is told: %s", said)
	}
}

func TestAGuestDoesNotOpenTheChecksOfASharedDiagnosis(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "diagnose checkout")
	h.press("U0ANA", h.ephemeral("U0ANA", "C0SHOP", 1), "share")
	diagnosed := h.said("C0SHOP", 1)
	for _, guest := range []string{"U0GUS", "U0ULA"} {
		h.press(guest, diagnosed, "checks")
		want(t, "the refusal", h.ephemeral(guest, "C0SHOP", 1).words(), "⛔ *Nothing was done: guests cannot use steward.*\nYour Slack account is a guest account of this workspace.\nAsk a full member of the workspace to do it.")
	}
	if n := h.asked("views.open"); n != 0 {
		t.Errorf("%d modals were opened for guests", n)
	}
	h.press("U0BEN", diagnosed, "checks")
	h.modal("U0BEN", "Every check")
}
