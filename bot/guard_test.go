package bot_test

import (
	"context"
	"strings"
	"testing"

	"github.com/steward-bot/steward/bot"
	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
)

// cursed is a store that panics when it is asked about an outcome.
type cursed struct{ *store.Store }

func (c cursed) Note(ctx context.Context, key string) ([]byte, bool, error) {
	if strings.HasPrefix(key, "outcome/") {
		panic("a bug in telling")
	}
	return c.Store.Note(ctx, key)
}

func TestAnOutcomeThatPanicsNeitherKillsTheBotNorStaysForEver(t *testing.T) {
	h := open(t)
	app := h.slack.App()
	cfg := bot.Config{TeamID: "T0ACME", AppToken: app.AppToken, BotToken: app.BotToken, APIURL: h.server.URL + "/api", Instance: "another"}
	registry := newRegistry()
	client, broken := bot.NewClient(cfg, registry, quiet()), cursed{h.store}
	narrator := bot.NewNarrator(cfg, client, broken, quiet())
	h.registry = registry
	req := ops.Request{ID: "r1", Actor: ops.Actor{ID: "U0ANA"}, Place: ops.Place{Channel: "C0SHOP"}}
	narrator.Outcome(context.Background(), req, rollback(), ops.Outcome{State: ops.Succeeded, Summary: "Done."})
	narrator.Shutdown(context.Background()) // when it has let go of the outcome
	for panics := 1; panics < 3; panics++ {
		h.until("it panicked", func() bool { return h.count("steward_slack_panics_total") == float64(panics) })
		if len(h.unhandled()) != 1 {
			t.Fatalf("given up after %d panics", panics)
		}
		h.sweeps(cfg, client, broken, narrator, panics+1)
	}
	h.until("it is given up", func() bool { return len(h.unhandled()) == 0 })
	want(t, "the apology", h.room("D0ANA"), "⛔ *Something went wrong inside steward.*\nIf you asked to change something, its thread and `/k8s audit` say how far it came. Otherwise nothing was changed.\nIt is in steward's log under request `r1`. Try again; if it stays so, give that id to whoever runs steward.")
}

// sweeps lets another bot look through the inbox until there were so many panics.
func (h *house) sweeps(cfg bot.Config, client *bot.Client, kept bot.Store, narrator *bot.Narrator, panics int) {
	h.t.Helper()
	b, err := bot.New(cfg, client, kept, h.runner, narrator, quiet())
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	h.until("it panicked again", func() bool { return h.count("steward_slack_panics_total") == float64(panics) })
	cancel()
	if err := <-ended; err != nil {
		h.t.Fatal(err)
	}
}
