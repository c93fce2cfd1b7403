package audit

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/internal/testpostgres"
	"github.com/steward-bot/steward/ops"
)

// noon is when the tests' requests are made.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)

func request(id string) ops.Request {
	return ops.Request{
		ID: id, At: noon, Via: ops.ViaSlash, Verb: "rollback", Target: "checkout", Args: map[string]string{"to": "41"},
		Because: "https://acme.pagerduty.com/incidents/Q1XCHK0001",
		Actor:   ops.Actor{ID: "U0ANA", TeamID: "T0ACME", Name: "Ana", Email: "ana@acme.example", Groups: []string{"S0ONCALL"}},
		Place:   ops.Place{Channel: "C0SHOP", Thread: "1700000000.000100"},
	}
}

func target() *ops.Target {
	return &ops.Target{Cluster: "prod-eu", Environment: "production", Namespace: "shop", Kind: "Deployment", Name: "checkout", UID: "uid-1"}
}

func plan() *ops.Plan {
	return &ops.Plan{
		Verb: "rollback", Target: *target(), Args: map[string]string{"to": "41"},
		Headline: "Roll back checkout to the template of revision 41", Blast: "3 pods are replaced, one at a time",
		Changes:  []ops.Change{{Path: "containers[checkout].image", Before: "shop/checkout:2.0", After: "shop/checkout:1.9"}},
		Warnings: []ops.Warning{{Code: "owner-will-undo", Text: "Argo CD will undo it."}},
	}
}

func incident() *ops.Ticket {
	return &ops.Ticket{
		System: ops.PagerDuty, Key: "Q1XCHK0001", URL: "https://acme.pagerduty.com/incidents/Q1XCHK0001",
		Title: "checkout answers 500", Status: "triggered", Concern: "service PCHK001", Checked: noon,
	}
}

func change() *ops.Ticket {
	return &ops.Ticket{
		System: ops.Jira, Key: "SHOP-7", URL: "https://acme.atlassian.net/browse/SHOP-7",
		Title: "Roll checkout back", Status: "Approved", Concern: "project SHOP", Checked: noon,
	}
}

func started(id string, ticket *ops.Ticket) *ops.Record {
	return &ops.Record{Step: ops.StepStarted, Request: request(id), Target: target(), Plan: plan(), Ticket: ticket, Summary: "rollback of Deployment/shop/checkout started"}
}

func ended(id string, ticket *ops.Ticket, state ops.State) *ops.Record {
	r := started(id, ticket)
	r.Step, r.Summary = ops.StepEnded, "Rolled back to the template of revision 41, now revision 43."
	r.Outcome = &ops.Outcome{
		State: state, Summary: r.Summary, Took: 42 * time.Second,
		Before: []ops.Fact{{Label: "image", Text: "shop/checkout:2.0"}}, After: []ops.Fact{{Label: "image", Text: "shop/checkout:1.9"}},
	}
	return r
}

func answered(id string) *ops.Record {
	return &ops.Record{Step: ops.StepAnswered, Request: request(id), Target: target(), Summary: "healthy"}
}

func onBoth(t *testing.T, story func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { story(t, "sqlite:"+filepath.Join(t.TempDir(), "steward.db")) })
	t.Run("Postgres", func(t *testing.T) { story(t, testpostgres.DSN(t)) })
}

func opened(t testing.TB, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dsn, zap.NewNop())
	must(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

func fresh(t testing.TB) *store.Store {
	t.Helper()
	return opened(t, "sqlite:"+filepath.Join(t.TempDir(), "steward.db"))
}

// recorded appends records to a journal without sinks, and gives them back as
// they were sealed.
func recorded(t testing.TB, s *store.Store, records ...*ops.Record) []ops.Record {
	t.Helper()
	journal := NewJournal(s, nil, zap.NewNop())
	var sealed []ops.Record
	for _, r := range records {
		must(t, journal.Append(t.Context(), r))
		sealed = append(sealed, *r)
	}
	return sealed
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// AssertLeaksNoSecret fails the test when a secret shows in any of the texts.
func AssertLeaksNoSecret(t testing.TB, secret string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(text, secret) {
			t.Errorf("the secret %q shows in\n%s", secret, text)
		}
	}
}

// delivered tries a delivery as the jobs would, with shorter waits, until it
// succeeds. It gives the errors on the way.
func delivered(t testing.TB, sink Sink, r ops.Record) []error {
	t.Helper()
	var errs []error
	for range 60 {
		err := sink.Deliver(t.Context(), r)
		if err == nil {
			return errs
		}
		errs = append(errs, err)
		wait := 40 * time.Millisecond
		var later *Later
		if errors.As(err, &later) {
			wait = min(later.After, 40*time.Millisecond)
		}
		time.Sleep(wait)
	}
	t.Fatalf("it was not delivered: %v", errs)
	return nil
}
