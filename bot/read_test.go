package bot_test

import (
	"strings"
	"testing"

	"github.com/steward-bot/steward/ops"
)

func TestAReadIsAnsweredToTheAskerAloneUntilSheSharesIt(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "diagnose checkout")
	answer := h.ephemeral("U0ANA", "C0SHOP", 1)
	want(t, "the answer", answer.words(), `
🔴 *The image checkout:2.4.1-missing does not exist.*
`+"`prod-eu/shop/deploy/checkout`  `image-not-found` proven, in `Pod/shop/checkout-5d-x2v`"+`
*Why*
• Pod/shop/checkout-5d-x2v `+"`status.containerStatuses[0].state.waiting.reason` is `ErrImagePull`"+` (2026-11-21 12:00:00 UTC)
*What to do*
1. Roll back to the template of revision 41.  `+"`/k8s rollback prod-eu/shop/deploy/checkout to=41`"+`
2. Or publish the tag.
3. Scale up cart, which checkout waits for.  `+"`/k8s scale prod-eu/shop/deploy/cart replicas=3`"+`
*This also explains*
• The rollout does not finish. (`+"`progress-deadline-exceeded`"+`)
*What changed*
• 2026-11-21 12:00:00 UTC  image 2.4.0 → 2.4.1-missing, by ana
*What could not be known*
• `+"`memory`"+`: steward may not read nodes/metrics
3 checks in 0.4 s: 1 found something, 1 did not, 1 could not tell. Excluded: `+"`image-pull-auth`"+`.
[1. Roll back checkout to=41]
[3. Scale cart replicas=3]
[Show the 3 checks]
[Share with channel]`)
	if public, _ := h.sees("U0BEN", "C0SHOP"); len(public) != 0 {
		t.Fatalf("ben sees %v", public)
	}

	h.press("U0ANA", answer, "share")
	shared := h.said("C0SHOP", 1)
	if got := shared.words(); !strings.HasPrefix(got, "<@U0ANA> shares `/k8s diagnose checkout`\n🔴 *The image checkout:2.4.1-missing does not exist.*\n") {
		t.Errorf("shared: %s", got)
	}
	if shared.has("share") || !shared.has("remedy:1") {
		t.Errorf("the shared answer has the wrong buttons: %s", shared.words())
	}
	h.until("the answer says that it is shared", func() bool {
		return h.ephemeral("U0ANA", "C0SHOP", 1).words() == "Shared with the channel."
	})
	seen := h.runner.requests()
	if len(seen) != 2 || seen[0].ID == seen[1].ID || seen[1].Via != ops.ViaButton || seen[1].Place.Channel != "C0SHOP" || seen[1].Target != "checkout" {
		t.Errorf("sharing asks the Runner anew: %+v", seen)
	}
}

func TestAnAnswerWithSectionsAndATable(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "access")
	want(t, "the answer", h.ephemeral("U0ANA", "C0SHOP", 1).words(), "*What you may do here.*\n*shop*\ndiagnose, rollback\n*As a table*\n```\nVERB       WHERE\ndiagnose   shop/*\n```\n[Share with channel]")
}

func TestAReadByMentionIsAnsweredInTheThreadToTheAskerAlone(t *testing.T) {
	h := open(t)
	root := h.mention("U0BEN", "C0SHOP", "anybody awake?", "")
	h.ephemeral("U0BEN", "C0SHOP", 1) // "anybody" is no verb
	h.mention("U0ANA", "C0SHOP", "look: <@U0STEWARD> access", root)
	answer := h.ephemeral("U0ANA", "C0SHOP", 1)
	if answer.ThreadTS != root {
		t.Errorf("the answer is in thread %q, not in %q", answer.ThreadTS, root)
	}
	h.press("U0ANA", answer, "share")
	if shared := h.saying("C0SHOP", "<@U0ANA> shares `/k8s access`"); shared.ThreadTS != root {
		t.Errorf("shared outside the thread: %+v", shared)
	}
}

