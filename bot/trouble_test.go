package bot_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/steward-bot/steward/bot"
	"github.com/steward-bot/steward/ops"
	"github.com/steward-bot/steward/standin/slack"
)

func (h *house) fail(faults ...slack.Fault) {
	h.t.Helper()
	for _, fault := range faults {
		if err := h.slack.Fail(fault); err != nil {
			h.t.Fatal(err)
		}
	}
}

func TestAnAnswerThatSlackDoesNotTakeIsGivenUntilItDoes(t *testing.T) {
	h := open(t)
	h.fail(
		slack.Fault{Method: "chat.postMessage", Kind: slack.FaultServerError},
		slack.Fault{Method: "chat.postMessage", Kind: slack.FaultRateLimited, RetryAfter: 1},
		slack.Fault{Method: "chat.postMessage", Kind: slack.FaultError, Error: "service_unavailable"},
		slack.Fault{Method: "chat.postEphemeral", Kind: slack.FaultServerError, Count: 2},
	)
	h.command("U0ANA", "C0SHOP", "rollback checkout"+because)
	h.said("C0SHOP", 2)
	h.mention("U0ANA", "C0SHOP", "access", "")
	h.ephemeral("U0ANA", "C0SHOP", 1)
}

func TestWhereStewardMayNotWriteThePersonIsToldSo(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0LOUNGE", "rollback checkout"+because)
	want(t, "the refusal", h.ephemeral("U0ANA", "C0LOUNGE", 1).words(), "⛔ *Nothing was changed: steward may not write in this channel.*\nSlack refused with not_in_channel. A change is announced where it was asked for.\nInvite it with `/invite @steward`, and give the command again.")
	h.command("U0ANA", "C0LOUNGE", "access") // a read needs no membership
	h.ephemeral("U0ANA", "C0LOUNGE", 2)
}

func TestPeopleOfAnotherTeamAreTurnedAway(t *testing.T) {
	h := open(t)
	h.command("U0SVEN", "C0SHARED", "access")
	want(t, "the refusal", h.ephemeral("U0SVEN", "C0SHARED", 1).words(), "⛔ *Nothing was done: this steward serves another Slack workspace.*\nYour account belongs to another company's workspace.\nAsk a member of the workspace that steward serves.")
	if len(h.runner.requests()) != 0 || h.count("steward_slack_refused_total") != 1 {
		t.Errorf("asked: %v", h.runner.requests())
	}
}

func TestProgressIsEditedInPlaceNoFasterThanSlackAllows(t *testing.T) {
	h := open(t)
	req := ops.Request{ID: "r1", Actor: ops.Actor{ID: "U0ANA"}, Place: ops.Place{Channel: "C0SHOP", Thread: h.mention("U0ANA", "C0SHOP", "access", "")}}
	began := time.Now()
	for i := range 300 {
		h.narrator.Progress(context.Background(), req, rollback(), ops.Progress{Phase: ops.PhaseRolling, Desired: 300, Updated: int32(i), At: noon})
		time.Sleep(5 * time.Millisecond)
	}
	h.narrator.Outcome(context.Background(), req, rollback(), ops.Outcome{State: ops.Failed, Summary: "The rollout did not finish.", Next: "Look at the pods.", Reason: ops.Unavailable})
	want(t, "the outcome", h.said("C0SHOP", 3).words(), "🔴 *The rollout did not finish.*\nLook at the pods.\n<@U0ANA>, this took 0.0 s. Request `r1`")
	h.until("the progress is over", func() bool {
		return h.said("C0SHOP", 2).words() == "☑️ *Rolling out  299 of 300 updated, 0 ready*\nas of 12:00:00 UTC"
	})
	most := int(time.Since(began).Seconds()) + 3
	if edited := h.said("C0SHOP", 2).Edited; edited < 1 || edited > most {
		t.Errorf("edited %d times in %v", edited, time.Since(began))
	}
}

func TestTheNextProcessGoesOnInTheSameMessageAndTellsTheOutcomeOnce(t *testing.T) {
	h := open(t)
	req := ops.Request{ID: "r1", Actor: ops.Actor{ID: "U0ANA"}, Place: ops.Place{Channel: "C0SHOP", Thread: h.mention("U0ANA", "C0SHOP", "access", "")}}
	h.narrator.Progress(context.Background(), req, rollback(), ops.Progress{Phase: ops.PhaseRolling, Desired: 3, Updated: 1})
	h.said("C0SHOP", 2)
	h.stop()
	h.start(bot.SocketMode)
	h.narrator.Progress(context.Background(), req, rollback(), ops.Progress{Phase: ops.PhaseRolling, Desired: 3, Updated: 3})
	h.until("the progress goes on", func() bool { return strings.Contains(h.said("C0SHOP", 2).words(), "3 of 3 updated") })
	for range 3 {
		h.narrator.Outcome(context.Background(), req, rollback(), ops.Outcome{State: ops.Succeeded, Summary: "Done."})
	}
	h.saying("C0SHOP", "✅ *Done.*")
	h.stop()
	h.start(bot.SocketMode)
	h.narrator.Outcome(context.Background(), req, rollback(), ops.Outcome{State: ops.Succeeded, Summary: "Done."})
	time.Sleep(100 * time.Millisecond)
	if public, _ := h.sees("U0ANA", "C0SHOP"); len(public) != 3 {
		t.Errorf("%d messages, not 3", len(public))
	}
}

