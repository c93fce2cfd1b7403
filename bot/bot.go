// Package bot is steward's ear and voice in Slack. It knows nothing of
// Kubernetes, of access or of justifications: it turns what people type and
// press into an ops.Request, gives that to the Runner, and shows what comes of
// it.
//
// The way in: socketmode.go or http.go takes a payload, receive.go commits it to
// the inbox before it is acknowledged, work.go hands it to one of a bounded
// number of workers, where turns.go and allowance.go keep one person from having
// them all, decode.go says what the person did, and route.go calls the
// file of that name: command, confirm, share, remedy, justification, shortcut.
// What stands behind a button is an errand (errand.go); what is typed is read by
// parse.go. The way out: serve.go asks the Runner, render_*.go makes blocks out
// of what comes back, talk.go finds the way to the person, announce.go the way
// to the channel, client.go sends. Every text of others passes escape.go.
//
// The Directory and the Narrator serve the Runner and are made before it; the
// Bot is made after it.
package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/ops"
)

// Mode is how Slack reaches steward.
type Mode string

// The modes. Socket Mode needs no address that Slack can reach; in HTTP mode
// Slack posts signed requests to Handler.
const (
	SocketMode Mode = "socket"
	HTTPMode   Mode = "http"
)

// Config is what the bot needs to know. TeamID and BotToken are required;
// AppToken in Socket Mode, SigningSecret in HTTP mode.
type Config struct {
	TeamID        string // the one workspace that is served, "T…"
	AppToken      string // xapp-…
	BotToken      string // xoxb-…
	SigningSecret string
	APIURL        string // empty for Slack itself
	Mode          Mode   // SocketMode when empty
	// Connections is how many Socket Mode connections are kept open, 2 to 10,
	// which is Slack's limit; with one there would be gaps. Default 2.
	Connections int
	// Workers is how many payloads are worked on at a time, a quarter of them
	// at most for one person. Default 32.
	Workers int
	// Grace is how long a shutdown waits for what is being worked on. What is
	// not finished then stays in the inbox. Default 20 s.
	Grace time.Duration
	// Instance names this process among replicas that share a store; replicas
	// must not share it. A process that has its store to itself should keep
	// its name across restarts: it then takes up at once what it left, and
	// otherwise after its lease has run out. Default: a random name.
	Instance string
}

// Runner is the gate that every request passes.
type Runner interface {
	// Run takes a request to its answer, its preview or its start. The error
	// is a *ops.Refusal that is shown, or any other error, which is not.
	// Running a request again that was confirmed already is no second write.
	Run(ctx context.Context, req ops.Request) (ops.Reply, error)
	// Cancel records that the requester withdrew a plan.
	Cancel(ctx context.Context, req ops.Request) error
	// Specs describes the verbs, in the order in which help shows them.
	Specs() []ops.Spec
}

// Bot receives what people do in Slack and answers it.
type Bot struct {
	cfg      Config
	client   *Client
	store    Store
	runner   Runner
	narrator *Narrator
	metrics  *metrics
	log      *zap.Logger

	slots     chan struct{} // one a worker
	turns     *turns        // in front of the workers
	allowance *allowance
	acks      acksFirst
	base      context.Context // of handlers: outlives the receiving
	stop      context.CancelFunc
	mu        sync.Mutex
	closing   bool // nothing new is begun
	handlers  sync.WaitGroup
	open      atomic.Int32 // Socket Mode connections that are up
	known     atomic.Bool  // Slack confirmed the bot token
	self      atomic.Value // the bot's own user id, a string
}

// New makes a bot that answers through the runner. It does not speak to Slack
// before Run.
func New(cfg Config, client *Client, store Store, runner Runner, narrator *Narrator, log *zap.Logger) (*Bot, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	base, stop := context.WithCancel(context.Background())
	return &Bot{
		cfg: cfg, client: client, store: store, runner: runner, narrator: narrator, metrics: client.metrics, log: log,
		slots: make(chan struct{}, cfg.Workers), turns: newTurns(max(cfg.Workers/4, 1)), allowance: newAllowance(), base: base, stop: stop,
	}, nil
}