func TestEveryCheckIsAButtonAway(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "diagnose checkout")
	h.press("U0ANA", h.ephemeral("U0ANA", "C0SHOP", 1), "checks")
	want(t, "the modal", h.modal("U0ANA", "Every check").words(), `
*Every check of* `+"`prod-eu/shop/deploy/checkout`"+`
3 checks in 0.4 s: 1 found something, 1 did not, 1 could not tell. Excluded: `+"`image-pull-auth`"+`.
*yes* Is a container waiting?
      ErrImagePull on checkout-5d-x2v
no Is the node unwell?
      node-1 is Ready
_unknown_ Was it killed for its memory?`)
}

func TestWhoWaitsForAnAnswerIsToldSo(t *testing.T) {
	h := open(t)
	slow := make(chan struct{})
	h.runner.plays(func(req ops.Request) (ops.Reply, error) { <-slow; return play(req) })
	h.command("U0ANA", "C0SHOP", "access")
	want(t, "the note", h.ephemeral("U0ANA", "C0SHOP", 1).words(), "⏳ steward is still looking. The answer comes here.")
	close(slow)
	h.ephemeral("U0ANA", "C0SHOP", 2)
}

func TestOnlyTheAskerSharesAndOnlyOnce(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "access")
	answer := h.ephemeral("U0ANA", "C0SHOP", 1)
	slow := make(chan struct{})
	h.runner.plays(func(req ops.Request) (ops.Reply, error) { <-slow; return play(req) })
	h.press("U0ANA", answer, "share")
	h.until("the first press is worked on", func() bool { return len(h.runner.requests()) == 2 })
	h.press("U0ANA", answer, "share") // a double click
	want(t, "the second press", h.ephemeral("U0ANA", "C0SHOP", 2).words(), "⛔ *Nothing was changed by this: it was used before.*\nIt works once.\nGive the command again.")
	close(slow)
	h.said("C0SHOP", 1)
	if n := len(h.runner.requests()); n != 2 {
		t.Errorf("the Runner was asked %d times", n)
	}
}

func TestTheMessageShortcutDiagnosesWhatAnAlertIsAbout(t *testing.T) {
	h := open(t)
	alert := h.mention("U0BEN", "C0SHOP", "access alert: error rate of shop/checkout, see https://grafana.example/d/x", "")
	h.acked("shortcut", map[string]any{"user": "U0ANA", "channel": "C0SHOP", "message_ts": alert})
	form := h.modal("U0ANA", "What shall steward diagnose?")
	want(t, "the form", form.words(), `
*What shall steward diagnose?*
The answer comes into the thread of this message. Only you see it, until you share it.
[Target] [[cluster/]namespace/][kind/]name`)
	if guess := form.Blocks[1]["element"].(map[string]any)["initial_value"]; guess != "shop/checkout" {
		t.Errorf("the form proposes %v", guess)
	}
	if refused := h.submit("U0ANA", form, "a/b/c/d/e"); refused["errors"].(map[string]any)["target"] != `"a/b/c/d/e" is not a target. It has more than four parts. Write it as [[cluster/]namespace/][kind/]name, for example checkout, shop/checkout or prod-eu/shop/deploy/checkout.` {
		t.Errorf("a bad target: %v", refused)
	}
	h.submit("U0ANA", form, "shop/checkout")
	if answer := h.ephemeral("U0ANA", "C0SHOP", 1); answer.words()[:len("🔴")] != "🔴" {
		t.Errorf("the answer: %s", answer.words())
	}
	want(t, "the modal", h.modal("U0ANA", "The answer is in").words(), "*The answer is in the channel, in <#C0SHOP>.*\nOnly you see it, until you share it.")
	if seen := h.runner.requests(); seen[0].Verb != "diagnose" || seen[0].Target != "shop/checkout" || seen[0].Via != ops.ViaShortcut || seen[0].Place.Thread != alert {
		t.Errorf("the request: %+v", seen[0])
	}
}
