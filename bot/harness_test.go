package bot_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/steward-bot/steward/bot"
	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/standin/slack"
)

// patience is how long a story waits for something to come true.
const patience = 10 * time.Second

// house is one Slack workspace and one steward in it, over the wire.
type house struct {
	t        testing.TB
	slack    *slack.Server
	server   *httptest.Server
	dir      string
	store    *store.Store
	runner   *script
	registry *prometheus.Registry
	client   *bot.Client
	narrator *bot.Narrator
	bot      *bot.Bot
	logs     *observer.ObservedLogs
	web      *httptest.Server // of the bot, in HTTP mode
	quit     func()
	kill     func()
}

func workspace() slack.Workspace {
	return slack.Workspace{
		ID: "T0ACME", Name: "acme",
		People: []slack.Person{
			{ID: "U0ANA", Name: "ana", RealName: "Ana Ruiz", Email: "ana@acme.example"},
			{ID: "U0BEN", Name: "ben", Email: "ben@acme.example", EmailUnconfirmed: true},
			{ID: "U0GUS", Name: "gus", Restricted: true},
			{ID: "U0ULA", Name: "ula", UltraRestricted: true},
			{ID: "U0BOT", Name: "robot", Bot: true},
			{ID: "U0SVEN", Name: "sven", Stranger: true, TeamID: "T0OTHER"},
		},
		Groups: []slack.Group{
			{ID: "S0SRE", Handle: "sre", Users: []string{"U0BEN", "U0ANA"}},
			{ID: "S0ONCALL", Handle: "shop-oncall", Users: []string{"U0ANA"}},
			{ID: "S0OLD", Handle: "old", Users: []string{"U0ANA"}, Disabled: true},
		},
		Channels: []slack.Channel{
			{ID: "C0SHOP", Name: "shop", Members: []string{"U0ANA", "U0BEN", "U0GUS", "U0ULA", "U0BOT", "U0STEWARD"}},
			{ID: "C0LOUNGE", Name: "lounge", Members: []string{"U0ANA"}},
			{ID: "C0PRIVATE", Name: "board", Private: true, Members: []string{"U0ANA", "U0STEWARD"}},
			{ID: "C0SECRET", Name: "secret", Private: true, Members: []string{"U0ANA"}},
			{ID: "C0SHARED", Name: "partners", ExtShared: true, Members: []string{"U0ANA", "U0SVEN", "U0STEWARD"}},
			{ID: "C0OLD", Name: "old", Archived: true, Members: []string{"U0ANA", "U0STEWARD"}},
		},
	}
}

// furnish opens Slack and a store, but no steward yet.
func furnish(t testing.TB) *house {
	t.Helper()
	s, err := slack.New(slack.Options{Workspace: workspace()})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, slack: s, server: httptest.NewServer(s), dir: t.TempDir(), runner: newScript()}
	t.Cleanup(func() { h.stop(); s.Close(); h.server.CloseClientConnections(); h.server.Close() })
	return h
}

// open opens Slack, a store, and a steward that is connected.
func open(t testing.TB) *house {
	t.Helper()
	h := furnish(t)
	h.start(bot.SocketMode)
	return h
}

// start starts a steward as a new process would be, and waits until it is
// connected.
func (h *house) start(mode bot.Mode) {
	h.t.Helper()
	core, logs := observer.New(zap.DebugLevel)
	log := zap.New(core)
	h.logs = logs
	var err error
	if h.store, err = store.Open(context.Background(), "sqlite:"+filepath.Join(h.dir, "steward.db"), log); err != nil {
		h.t.Fatal(err)
	}
	app := h.slack.App()
	cfg := bot.Config{
		TeamID: "T0ACME", AppToken: app.AppToken, BotToken: app.BotToken, SigningSecret: app.SigningSecret, APIURL: h.server.URL + "/api", Mode: mode,
		Instance: "only", Grace: 5 * time.Second,
	}
	h.registry = prometheus.NewRegistry()
	h.client = bot.NewClient(cfg, h.registry, log)
	h.narrator = bot.NewNarrator(cfg, h.client, h.store, log)
	if h.bot, err = bot.New(cfg, h.client, h.store, h.runner, h.narrator, log); err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.bot.Run(ctx) }()
	h.quit = func() {
		cancel()
		if err := <-ended; err != nil {
			h.t.Errorf("the bot ended with: %v", err)
		}
		down, done := context.WithTimeout(context.Background(), 5*time.Second)
		defer done()
		h.narrator.Shutdown(down)
		if err := h.store.Close(down); err != nil {
			h.t.Errorf("closing the store: %v", err)
		}
	}
	h.kill = func() {
		cancel()
		h.until("the connections are gone", func() bool { return h.slack.SocketStats().Connections == 0 })
		if err := h.store.Close(context.Background()); err != nil {
			h.t.Errorf("closing the store: %v", err)
		}
	}
	if mode == bot.HTTPMode {
		h.web = httptest.NewServer(h.bot.Handler())
		h.t.Cleanup(h.web.Close)
		h.slack.SetRequestURLs(slack.RequestURLs{Commands: h.web.URL + bot.CommandsPath, Interactive: h.web.URL + bot.InteractivePath, Events: h.web.URL + bot.EventsPath})
	}
	h.until("the bot is connected", h.bot.Connected)
	if mode == bot.SocketMode {
		h.until("both connections are open", func() bool { return h.slack.SocketStats().Connections == 2 })
	}
}

func (h *house) stop() {
	if h.quit != nil {
		h.quit()
		h.quit = nil
	}
}

// until waits until something is true.
func (h *house) until(what string, is func() bool) {
	h.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if is() {
			return
		}
	}
	h.t.Fatalf("still not true: %s\n%s", what, h.log())
}

func (h *house) log() string {
	var all strings.Builder
	for _, entry := range h.logs.All() {
		fmt.Fprintln(&all, entry.Level, entry.Message, entry.ContextMap())
	}
	return all.String()
}

// age makes every token of a person older.
func (h *house) age(owner string, by time.Duration) {
	h.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(h.dir, "steward.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE tokens SET expires = expires - ? WHERE owner = ?", by.Microseconds(), owner); err != nil {
		h.t.Fatal(err)
	}
}

// count is a counter's value, over all labels.
func (h *house) count(name string) float64 {
	h.t.Helper()
	families, err := h.registry.Gather()
	if err != nil {
		h.t.Fatal(err)
	}
	sum := 0.0
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.GetMetric() {
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return sum
}

func (h *house) redeliver(how slack.Redelivery) {
	h.t.Helper()
	receipt, err := h.slack.Redeliver(how)
	if err != nil || !receipt.Acked {
		h.t.Fatalf("redelivering: %+v, %v\n%s", receipt, err, h.log())
	}
}

// die lets the process vanish in the middle of what it does: nothing is
// finished, nothing is handed over.
func (h *house) die() {
	h.t.Helper()
	h.kill()
	h.quit = nil
}

func (h *house) unhandled() []store.Inbox {
	h.t.Helper()
	left, err := h.store.Unhandled(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	return left
}

func newRegistry() *prometheus.Registry { return prometheus.NewRegistry() }

func quiet() *zap.Logger { return zap.NewNop() }