func (c Config) complete() (Config, error) {
	if c.Mode == "" {
		c.Mode = SocketMode
	}
	if c.Connections == 0 {
		c.Connections = 2
	}
	if c.Workers == 0 {
		c.Workers = 32
	}
	if c.Grace == 0 {
		c.Grace = 20 * time.Second
	}
	switch {
	case c.TeamID == "":
		return c, errors.New("the Slack team id is missing: without it, anybody's workspace could command steward")
	case c.BotToken == "":
		return c, errors.New("the Slack bot token is missing")
	case c.Mode == SocketMode && c.AppToken == "":
		return c, errors.New("the Slack app token is missing, which Socket Mode needs")
	case c.Mode == HTTPMode && c.SigningSecret == "":
		return c, errors.New("the Slack signing secret is missing, which HTTP mode needs")
	case c.Mode != SocketMode && c.Mode != HTTPMode:
		return c, fmt.Errorf("there is no Slack mode %q: choose socket or http", c.Mode)
	case c.Connections < 2 || c.Connections > 10:
		return c, fmt.Errorf("%d Socket Mode connections: choose 2 to 10, which is Slack's limit for an app", c.Connections)
	}
	return c, nil
}

// Connected tells whether what people type can reach steward: at least one
// Socket Mode connection is open or, in HTTP mode, Slack has confirmed the
// bot token.
func (b *Bot) Connected() bool {
	if b.cfg.Mode == HTTPMode {
		return b.known.Load()
	}
	return b.open.Load() > 0
}

// Run receives and answers until ctx ends, then finishes what it is working
// on. It takes up first what an earlier process acknowledged and did not
// finish. The error says that Slack will never let us in as things are: a
// revoked token, another team's token.
func (b *Bot) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var receiving sync.WaitGroup
	start := func(part func(context.Context) error) {
		receiving.Go(func() {
			if err := part(ctx); err != nil {
				cancel(err)
			}
		})
	}
	start(b.introduce)
	start(b.sweep)
	if b.cfg.Mode == SocketMode {
		for n := range b.cfg.Connections {
			start(func(ctx context.Context) error { return b.listen(ctx, n) })
		}
	}
	<-ctx.Done()
	receiving.Wait()
	b.finish()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// begin runs f beside the caller, unless the bot is going down: what is in the
// inbox then is taken up by the next process.
func (b *Bot) begin(f func()) (begun bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closing {
		return false
	}
	b.handlers.Go(f)
	return true
}

// finish waits for the workers, and after the grace tells them to leave their
// payloads to the next process.
func (b *Bot) finish() {
	b.mu.Lock()
	b.closing = true
	b.mu.Unlock()
	defer b.stop()
	done := make(chan struct{})
	go func() { b.handlers.Wait(); close(done) }()
	select {
	case <-done:
		return
	case <-time.After(b.cfg.Grace):
	}
	b.log.Warn("handlers are still at work: their payloads stay in the inbox")
	b.stop()
	select {
	case <-done:
	case <-time.After(lastWords):
	}
}

// lastWords is how long handlers get to end once they were told to.
const lastWords = 2 * time.Second

// introduce makes sure that the bot token belongs to our team, and learns the
// bot's own user id.
func (b *Bot) introduce(ctx context.Context) error {
	for ctx.Err() == nil {
		who, err := b.client.self(ctx)
		switch {
		case err == nil && who.TeamID != b.cfg.TeamID:
			return fmt.Errorf("the Slack bot token belongs to team %s, but the settings say %s: correct slack.team_id or the token", who.TeamID, b.cfg.TeamID)
		case err == nil:
			b.self.Store(who.UserID)
			b.known.Store(true)
			return nil
		case fatal(err):
			return fmt.Errorf("the Slack bot token is refused, make a new one: %w", err)
		case ctx.Err() == nil:
			b.log.Warn("Slack has not confirmed the bot token yet", zap.Error(err))
		}
	}
	return nil
}

// fatal tells whether Slack refuses a token for good.
func fatal(err error) bool {
	switch slackCode(err) {
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired":
		return true
	}
	return false
}