func TestAnOutcomeThatCouldNotBeToldIsToldByTheNextProcess(t *testing.T) {
	h := open(t)
	req := ops.Request{ID: "r1", Actor: ops.Actor{ID: "U0ANA"}, Place: ops.Place{Channel: "C0SHOP", Thread: h.mention("U0ANA", "C0SHOP", "access", "")}}
	h.fail(slack.Fault{Method: "chat.postMessage", Kind: slack.FaultServerError, Count: 1000})
	d := diagnosis()
	began := time.Now()
	h.narrator.Outcome(context.Background(), req, rollback(), ops.Outcome{State: ops.Unhealthy, Summary: "Rolled back.", Next: "Still wrong: the image.", Diagnosis: &d})
	if took := time.Since(began); took > time.Second {
		t.Errorf("the executor was held up for %v", took)
	}
	h.until("Slack was asked", func() bool { return h.count("steward_slack_calls_total") > 3 })
	h.die()
	h.slack.Reset()
	h.start(bot.SocketMode)
	told := h.saying("C0SHOP", "🟠 *Rolled back.*")
	if !told.has("remedy:1") || !strings.Contains(told.words(), "---\n🔴 *The image checkout:2.4.1-missing does not exist.*") {
		t.Errorf("the outcome: %s", told.words())
	}
}

func TestWhatIsAskedOnTheCommandLineIsNotToldInSlack(t *testing.T) {
	h := open(t)
	h.narrator.Progress(context.Background(), ops.Request{ID: "r1"}, rollback(), ops.Progress{})
	h.narrator.Outcome(context.Background(), ops.Request{ID: "r1"}, rollback(), ops.Outcome{})
	if left := h.unhandled(); len(left) != 0 {
		t.Errorf("in the inbox: %v", left)
	}
}

func TestATokenOfAnotherTeamEndsTheBotWithTheReason(t *testing.T) {
	h := open(t)
	for _, c := range []struct {
		cfg   bot.Config
		words string
	}{
		{bot.Config{TeamID: "T0OTHER", BotToken: h.slack.App().BotToken, AppToken: h.slack.App().AppToken}, "the Slack bot token belongs to team T0ACME, but the settings say T0OTHER: correct slack.team_id or the token"},
		{bot.Config{TeamID: "T0ACME", BotToken: "xoxb-wrong", AppToken: h.slack.App().AppToken}, "the Slack bot token is refused, make a new one: asking Slack who the bot is: calling Slack's auth.test: invalid_auth"},
		{bot.Config{TeamID: "T0ACME", BotToken: h.slack.App().BotToken, AppToken: "xapp-wrong"}, "the Slack app token is refused, make a new one with connections:write: invalid_auth"},
	} {
		c.cfg.APIURL = h.server.URL + "/api/"
		client := bot.NewClient(c.cfg, newRegistry(), quiet())
		b, err := bot.New(c.cfg, client, h.store, h.runner, bot.NewNarrator(c.cfg, client, h.store, quiet()), quiet())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		if err := b.Run(ctx); err == nil || err.Error() != c.words {
			t.Errorf("%s: %v", c.words, err)
		}
		cancel()
	}
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	for words, cfg := range map[string]bot.Config{
		"the Slack team id is missing: without it, anybody's workspace could command steward": {BotToken: "x", AppToken: "x"},
		"the Slack bot token is missing":                                               {TeamID: "T"},
		"the Slack app token is missing, which Socket Mode needs":                      {TeamID: "T", BotToken: "x"},
		"the Slack signing secret is missing, which HTTP mode needs":                   {TeamID: "T", BotToken: "x", Mode: bot.HTTPMode},
		`there is no Slack mode "pigeon": choose socket or http`:                       {TeamID: "T", BotToken: "x", Mode: "pigeon"},
		"1 Socket Mode connections: choose 2 to 10, which is Slack's limit for an app": {TeamID: "T", BotToken: "x", AppToken: "x", Connections: 1},
	} {
		client := bot.NewClient(cfg, newRegistry(), quiet())
		if _, err := bot.New(cfg, client, nil, nil, nil, quiet()); fmt.Sprint(err) != words {
			t.Errorf("%v, not %s", err, words)
		}
	}
}
