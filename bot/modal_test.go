package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/steward-bot/steward/ops"
	"github.com/steward-bot/steward/standin/slack"
)

const link = "https://acme.pagerduty.com/incidents/Q1XCHK0001"

func TestAModalAsksForTheLinkThatIsMissing(t *testing.T) {
	h := open(t)
	release := make(chan struct{})
	h.runner.plays(func(req ops.Request) (ops.Reply, error) { <-release; return play(req) })
	h.command("U0ANA", "C0SHOP", "rollback checkout")
	want(t, "the modal at once", h.modal("U0ANA", "One moment").words(), "*One moment.*\nsteward looks at `checkout` and works out what `rollback checkout` would do. Nothing is changed by that.")
	close(release)
	form := h.modal("U0ANA", "needs a justification")
	want(t, "the form", form.words(), `
`+"`/k8s rollback checkout`"+`
A rollback in production needs a justification. Accepted: a PagerDuty incident or a Jira issue.
[Link to the incident or the issue] It is checked live before you see the plan.`)
	if public, _ := h.sees("U0BEN", "C0SHOP"); len(public) != 0 {
		t.Errorf("the channel heard of it too early: %v", public)
	}

	if refused := h.submit("U0ANA", form, "  "); refused["error"] == "" {
		t.Errorf("an empty form was taken: %v", refused)
	}
	if refused := h.submit("U0ANA", form, "https://acme\u202e.pagerduty.com"); refused["errors"].(map[string]any)["justification"] !=
		"This command holds a character that cannot be seen. It is U+202E, at character 13. Such characters hide what a command really says. Type the command by hand instead of pasting it." {
		t.Errorf("a hidden character: %v", refused)
	}
	h.submit("U0ANA", form, "resolved")
	again := h.modal("U0ANA", "is resolved")
	want(t, "the form again", again.words(), `
⛔ *Incident Q1XOLD0001 is resolved.*
Only an open incident justifies a change.
Give the link of an open one.
`+"`/k8s rollback checkout`"+`
A rollback in production needs a justification. Accepted: a PagerDuty incident or a Jira issue.
[Link to the incident or the issue] It is checked live before you see the plan.`)
	h.submit("U0ANA", again, link)
	want(t, "the modal at the end", h.modal("U0ANA", "The plan is").words(), "*The plan is in the thread, in <#C0SHOP>.*\nLook at it there, and confirm or cancel it.")
	preview := h.said("C0SHOP", 2)
	h.press("U0ANA", preview, "confirm")
	h.until("it is under way", func() bool { return len(h.runner.requests()) == 4 })
	seen := h.runner.requests()
	if seen[0].ID != seen[3].ID || seen[3].Because != link || seen[3].Via != ops.ViaSlash {
		t.Errorf("the story has more than one id: %+v", seen)
	}
}

func TestAWriteThatNeedsNoLinkSaysInTheModalWhereThePlanIs(t *testing.T) {
	h := open(t)
	h.runner.plays(func(req ops.Request) (ops.Reply, error) {
		return ops.Reply{Preview: &ops.Preview{Plan: rollback()}}, nil
	})
	h.command("U0ANA", "C0SHOP", "rollback checkout")
	h.modal("U0ANA", "The plan is in the thread, in <#C0SHOP>.")
	want(t, "the channel", h.said("C0SHOP", 1).words(), "<@U0ANA> asks to roll back `prod-eu/shop/deploy/checkout`\nThe plan is in the thread.")
}

func TestARefusedWriteIsShownInTheModal(t *testing.T) {
	h := open(t)
	h.runner.plays(func(req ops.Request) (ops.Reply, error) {
		return ops.Reply{}, &ops.Refusal{Reason: ops.NotAllowed, What: "You can see checkout but not roll it back.", Next: "Ask #shop-oncall."}
	})
	h.command("U0ANA", "C0SHOP", "rollback checkout")
	want(t, "the modal", h.modal("U0ANA", "You can see").words(), "⛔ *You can see checkout but not roll it back.*\nAsk #shop-oncall.")
}

func TestWhoClosedTheModalIsToldInTheChannel(t *testing.T) {
	h := open(t)
	release := make(chan struct{})
	h.runner.plays(func(req ops.Request) (ops.Reply, error) { <-release; return play(req) })
	h.command("U0ANA", "C0SHOP", "rollback checkout")
	loading := h.modal("U0ANA", "One moment")
	h.acked("close", map[string]any{"user": "U0ANA", "view_id": loading.ID})
	close(release)
	asked := h.ephemeral("U0ANA", "C0SHOP", 1)
	want(t, "the question", asked.words(), `
✋ A rollback in production needs a justification. Accepted: a PagerDuty incident or a Jira issue.
Press the button and paste the link, or add it to the command: `+"`rollback checkout because LINK`"+`
[Give the link]`)
}

func TestAMentionHasNoTriggerSoAButtonOpensTheForm(t *testing.T) {
	h := open(t)
	h.mention("U0ANA", "C0SHOP", "rollback checkout", "")
	asked := h.ephemeral("U0ANA", "C0SHOP", 1)
	if !asked.has("justification") || asked.ThreadTS != "" {
		t.Fatalf("asked: %+v", asked) // Slack shows no ephemeral in a thread without replies
	}
	h.press("U0ANA", asked, "justification")
	h.submit("U0ANA", h.modal("U0ANA", "needs a justification"), link)
	preview := h.said("C0SHOP", 2)
	if mentioned := h.said("C0SHOP", 1); preview.ThreadTS != mentioned.TS || mentioned.User != "U0ANA" {
		t.Errorf("the plan is not beneath the mention: %+v", preview)
	}
}

func TestASlowTriggerStillGetsAnAnswer(t *testing.T) {
	h := open(t)
	if err := h.slack.Fail(slack.Fault{Method: "views.open", Kind: slack.FaultError, Error: "expired_trigger_id"}); err != nil {
		t.Fatal(err)
	}
	h.command("U0ANA", "C0SHOP", "rollback checkout")
	if asked := h.ephemeral("U0ANA", "C0SHOP", 1); !asked.has("justification") {
		t.Errorf("asked: %s", asked.words())
	}
}

func TestAFormWorksForItsOwnerOnlyAndForHalfAnHour(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "rollback checkout")
	form := h.modal("U0ANA", "needs a justification")
	h.age("U0ANA", 31*time.Minute)
	h.submit("U0ANA", form, link)
	if got := h.modal("U0ANA", "too old").words(); !strings.HasPrefix(got, "⛔ *Nothing was changed: this is too old.*") {
		t.Errorf("the modal: %s", got)
	}
	if n := len(h.runner.requests()); n != 1 {
		t.Errorf("the Runner was asked %d times", n)
	}
}
