package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/zap"

	"github.com/steward-bot/steward/actions"
	"github.com/steward-bot/steward/audit"
	"github.com/steward-bot/steward/bot"
	"github.com/steward-bot/steward/diagnose"
	"github.com/steward-bot/steward/internal/settings"
	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/rbac"
)

// product is the whole of steward, put together.
type product struct {
	store    *store.Store
	journal  *audit.Journal
	policy   *rbac.Enforcer
	runner   *actions.Runner
	diagnose *diagnose.Diagnoser
	bot      *bot.Bot
	narrator *bot.Narrator
	metrics  *prometheus.Registry
	log      *zap.Logger
}

// wire puts the product together, and starts nothing. What it opened is closed
// when it fails.
func wire(ctx context.Context, s settings.Settings, log *zap.Logger) (_ *product, err error) {
	p := &product{metrics: prometheus.NewRegistry(), log: log}
	p.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	if p.policy, err = rbac.Open(s.RBAC.Policy, log.Named("rbac"), verbs()...); err != nil {
		return nil, err
	}
	clusters, err := kube.Open(clusterConfigs(s), log.Named("kube"))
	if err != nil {
		return nil, err
	}
	justifier, err := newJustifier(s)
	if err != nil {
		return nil, err
	}
	slackConfig, err := botConfig(s)
	if err != nil {
		return nil, err
	}
	if p.store, err = openStore(ctx, s, store.Open, log.Named("store")); err != nil {
		return nil, err
	}
	sinks, err := newSinks(s, p.store, log.Named("audit"))
	if err != nil {
		p.store.Close(ctx) //nolint:errcheck // the error that matters is the sinks'
		return nil, err
	}
	p.journal = audit.NewJournal(p.store, sinks, log.Named("audit"))
	key, err := hashKey(ctx, p.store)
	if err != nil {
		p.store.Close(ctx) //nolint:errcheck // the error that matters is the key's
		return nil, err
	}
	p.diagnose = diagnose.New(clusters, diagnoseOptions(s, key, log))
	if err := p.usePlaybooks(s); err != nil {
		p.store.Close(ctx) //nolint:errcheck // the error that matters is the playbooks'
		return nil, err
	}
	slack := bot.NewClient(slackConfig, p.metrics, log.Named("slack"))
	p.narrator = bot.NewNarrator(slackConfig, slack, p.store, log.Named("bot"))

	p.runner = actions.NewRunner(actions.Parts{
		Actions:   list(clusters, p.journal, p.diagnose, p.policy),
		Resolver:  clusters,
		Identity:  bot.NewDirectory(slack, s.Slack.TeamID),
		Access:    p.policy,
		Justifier: justifier,
		Journal:   p.journal,
		Diagnoser: p.diagnose.Live(), // a repair is verified by what the cluster says now
		Narrator:  p.narrator,
		Locker:    p.store,
		Defaults:  channelDefaults(s),
		Log:       log.Named("actions"),
	})
	p.bot, err = bot.New(slackConfig, slack, p.store, p.runner, p.narrator, log.Named("bot"))
	if err != nil {
		p.store.Close(ctx) //nolint:errcheck // the error that matters is the bot's
		return nil, err
	}
	return p, nil
}

// list is every verb, in the order in which help shows them. A new verb is one
// file in actions and one line here.
func list(clusters *kube.Clusters, journal actions.Journal, diagnoser actions.Diagnoser, permissions actions.Permissions) []actions.Action {
	return []actions.Action{
		actions.Diagnose{Diagnoser: diagnoser, Clusters: clusters.Places()},
		actions.Status{Clusters: clusters, Journal: journal},
		actions.Rollback{Clusters: clusters, Journal: journal},
		actions.Restart{Clusters: clusters},
		actions.Rollforward{Clusters: clusters, Journal: journal},
		actions.Scale{Clusters: clusters},
		actions.Audit{Journal: journal},
		actions.AccessVerb{Permissions: permissions},
	}
}

// verbs names what a policy may allow or deny.
func verbs() []string {
	names := []string{}
	for _, action := range list(nil, nil, nil, nil) {
		names = append(names, action.Spec().Verb)
	}
	return names
}

// handler serves Slack in HTTP mode.
func (p *product) handler(s settings.Settings) http.Handler {
	if s.Slack.Mode != string(bot.HTTPMode) {
		return http.NotFoundHandler()
	}
	return p.bot.Handler()
}

// hashKey is the secret with which configuration values are hashed. It lives in
// the store, so that replicas share it; the first process makes it.
func hashKey(ctx context.Context, state *store.Store) ([]byte, error) {
	fresh := make([]byte, 32)
	rand.Read(fresh) // it never fails (Go 1.24)
	key, err := state.PutNoteOnce(ctx, "hash-key", fresh)
	if err != nil {
		return nil, fmt.Errorf("keeping the key that values are hashed with: %w", err)
	}
	return key, nil
}

func openStore(ctx context.Context, s settings.Settings, open func(context.Context, string, *zap.Logger) (*store.Store, error), log *zap.Logger) (*store.Store, error) {
	dsn, err := s.State.Read()
	if err != nil {
		return nil, fmt.Errorf("state.dsn: %w", err)
	}
	return open(ctx, dsn, log)
}
