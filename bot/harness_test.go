package bot_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/steward-bot/steward/bot"
	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
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

// do is one act of a person. It gives Slack's answer.
func (h *house) do(path string, body any) map[string]any {
	h.t.Helper()
	answer := map[string]any{}
	if err := call(http.MethodPost, h.server.URL+"/person/"+path, body, &answer); err != nil {
		h.t.Fatal(err)
	}
	return answer
}

// acked is an act that Slack must not complain about.
func (h *house) acked(path string, body any) map[string]any {
	h.t.Helper()
	answer := h.do(path, body)
	if answer["ok"] != true {
		h.t.Fatalf("%s: Slack says %v\n%s", path, answer, h.log())
	}
	return answer
}

func (h *house) command(user, channel, text string) {
	h.t.Helper()
	h.acked("command", map[string]any{"user": user, "channel": channel, "text": text})
}

func (h *house) mention(user, channel, text, thread string) (ts string) {
	h.t.Helper()
	answer := h.acked("mention", map[string]any{"user": user, "channel": channel, "text": text, "thread_ts": thread})
	return fmt.Sprint(answer["ts"])
}

// press presses the button that a message shows.
func (h *house) press(user string, m shown, action string) {
	h.t.Helper()
	h.acked("press", map[string]any{"user": user, "channel": m.channel, "message_ts": m.TS, "action_id": action})
}

func (h *house) submit(user string, view view, value string) map[string]any {
	h.t.Helper()
	return h.do("submit", map[string]any{"user": user, "view_id": view.ID, "values": map[string]any{view.input(): map[string]any{view.input(): value}}})
}

// shown is a message as one person sees it.
type shown struct {
	TS        string           `json:"ts"`
	ThreadTS  string           `json:"thread_ts"`
	User      string           `json:"user"`
	Text      string           `json:"text"`
	Blocks    []map[string]any `json:"blocks"`
	Thread    []shown          `json:"thread"`
	Edited    int              `json:"edited"`
	ephemeral bool
	channel   string
}

func (m shown) words() string {
	if len(m.Blocks) == 0 {
		return m.Text
	}
	return words(m.Blocks)
}

func (m shown) has(action string) bool {
	raw, _ := json.Marshal(m.Blocks)
	return bytes.Contains(raw, []byte(`"action_id":"`+action+`"`))
}

// sees lists what a person sees in a channel: messages with their threads, then
// ephemerals.
func (h *house) sees(user, channel string) (public, ephemeral []shown) {
	h.t.Helper()
	var room struct{ Messages, Ephemerals []shown }
	if err := call(http.MethodGet, h.server.URL+"/person/channel/"+channel+"?user="+user, nil, &room); err != nil {
		h.t.Fatal(err)
	}
	for _, m := range room.Messages {
		m.channel = channel
		public = append(public, m)
		for _, reply := range m.Thread {
			reply.channel, reply.ThreadTS = channel, m.TS
			public = append(public, reply)
		}
	}
	for i := range room.Ephemerals {
		room.Ephemerals[i].channel, room.Ephemerals[i].ephemeral = channel, true
	}
	return public, room.Ephemerals
}

// ephemeral waits for the nth message that only this person sees.
func (h *house) ephemeral(user, channel string, nth int) shown {
	h.t.Helper()
	var found shown
	h.until(fmt.Sprintf("%s sees %d ephemeral messages in %s", user, nth, channel), func() bool {
		_, all := h.sees(user, channel)
		if len(all) < nth {
			return false
		}
		found = all[nth-1]
		return true
	})
	return found
}

// said waits for the nth message that everybody sees, threads unfolded.
func (h *house) said(channel string, nth int) shown {
	h.t.Helper()
	var found shown
	h.until(fmt.Sprintf("%d messages in %s", nth, channel), func() bool {
		all, _ := h.sees("U0ANA", channel)
		if len(all) < nth {
			return false
		}
		found = all[nth-1]
		return true
	})
	return found
}

