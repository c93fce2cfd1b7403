package justify_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/steward-bot/steward/justify"
	"github.com/steward-bot/steward/ops"
	"github.com/steward-bot/steward/standin/misbehave"
)

// subject is one source over its vendor's stand-in, with links of every kind.
type subject struct {
	source   justify.Source
	faults   *misbehave.Faults
	secret   string // must never show
	good     string // open, and about Deployment/shop/checkout
	want     ops.Ticket
	closed   string   // not open any more
	other    string   // open, but about another service
	unknown  string   // well formed, but not there
	foreign  []string // of another account
	nonsense []string // of the vendor, but no incident or issue
}

// services maps what the subjects' links are about.
func services() []justify.Service {
	return []justify.Service{{
		Namespace: "shop", Workload: "checkout*", PagerDuty: "PCHK001",
		Jira: justify.JiraProject{Project: "SHOP", Component: "checkout"},
	}}
}

func deployment(name string) ops.Target {
	return ops.Target{Cluster: "prod-eu", Environment: "production", Namespace: "shop", Kind: "Deployment", Name: name, UID: "uid-1"}
}

// verify asks about a rollback of checkout.
func (s subject) verify(t *testing.T, because string) (ops.Ticket, *ops.Refusal) {
	t.Helper()
	return s.verifyWithin(t, because, 5*time.Second)
}

func (s subject) verifyWithin(t *testing.T, because string, timeout time.Duration) (ops.Ticket, *ops.Refusal) {
	t.Helper()
	j := justify.New(justify.Config{Services: services(), Timeout: timeout}, s.source)
	ticket, err := j.Verify(context.Background(), because, "rollback", deployment("checkout"))
	assertLeaksNoSecret(t, s.secret, ticket, err)
	var refusal *ops.Refusal
	if err != nil && !errors.As(err, &refusal) {
		t.Fatalf("%q gives an error that is no refusal: %v", because, err)
	}
	if writes := s.faults.Writes(); len(writes) > 0 {
		t.Errorf("checking %q wrote to the vendor: %+v", because, writes)
	}
	return ticket, refusal
}

// assertLeaksNoSecret looks for a secret in whatever could be shown or logged.
func assertLeaksNoSecret(t *testing.T, secret string, values ...any) {
	t.Helper()
	for _, value := range values {
		shown := fmt.Sprintf("%v %+v %#v", value, value, value)
		for err, _ := value.(error); err != nil; err = errors.Unwrap(err) {
			shown += fmt.Sprintf("\n%v %#v", err, err)
		}
		if strings.Contains(shown, secret) {
			t.Errorf("a secret shows: %s", strings.ReplaceAll(shown, secret, "<HERE>"))
		}
	}
}

// Every source must pass these, whatever its vendor.
func TestEverySourceKeepsItsPromises(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) subject{
		"PagerDuty":        openPagerDuty,
		"Jira Cloud":       openJiraCloud,
		"Jira Data Center": openJiraDataCenter,
	} {
		t.Run(name, func(t *testing.T) {
			t.Run("an open ticket of this service is a justification", func(t *testing.T) { acceptsTheGood(t, open(t)) })
			t.Run("every other ticket is refused for its own reason", func(t *testing.T) { refusesTheBad(t, open(t)) })
			t.Run("a vendor of no help is a no", func(t *testing.T) { failsClosed(t, open(t)) })
			t.Run("a short rate limit is waited for once", func(t *testing.T) { waitsOnce(t, open(t)) })
			t.Run("a slow vendor is given up", func(t *testing.T) { givesUp(t, open(t)) })
		})
	}
}

func acceptsTheGood(t *testing.T, s subject) {
	for _, because := range []string{s.good, "  " + s.good + "\n", "<" + s.good + ">", "<" + s.good + "|the label>", s.good + "?utm_source=slack&amp;x=1", s.good + "/"} {
		before := time.Now()
		ticket, refusal := s.verify(t, because)
		if refusal != nil {
			t.Fatalf("%q: %v", because, refusal)
		}
		if ticket.Checked.Before(before.Add(-time.Second)) || ticket.Checked.Location() != time.UTC {
			t.Errorf("checked at %s", ticket.Checked)
		}
		ticket.Checked = time.Time{}
		if ticket != s.want {
			t.Errorf("%q\n got %+v\nwant %+v", because, ticket, s.want)
		}
	}
}

