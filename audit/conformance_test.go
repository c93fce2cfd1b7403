package audit

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
	"github.com/steward-bot/steward/standin/jira"
	"github.com/steward-bot/steward/standin/misbehave"
	"github.com/steward-bot/steward/standin/pagerduty"
)

// secret is every subject's credential. It must never show.
const secret = "hunter2-of-the-vendor" //nolint:gosec // a stand-in's

// subject is one sink over its vendor's stand-in.
type subject struct {
	sink   Sink
	store  *store.Store
	ticket *ops.Ticket
	faults *misbehave.Faults // nil where there is no vendor
	writes string            // the path of what makes a trace, as a regular expression
	traces func() []string   // what people can read, oldest first
	again  func() Sink       // the sink as the next process makes it
	logs   *observer.ObservedLogs
}

// subjects makes each sink that exists. A new sink is one line here.
func subjects(t *testing.T) map[string]func(t *testing.T) *subject {
	t.Helper()
	return map[string]func(t *testing.T) *subject{
		"Jira Cloud":                 func(t *testing.T) *subject { return jiraSubject(t, jira.Cloud, change()) },
		"Jira Data Center":           func(t *testing.T) *subject { return jiraSubject(t, jira.DataCenter, change()) },
		"Jira Cloud, incident":       func(t *testing.T) *subject { return jiraSubject(t, jira.Cloud, incident()) },
		"Jira Data Center, incident": func(t *testing.T) *subject { return jiraSubject(t, jira.DataCenter, incident()) },
		"PagerDuty":                  pagerDutySubject,
		"log file":                   func(t *testing.T) *subject { return logSubject(t, filepath.Join(t.TempDir(), "audit.jsonl")) },
		"log to the standard output": func(t *testing.T) *subject { return logSubject(t, "") },
	}
}

// impatient shortens the waits for what may still come true.
func impatient(sink Sink) Sink {
	switch s := sink.(type) {
	case *Jira:
		s.comments.settle, s.issues.settle = 100*time.Millisecond, 300*time.Millisecond
	case *PagerDuty:
		s.notes.settle = 100 * time.Millisecond
	}
	return sink
}

func jiraSite() jira.Site {
	return jira.Site{
		Accounts: []jira.Account{{ID: "5b10", Name: "bot", Email: "bot@acme.example", DisplayName: "steward", Token: secret}, {ID: "5b11", Name: "ana", Email: "ana@acme.example"}},
		Projects: []jira.Project{{Key: "SHOP", Name: "Shop"}, {Key: "INC", Name: "Incidents"}},
		Issues:   []jira.Issue{{Key: "SHOP-7", Summary: "Roll checkout back", Status: "Approved"}},
	}
}

type jiraHouse struct {
	*subject
	server *jira.Server
	url    string
}

func jiraAt(t *testing.T, site jira.Site, options jira.Options) *jiraHouse {
	t.Helper()
	server, err := jira.New(site, options)
	must(t, err)
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	core, logs := observer.New(zap.DebugLevel)
	st := fresh(t)
	house := &jiraHouse{server: server, url: listening.URL}
	config := JiraConfig{
		Deployment: string(options.Deployment), Site: "https://acme.atlassian.net", URL: listening.URL,
		Email: "bot@acme.example", Token: secret, AuditProject: "INC",
	}
	house.subject = &subject{
		store: st, faults: server.Faults(), writes: "/comment$", logs: logs,
		again: func() Sink {
			sink, err := NewJira(config, st, zap.New(core))
			must(t, err)
			return impatient(sink)
		},
	}
	house.sink = house.again()
	return house
}

func jiraSubject(t *testing.T, deployment jira.Deployment, ticket *ops.Ticket) *subject {
	house := jiraAt(t, jiraSite(), jira.Options{Deployment: deployment, IssueWrites: []jira.Window{}})
	house.ticket = ticket
	house.traces = func() []string {
		var texts []string
		for _, issue := range house.server.Issues() {
			for _, comment := range issue.Comments {
				texts = append(texts, comment.Body)
			}
		}
		return texts
	}
	return house.subject
}

