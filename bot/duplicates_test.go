package bot_test

import (
	"context"
	"testing"
	"time"

	"github.com/steward-bot/steward/bot"
	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
	"github.com/steward-bot/steward/standin/slack"
)

func TestWhatSlackDeliversAgainIsDoneOnce(t *testing.T) {
	h := open(t)
	for _, again := range []slack.Redelivery{{Envelope: "same", Connection: "any"}, {Envelope: "same", Connection: "other"}, {Envelope: "new", Connection: "any"}, {Envelope: "new", Connection: "other"}} {
		before := len(h.runner.requests())
		h.command("U0ANA", "C0SHOP", "access")
		h.redeliver(again)
		h.mention("U0ANA", "C0SHOP", "access", "")
		h.redeliver(again)
		h.until("both are answered", func() bool { return len(h.runner.requests()) == before+2 })
	}
	time.Sleep(50 * time.Millisecond)
	if n := len(h.runner.requests()); n != 8 {
		t.Errorf("the Runner was asked %d times, not 8", n)
	}
	if n := h.count("steward_slack_duplicates_total"); n != 8 {
		t.Errorf("%v duplicates were counted", n)
	}
}

func TestAnAcknowledgementThatGotLostIsNoSecondCommand(t *testing.T) {
	h := open(t)
	h.slack.DropAcks(1)
	h.do("command", map[string]any{"user": "U0ANA", "channel": "C0SHOP", "text": "access"})
	h.redeliver(slack.Redelivery{Envelope: "same", Connection: "other"})
	h.until("it is answered", func() bool { return len(h.runner.requests()) == 1 })
}

func TestAPressThatComesAgainAfterARestartIsDoneOnce(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "rollback checkout"+because)
	h.press("U0ANA", h.said("C0SHOP", 2), "confirm")
	h.until("it is under way", func() bool { return len(h.runner.requests()) == 2 })
	h.stop()
	h.start(bot.SocketMode)
	h.redeliver(slack.Redelivery{Envelope: "same", Connection: "any"})
	h.redeliver(slack.Redelivery{Envelope: "new", Connection: "any"})
	if n := len(h.runner.requests()); n != 2 {
		t.Errorf("the Runner was asked %d times, not 2", n)
	}
}

func TestACommandThatWasAcknowledgedAndNotAnsweredIsAnsweredByTheNextProcess(t *testing.T) {
	h := open(t)
	h.runner.plays(func(ops.Request) (ops.Reply, error) { select {} }) // the process hangs
	h.command("U0ANA", "C0SHOP", "access")
	h.until("it is being worked on", func() bool { return len(h.runner.requests()) == 1 })
	h.die()
	h.runner.plays(play)
	h.start(bot.SocketMode)
	h.ephemeral("U0ANA", "C0SHOP", 1)
	seen := h.runner.requests()
	if len(seen) != 2 || seen[0].ID != seen[1].ID {
		t.Errorf("the request has another id: %+v", seen)
	}
	h.until("the inbox is empty", func() bool { return len(h.unhandled()) == 0 })
}

func TestAConfirmationThatWasCutOffGoesOnAfterARestart(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "rollback checkout"+because)
	preview := h.said("C0SHOP", 2)
	h.runner.plays(func(ops.Request) (ops.Reply, error) { select {} })
	h.press("U0ANA", preview, "confirm")
	h.until("it is being worked on", func() bool { return len(h.runner.requests()) == 2 })
	h.die()
	h.runner.plays(play)
	h.start(bot.SocketMode)
	h.until("the plan is closed", func() bool { return !h.said("C0SHOP", 2).has("confirm") })
	seen := h.runner.requests()
	if len(seen) != 3 || seen[2].Confirmed != rollback().Fingerprint() || seen[2].ID != seen[1].ID {
		t.Errorf("asked: %+v", seen)
	}
}

func TestWhatIsTooOldAfterALongAbsenceIsNotDone(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "access")
	h.ephemeral("U0ANA", "C0SHOP", 1)
	deliveries := h.slack.Deliveries()
	old := store.Inbox{ID: "old", EnvelopeID: "e-old", Kind: "slash_commands", Payload: deliveries[len(deliveries)-1].Payload, At: time.Now().Add(-20 * time.Minute)}
	if _, err := h.store.Receive(context.Background(), old); err != nil {
		t.Fatal(err)
	}
	h.stop()
	h.start(bot.SocketMode)
	want(t, "the apology", steady(h.ephemeral("U0ANA", "C0SHOP", 2).words()), "⛔ *steward could not answer in time.*\nIt was away after what you did here at HH:MM:SS UTC. If you had confirmed a change, its thread says what became of it; nothing else was done. Give the command again if you still need it.")
	if n := len(h.runner.requests()); n != 1 {
		t.Errorf("the Runner was asked %d times", n)
	}
}

func TestFiftyCommandsAtOnceAreAcknowledgedInTime(t *testing.T) {
	h := open(t)
	slow := make(chan struct{})
	h.runner.plays(func(req ops.Request) (ops.Reply, error) { <-slow; return play(req) })
	took := h.burst(50)
	t.Logf("acknowledged in ms: median %.1f, slowest %.1f", took[25], took[49])
	if took[49] > 1000 {
		t.Errorf("the slowest acknowledgement took %.0f ms", took[49])
	}
	if busy := len(h.runner.requests()); busy > 32 {
		t.Errorf("%d requests are worked on at a time, not at most 32", busy)
	}
	close(slow)
	h.until("all are worked on", func() bool { return len(h.runner.requests()) == 50 })
}

func TestCommandsGetThroughWhileSlackRenewsConnections(t *testing.T) {
	h := open(t)
	for i, reason := range []string{"warning", "refresh_requested"} {
		if _, err := h.slack.Disconnect(reason); err != nil {
			t.Fatal(err)
		}
		h.until("both connections are new", func() bool { return h.logs.FilterMessage("connected to Slack").Len() >= 2*(i+2) })
		h.command("U0ANA", "C0SHOP", "access")
		h.ephemeral("U0ANA", "C0SHOP", i+1)
	}
	h.slack.RefuseConnections(true)
	h.slack.Cut()
	h.until("the bot knows that it is cut off", func() bool { return !h.bot.Connected() })
	h.slack.RefuseConnections(false)
	h.until("the bot is back", h.bot.Connected)
	h.command("U0ANA", "C0SHOP", "access")
	h.ephemeral("U0ANA", "C0SHOP", 3)
}