// saying waits for a message that everybody sees and that holds the text.
func (h *house) saying(channel, text string) shown {
	h.t.Helper()
	var found shown
	h.until(fmt.Sprintf("%s shows %q", channel, text), func() bool {
		all, _ := h.sees("U0ANA", channel)
		for _, m := range all {
			if strings.Contains(m.words(), text) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// view is a modal as a person sees it.
type view struct {
	ID     string           `json:"id"`
	Blocks []map[string]any `json:"blocks"`
}

func (v view) words() string { return words(v.Blocks) }

// input is the block id of its one input, which is its action id too.
func (v view) input() string {
	for _, block := range v.Blocks {
		if block["type"] == "input" {
			return fmt.Sprint(block["block_id"])
		}
	}
	return ""
}

// modal waits for a modal that says the text.
func (h *house) modal(user, text string) view {
	h.t.Helper()
	var open struct {
		View *view `json:"view"`
	}
	h.until(fmt.Sprintf("%s's modal says %q", user, text), func() bool {
		open.View = nil
		if err := call(http.MethodGet, h.server.URL+"/person/view/"+user, nil, &open); err != nil {
			h.t.Fatal(err)
		}
		return open.View != nil && strings.Contains(open.View.words(), text)
	})
	return *open.View
}

// words are what blocks say, as a person reads it: one line a text, fields
// after each other, buttons in brackets.
func words(blocks []map[string]any) string {
	var said []string
	for _, block := range blocks {
		switch block["type"] {
		case "divider":
			said = append(said, "---")
		case "input":
			said = append(said, "["+textOf(block["label"])+"] "+textOf(block["hint"]))
		default:
			if text := textOf(block["text"]); text != "" {
				said = append(said, text)
			}
			for _, part := range []string{"fields", "elements"} {
				items, _ := block[part].([]any)
				for _, item := range items {
					element, _ := item.(map[string]any)
					if element["type"] == "button" {
						said = append(said, "["+textOf(element["text"])+"]")
						continue
					}
					said = append(said, textOf(item))
				}
			}
		}
	}
	return strings.Join(said, "\n")
}

func textOf(object any) string {
	fields, _ := object.(map[string]any)
	text, _ := fields["text"].(string)
	return text
}

func call(method, url string, body, into any) error {
	var sent io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, url, sent)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s %s answered %d: %s", method, url, resp.StatusCode, raw)
	}
	return nil
}

// want compares what is read with what should be read.
func want(t *testing.T, what, got, want string) {
	t.Helper()
	if strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("%s says\n%s\n\n— but should say —\n%s", what, got, want)
	}
}

// script is a Runner that does what the test says.
type script struct {
	mu        sync.Mutex
	run       func(ops.Request) (ops.Reply, error)
	specs     []ops.Spec
	seen      []ops.Request
	cancelled []ops.Request
}

func newScript() *script {
	return &script{run: play, specs: verbs()}
}

func (s *script) Run(_ context.Context, req ops.Request) (ops.Reply, error) {
	s.mu.Lock()
	s.seen = append(s.seen, req)
	run := s.run
	s.mu.Unlock()
	return run(req)
}

func (s *script) Cancel(_ context.Context, req ops.Request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancelled = append(s.cancelled, req)
	return nil
}

func (s *script) Specs() []ops.Spec { return s.specs }

func (s *script) plays(run func(ops.Request) (ops.Reply, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.run = run
}

func (s *script) requests() []ops.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]ops.Request{}, s.seen...)
}

func TestMain(m *testing.M) { os.Exit(m.Run()) }

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

// burst lets ana give n commands at once, and tells how many milliseconds each
// acknowledgement took.
func (h *house) burst(n int) []float64 {
	h.t.Helper()
	var all sync.WaitGroup
	took := make([]float64, n)
	for i := range took {
		all.Go(func() {
			var answer struct {
				OK       bool
				Delivery struct {
					TookMS float64 `json:"took_ms"`
				}
			}
			body := map[string]any{"user": "U0ANA", "channel": "C0SHOP", "text": fmt.Sprintf("diagnose checkout-%d", i)}
			if err := call(http.MethodPost, h.server.URL+"/person/command", body, &answer); err != nil || !answer.OK {
				h.t.Errorf("command %d: %v %v", i, answer, err)
			}
			took[i] = answer.Delivery.TookMS
		})
	}
	all.Wait()
	slices.Sort(took)
	return took
}

// report shows the percentiles of durations in milliseconds.
func report(b *testing.B, took []float64) {
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2], "p50-ms")
	b.ReportMetric(took[len(took)*99/100], "p99-ms")
	b.ReportMetric(0, "ns/op")
}