func refusesTheBad(t *testing.T, s subject) {
	for reason, links := range map[ops.Reason][]string{
		ops.JustificationClosed:  {s.closed},
		ops.JustificationOther:   {s.other},
		ops.JustificationUnknown: {s.unknown},
		ops.JustificationForeign: s.foreign,
		ops.JustificationBad: append(s.nonsense, "because I say so", "ana", "https://", "javascript:alert(1)", "ftp://"+strings.TrimPrefix(s.good, "https://"),
			s.good+" "+s.good, s.good+"\u200b", s.good+"%20", strings.Repeat("x", 10_000), "<!channel>", "\u202e"+s.good, s.good+"\\", s.good+"/.."),
		ops.JustificationMissing: {"", "   "},
	} {
		for _, link := range links {
			_, refusal := s.verify(t, link)
			if refusal == nil || refusal.Reason != reason {
				t.Errorf("%.80q: want %s, got %+v", link, reason, refusal)
			} else if refusal.What == "" || refusal.Why == "" || refusal.Next == "" || len(refusal.Error()) > 700 {
				t.Errorf("%.80q: the refusal lacks words, or has too many: %v", link, refusal)
			}
		}
	}
}

func failsClosed(t *testing.T, s subject) {
	for _, fault := range []misbehave.Fault{
		{Kind: misbehave.ServerError},
		{Kind: misbehave.Unavailable},
		{Kind: misbehave.HTML},
		{Kind: misbehave.Conflict},
		{Kind: misbehave.Drop},
		{Kind: misbehave.WriteAndCut},
		{Kind: misbehave.RateLimit, RetryAfter: 60},
	} {
		fault.Times = misbehave.Forever
		if err := s.faults.Add(fault); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, refusal := s.verify(t, s.good)
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s: the person waited %s", fault.Kind, took)
		}
		if refusal == nil || refusal.Reason != ops.Unavailable || !strings.HasPrefix(refusal.What, "Nothing was changed: ") {
			t.Errorf("%s: got %v", fault.Kind, refusal)
		} else if refusal.Err == nil {
			t.Errorf("%s: nothing is left for the log", fault.Kind)
		}
		s.faults.Clear()
	}
	if _, refusal := s.verify(t, s.good); refusal != nil {
		t.Errorf("when the vendor is back: %v", refusal)
	}
}

func waitsOnce(t *testing.T, s subject) {
	for times, want := range map[int]ops.Reason{1: "", 2: ops.Unavailable} {
		if err := s.faults.Add(misbehave.Fault{Kind: misbehave.RateLimit, RetryAfter: 1, Times: times}); err != nil {
			t.Fatal(err)
		}
		s.faults.Forget()
		_, refusal := s.verify(t, s.good)
		if got := reasonOf(refusal); got != want {
			t.Errorf("limited %d times: got %q", times, got)
		}
		if n := len(s.faults.Requests()); n != 2 {
			t.Errorf("limited %d times: %d requests", times, n)
		}
		s.faults.Clear()
	}
}

func givesUp(t *testing.T, s subject) {
	if err := s.faults.Add(misbehave.Fault{Kind: misbehave.Hang, Times: misbehave.Forever}); err != nil {
		t.Fatal(err)
	}
	defer s.faults.Release()
	start := time.Now()
	_, refusal := s.verifyWithin(t, s.good, 200*time.Millisecond)
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
	if reasonOf(refusal) != ops.Unavailable || !strings.HasSuffix(refusal.What, " did not answer in time.") {
		t.Errorf("got %v", refusal)
	}
}

func reasonOf(refusal *ops.Refusal) ops.Reason {
	if refusal == nil {
		return ""
	}
	return refusal.Reason
}
