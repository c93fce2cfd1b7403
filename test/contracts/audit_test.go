//go:build contracts

package contracts

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/audit"
	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
)

// before puts a watch in front of a stand-in, for clients that cannot be given
// a transport.
func before(t *testing.T, w *watch, address string) string {
	t.Helper()
	behind, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(behind)
	proxy.Transport = w
	web := httptest.NewServer(proxy)
	t.Cleanup(web.Close)
	return web.URL
}

func openStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "steward.db"), zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(t.Context()) })
	return s
}

// trail is a write's start and end, as the journal has them.
func trail(t *testing.T, s *store.Store, ticket ops.Ticket) []ops.Record {
	t.Helper()
	target := ops.Target{Cluster: "prod-eu", Environment: "production", Namespace: "shop", Kind: "Deployment", Name: "checkout", UID: "uid-1"}
	journal := audit.NewJournal(s, nil, zap.NewNop())
	var records []ops.Record
	for _, step := range []ops.Step{ops.StepStarted, ops.StepEnded} {
		r := ops.Record{
			Step: step, Request: ops.Request{ID: ticket.Key, Verb: "rollback", Actor: ops.Actor{ID: "U0ANA", Name: "Ana"}},
			Target: &target, Ticket: &ticket, Plan: &ops.Plan{Target: target, Headline: "Roll back checkout"}, Summary: "rollback",
		}
		if step == ops.StepEnded {
			r.Outcome = &ops.Outcome{State: ops.Succeeded, Summary: "Rolled back.", Took: time.Second}
		}
		if err := journal.Append(t.Context(), &r); err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	return records
}

func deliver(t *testing.T, sink audit.Sink, records []ops.Record) {
	t.Helper()
	for _, r := range records {
		if err := sink.Deliver(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheTrailInJiraKeepsTheContract(t *testing.T) {
	c := openJira(t)
	s := openShop(t, c)
	base := s.client.GetBaseURL()
	st := openStore(t)
	sink, err := audit.NewJira(audit.JiraConfig{
		Site: "https://acme.atlassian.net", URL: before(t, s.watch, base.String()), Email: "bot@acme.example", Token: "secret", AuditProject: "SHOP",
	}, st, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	deliver(t, sink, trail(t, st, ops.Ticket{System: ops.Jira, Key: "SHOP-7", URL: "https://acme.atlassian.net/browse/SHOP-7"}))
	deliver(t, sink, trail(t, st, ops.Ticket{System: ops.PagerDuty, Key: incident, URL: "https://acme.pagerduty.com/incidents/" + incident}))
	c.kept(t)
	if len(c.spoken) < 7 {
		t.Errorf("only %v was spoken", c.spoken)
	}
}

func TestTheTrailInPagerDutyKeepsTheContract(t *testing.T) {
	c := openPagerDuty(t)
	p := openPager(t, c)
	st := openStore(t)
	sink, err := audit.NewPagerDuty(audit.PagerDutyConfig{APIURL: before(t, p.watch, p.url), Token: "secret", From: email}, st)
	if err != nil {
		t.Fatal(err)
	}
	deliver(t, sink, trail(t, st, ops.Ticket{System: ops.PagerDuty, Key: incident, URL: "https://acme.pagerduty.com/incidents/" + incident}))
	c.kept(t)
	if len(c.spoken) != 2 {
		t.Errorf("%v was spoken", c.spoken)
	}
}
