package bot_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/steward-bot/steward/bot"
	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
)

func TestAShutdownFinishesWhatIsBeingAnswered(t *testing.T) {
	h := open(t)
	slow := make(chan struct{})
	h.runner.plays(func(req ops.Request) (ops.Reply, error) { <-slow; return play(req) })
	h.command("U0ANA", "C0SHOP", "access")
	h.until("it is being worked on", func() bool { return len(h.runner.requests()) == 1 })
	down := make(chan struct{})
	go func() { h.stop(); close(down) }()
	h.until("nothing more is received", func() bool { return h.slack.SocketStats().Connections == 0 })
	select {
	case <-down:
		t.Error("the bot went down in the middle of an answer")
	case <-time.After(50 * time.Millisecond):
	}
	close(slow)
	<-down
	h.ephemeral("U0ANA", "C0SHOP", 1)
	h.start(bot.SocketMode)
	if left := h.unhandled(); len(left) != 0 {
		t.Errorf("left in the inbox: %v", left)
	}
}

// full is a store whose disk is full.
type full struct{ *store.Store }

func (full) Receive(context.Context, store.Inbox) (bool, error) {
	return false, errors.New("the disk is full")
}

func TestWhatCannotBeCommittedIsNotAcknowledged(t *testing.T) {
	h := open(t)
	cfg := bot.Config{TeamID: "T0ACME", BotToken: "x", SigningSecret: "secret", Mode: bot.HTTPMode, APIURL: h.server.URL + "/api"}
	client := bot.NewClient(cfg, newRegistry(), quiet())
	broken := full{h.store}
	b, err := bot.New(cfg, client, broken, h.runner, bot.NewNarrator(cfg, client, broken, quiet()), quiet())
	if err != nil {
		t.Fatal(err)
	}
	h.web = httptest.NewServer(b.Handler())
	t.Cleanup(h.web.Close)
	const body = "team_id=T0ACME&user_id=U0ANA&channel_id=C0SHOP&text=access&trigger_id=1.2.x"
	if status, words := h.postTo(bot.CommandsPath, sign("secret", time.Now(), body), body); status != 503 || words != "steward cannot write its inbox. Try again.\n" {
		t.Errorf("answered %d %q", status, words)
	}
	if len(h.runner.requests()) != 0 {
		t.Error("it was done all the same")
	}
}
