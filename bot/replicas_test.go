package bot_test

import (
	"context"
	"testing"

	"github.com/steward-bot/steward/bot"
	"github.com/steward-bot/steward/ops"
	"github.com/steward-bot/steward/standin/slack"
)

// beside starts a second steward on the same store and the same Slack.
func (h *house) beside() {
	h.t.Helper()
	app := h.slack.App()
	cfg := bot.Config{TeamID: "T0ACME", AppToken: app.AppToken, BotToken: app.BotToken, APIURL: h.server.URL + "/api", Instance: "another"}
	client := bot.NewClient(cfg, newRegistry(), quiet())
	narrator := bot.NewNarrator(cfg, client, h.store, quiet())
	other, err := bot.New(cfg, client, h.store, h.runner, narrator, quiet())
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- other.Run(ctx) }()
	first := h.quit
	h.quit = func() {
		cancel()
		if err := <-ended; err != nil {
			h.t.Errorf("the other bot ended with: %v", err)
		}
		narrator.Shutdown(context.Background())
		first()
	}
	h.until("four connections are open", func() bool { return h.slack.SocketStats().Connections == 4 && other.Connected() })
}

func TestAnyReplicaServesAnyPayloadAndEachOnlyOnce(t *testing.T) {
	h := open(t)
	h.beside()
	for range 8 {
		h.command("U0ANA", "C0SHOP", "access")
		h.redeliver(slack.Redelivery{Envelope: "same", Connection: "other"})
		h.redeliver(slack.Redelivery{Envelope: "new", Connection: "other"})
	}
	h.until("all are answered", func() bool { return len(h.unhandled()) == 0 })
	if n := len(h.runner.requests()); n != 8 {
		t.Errorf("the Runner was asked %d times, not 8", n)
	}
	h.command("U0ANA", "C0SHOP", "rollback checkout"+because)
	preview := h.said("C0SHOP", 2)
	h.press("U0ANA", preview, "confirm")
	h.redeliver(slack.Redelivery{Envelope: "same", Connection: "other"})
	h.until("the plan is confirmed", func() bool { return !h.said("C0SHOP", 2).has("confirm") })
	confirmed := 0
	for _, req := range h.runner.requests() {
		if req.Confirmed != "" {
			confirmed++
		}
	}
	if confirmed != 1 {
		t.Errorf("confirmed %d times", confirmed)
	}
}

func TestReplicasDoNotTakeEachOthersWork(t *testing.T) {
	h := open(t)
	slow := make(chan struct{})
	h.runner.plays(func(req ops.Request) (ops.Reply, error) { <-slow; return play(req) })
	h.command("U0ANA", "C0SHOP", "access")
	h.until("one replica works on it", func() bool { return len(h.runner.requests()) == 1 })
	h.beside() // and looks through the inbox at once
	close(slow)
	h.ephemeral("U0ANA", "C0SHOP", 1)
	h.until("it is done", func() bool { return len(h.unhandled()) == 0 })
	if n := len(h.runner.requests()); n != 1 {
		t.Errorf("the Runner was asked %d times", n)
	}
}