func pagerDutyAccount() pagerduty.Account {
	return pagerduty.Account{
		Subdomain: "acme",
		Tokens:    []pagerduty.Token{{Value: secret, User: "PBOT001"}},
		Users:     []pagerduty.User{{ID: "PBOT001", Name: "steward", Email: "bot@acme.example"}},
		Services:  []pagerduty.Service{{ID: "PCHK001", Name: "checkout"}},
		Incidents: []pagerduty.Incident{{ID: "Q1XCHK0001", Title: "checkout answers 500", Service: "PCHK001"}},
	}
}

func pagerDutySubject(t *testing.T) *subject {
	server, err := pagerduty.New(pagerDutyAccount(), pagerduty.Options{})
	must(t, err)
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	st := fresh(t)
	s := &subject{store: st, ticket: incident(), faults: server.Faults(), writes: "/notes$"}
	s.again = func() Sink {
		sink, err := NewPagerDuty(PagerDutyConfig{APIURL: listening.URL, Token: secret, From: "bot@acme.example"}, st)
		must(t, err)
		return impatient(sink)
	}
	s.sink = s.again()
	s.traces = func() []string {
		view, _ := server.Incident("Q1XCHK0001")
		var texts []string
		for _, note := range view.Notes {
			texts = append(texts, note.Content)
		}
		return texts
	}
	return s
}

func logSubject(t *testing.T, path string) *subject {
	var stdout bytes.Buffer
	s := &subject{store: fresh(t), ticket: incident()}
	s.sink = NewLog(path, &stdout)
	s.again = func() Sink {
		if path == "" { // what was printed cannot be read again: the receipt stands in for it
			return s.sink
		}
		return NewLog(path, &stdout)
	}
	s.traces = func() []string {
		text := stdout.String()
		if path != "" {
			raw, err := os.ReadFile(path)
			must(t, err)
			text = string(raw)
		}
		return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	}
	return s
}

// conform tells one story about every sink.
func conform(t *testing.T, story func(t *testing.T, s *subject)) {
	t.Helper()
	for name, make := range subjects(t) {
		t.Run(name, func(t *testing.T) { story(t, make(t)) })
	}
}

// wantTraces fails unless people can read exactly one trace of each record, in
// order, with the chain's head in it.
func (s *subject) wantTraces(t *testing.T, records ...ops.Record) {
	t.Helper()
	traces := s.traces()
	if len(traces) != len(records) {
		t.Fatalf("there are %d traces of %d records:\n%s", len(traces), len(records), strings.Join(traces, "\n---\n"))
	}
	for i, r := range records {
		if !strings.Contains(traces[i], r.Hash) {
			t.Errorf("trace %d lacks the head of the chain, %s:\n%s", i, r.Hash, traces[i])
		}
	}
	AssertLeaksNoSecret(t, secret, traces...)
	if s.logs != nil {
		for _, entry := range s.logs.All() {
			AssertLeaksNoSecret(t, secret, entry.Message, fmt.Sprint(entry.ContextMap()))
		}
	}
}

func TestADeliveryLeavesOneTraceHoweverOftenItIsMade(t *testing.T) {
	conform(t, func(t *testing.T, s *subject) {
		records := recorded(t, s.store, started("r1", s.ticket), ended("r1", s.ticket, ops.Succeeded))
		for _, r := range records {
			if !s.sink.Wants(r) {
				t.Errorf("%s is not wanted", r.Step)
			}
			for range 2 {
				must(t, s.sink.Deliver(t.Context(), r))
			}
			must(t, s.again().Deliver(t.Context(), r)) // the next process, after a crash before the receipt
		}
		s.wantTraces(t, records...)
	})
}

