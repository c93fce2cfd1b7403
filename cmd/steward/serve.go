package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/steward-bot/steward/internal/server"
	"github.com/steward-bot/steward/internal/settings"
)

// grace is how long a shutdown waits for rollouts under way. What is not
// finished then is taken up by the next process.
const grace = 10 * time.Second

func newServe() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the bot",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := load(cmd)
			if err != nil {
				return err
			}
			return serve(cmd.Context(), s, cmd.ErrOrStderr(), func([]net.Addr) {})
		},
	}
}

// serve runs the product until ctx ends, and then takes it down in the reverse
// order: first nothing new comes in, then what runs ends or is handed over,
// then the store closes. ready is called once it listens.
func serve(ctx context.Context, s settings.Settings, logs io.Writer, ready func([]net.Addr)) (err error) {
	log, err := newLogger(s.Log.Level, logs)
	if err != nil {
		return err
	}
	defer log.Sync() //nolint:errcheck // standard error cannot be synced everywhere
	adoptKlog(log)
	p, err := wire(ctx, s, log)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		p.runner.Shutdown(closing)
		p.narrator.Shutdown(closing)
		err = errors.Join(err, p.store.Close(closing))
	}()
	if err := p.store.Start(ctx, p.handlers()); err != nil {
		return err
	}
	if err := p.runner.Resume(ctx); err != nil {
		return err
	}
	return p.run(ctx, s, ready)
}

// run receives until ctx ends or a part fails for good.
func (p *product) run(ctx context.Context, s settings.Settings, ready func([]net.Addr)) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { p.policy.Watch(ctx); return nil })
	group.Go(func() error { p.diagnose.WatchPlaybooks(ctx); return nil })
	group.Go(func() error { p.journal.Sweep(ctx); return nil })
	group.Go(func() error { p.diagnose.Run(ctx); return nil })
	group.Go(func() error { return p.bot.Run(ctx) })
	group.Go(func() error {
		return server.Serve(ctx, p.log.Named("http"), ready,
			server.Listener{Name: "health", Address: s.HTTP.Listen, Handler: p.front(s)},
			server.Listener{Name: "metrics", Address: s.HTTP.Metrics, Handler: p.measures()})
	})
	return group.Wait()
}

// front serves health, and Slack in HTTP mode.
func (p *product) front(s settings.Settings) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /healthz", server.Live())
	mux.Handle("GET /readyz", server.Ready(
		server.Probe{Name: "slack", Check: func(context.Context) error {
			if !p.bot.Connected() {
				return errors.New("no connection to Slack")
			}
			return nil
		}},
		server.Probe{Name: "journal", Check: p.store.Ping},
		server.Probe{Name: "caches", Check: func(context.Context) error { return p.diagnose.Settled() }},
	))
	mux.Handle("/slack/", p.handler(s))
	return mux
}

func (p *product) measures() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(p.metrics, promhttp.HandlerOpts{}))
	return mux
}