func TestADeliveryLeavesOneTraceHoweverTheVendorMisbehaves(t *testing.T) {
	for _, kind := range misbehave.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel() // most of it is waiting
			conform(t, func(t *testing.T, s *subject) {
				if s.faults == nil {
					return // nobody to misbehave
				}
				records := recorded(t, s.store, started("r1", s.ticket), ended("r1", s.ticket, ops.Refused))
				for _, r := range records {
					// The write goes wrong twice, and so does whatever is asked first.
					must(t, s.faults.Add(misbehave.Fault{Kind: kind, Method: "POST", Path: s.writes, Times: 2, Delay: 50 * time.Millisecond}))
					must(t, s.faults.Add(misbehave.Fault{Kind: kind, Method: "GET", Times: 1, Delay: 50 * time.Millisecond}))
					if kind == misbehave.Hang {
						time.AfterFunc(300*time.Millisecond, s.faults.Release)
						time.AfterFunc(600*time.Millisecond, s.faults.Release)
						time.AfterFunc(900*time.Millisecond, s.faults.Release)
					}
					for _, err := range delivered(t, s.sink, r) {
						AssertLeaksNoSecret(t, secret, err.Error())
					}
					s.faults.Clear()
				}
				s.wantTraces(t, records...)
			})
		})
	}
}

func TestAVendorThatIsDownOrRefusesUsIsAnErrorWithoutSecrets(t *testing.T) {
	conform(t, func(t *testing.T, s *subject) {
		if s.faults == nil {
			return
		}
		r := recorded(t, s.store, started("r1", s.ticket))[0]
		for _, kind := range []misbehave.Kind{misbehave.ServerError, misbehave.HTML, misbehave.Drop, misbehave.RateLimit} {
			must(t, s.faults.Add(misbehave.Fault{Kind: kind, Times: misbehave.Forever, RetryAfter: 7}))
			err := s.sink.Deliver(t.Context(), r)
			if err == nil {
				t.Fatalf("%s: it was delivered", kind)
			}
			AssertLeaksNoSecret(t, secret, err.Error())
			s.faults.Clear()
		}
		delivered(t, s.sink, r)
		s.wantTraces(t, r)
	})
}

func TestHostileTextIsOneTraceLikeAnyOther(t *testing.T) {
	conform(t, func(t *testing.T, s *subject) {
		hostile := "{code}{noformat}!http://evil/x.png! [~admin] [x|http://evil] |cell| \\\\ h1. <!channel> <script> `\u202e\x00\r\n" + strings.Repeat("{[|", 5_000) + " password=" + secret
		ticket := *s.ticket
		ticket.Title = hostile
		r := started("r1", &ticket)
		r.Request.Actor.Name, r.Request.Verb, r.Summary = hostile, "rollback", hostile
		r.Target.Name, r.Target.Namespace = hostile, hostile
		r.Plan.Headline, r.Plan.Blast = hostile, hostile
		for range 100 {
			r.Plan.Changes = append(r.Plan.Changes, ops.Change{Path: hostile, Before: hostile, After: hostile})
			r.Plan.Warnings = append(r.Plan.Warnings, ops.Warning{Text: hostile})
		}
		end := ended("r1", &ticket, ops.Failed)
		end.Outcome.Summary, end.Outcome.Next = hostile, hostile
		end.Outcome.Diagnosis = &ops.Diagnosis{Causes: []ops.Cause{{Summary: hostile}}}
		records := recorded(t, s.store, r, end)
		for _, r := range records {
			must(t, s.sink.Deliver(t.Context(), r))
		}
		s.wantTraces(t, records...)
		for _, trace := range s.traces() {
			if strings.ContainsAny(trace, "\u202e\x00\r") {
				t.Errorf("control characters came through:\n%.300q", trace)
			}
		}
	})
}

func TestWhatWasRefusedBeforeItStartedIsNoneOfTheTicketsBusiness(t *testing.T) {
	conform(t, func(t *testing.T, s *subject) {
		if s.faults == nil {
			return // the log wants everything
		}
		for _, step := range []ops.Step{ops.StepRefused, ops.StepPreviewed, ops.StepCancelled, ops.StepAnswered, ops.StepResumed, ops.StepApplied} {
			r := started("r1", s.ticket)
			r.Step = step
			if s.sink.Wants(*r) {
				t.Errorf("%s is wanted", step)
			}
		}
		if s.sink.Wants(*started("r1", nil)) {
			t.Error("a start without a ticket is wanted")
		}
		if len(s.faults.Requests()) != 0 {
			t.Error("the vendor was asked")
		}
	})
}
