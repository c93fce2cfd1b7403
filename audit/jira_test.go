package audit

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/ops"
	"github.com/steward-bot/steward/standin/jira"
	"github.com/steward-bot/steward/standin/misbehave"
)

func cloud(t *testing.T) *jiraHouse {
	t.Helper()
	return jiraAt(t, jiraSite(), jira.Options{IssueWrites: []jira.Window{}})
}

func (h *jiraHouse) issue(t *testing.T, key string) jira.View {
	t.Helper()
	view, found := h.server.Issue(key)
	if !found {
		t.Fatalf("there is no %s", key)
	}
	return view
}

func TestTheCommentsTellTheStory(t *testing.T) {
	h := cloud(t)
	start := started("r1", change())
	start.At = noon
	end := ended("r1", change(), ops.Unhealthy)
	end.At = noon.Add(42 * time.Second)
	end.Outcome.Next = "Run `/k8s diagnose checkout`."
	end.Outcome.Diagnosis = &ops.Diagnosis{Causes: []ops.Cause{{Summary: "The image shop/checkout:1.9 does not exist."}}}
	records := recorded(t, h.store, start, end)
	for _, r := range records {
		must(t, h.sink.Deliver(t.Context(), r))
	}
	want := []string{
		`*steward starts: rollback Deployment/shop/checkout*
||Who|Ana \(U0ANA, ana@acme.example\)|
||Why|[SHOP-7: Roll checkout back|https://acme.atlassian.net/browse/SHOP-7]|
||Where|Deployment/shop/checkout in cluster prod-eu \(production\)|
||Plan|Roll back checkout to the template of revision 41|
||Touches|3 pods are replaced, one at a time|
||Warning|Argo CD will undo it.|
* containers\[checkout\].image: shop/checkout:2.0 → shop/checkout:1.9
Request r1, 2026-03-01T12:00:00Z. Journal record 1, head of the chain ` + records[0].Hash + `.`,
		`*steward: rollback Deployment/shop/checkout: done, but not healthy*
||Who|Ana \(U0ANA, ana@acme.example\)|
||Why|[SHOP-7: Roll checkout back|https://acme.atlassian.net/browse/SHOP-7]|
||Where|Deployment/shop/checkout in cluster prod-eu \(production\)|
||Result|Rolled back to the template of revision 41, now revision 43.|
||Next|Run ` + "`/k8s diagnose checkout`" + `.|
||Took|42s|
||Still wrong|The image shop/checkout:1.9 does not exist.|
||Before|image: shop/checkout:2.0|
||After|image: shop/checkout:1.9|
Request r1, 2026-03-01T12:00:42Z. Journal record 2, head of the chain ` + records[1].Hash + `.`,
	}
	for i, comment := range h.issue(t, "SHOP-7").Comments {
		if comment.Body != want[i] {
			t.Errorf("comment %d is\n%s\nwant\n%s", i, comment.Body, want[i])
		}
		if !strings.Contains(string(comment.Properties["steward"]), records[i].Hash) {
			t.Errorf("comment %d has the properties %s", i, comment.Properties)
		}
	}
}

func TestTheIssueIsLabelledAndHoldsTheActionsForMachines(t *testing.T) {
	h := cloud(t)
	for _, r := range recorded(t, h.store, started("r1", change()), ended("r1", change(), ops.Succeeded)) {
		must(t, h.sink.Deliver(t.Context(), r))
		must(t, h.sink.Deliver(t.Context(), r))
	}
	issue := h.issue(t, "SHOP-7")
	labels := slices.Sorted(slices.Values(issue.Labels))
	if fmt.Sprint(labels) != "[steward steward-by-U0ANA steward-svc-shop-checkout]" {
		t.Errorf("labels: %v", labels)
	}
	var property actionsProperty
	must(t, json.Unmarshal(issue.Properties["steward.actions"], &property))
	if property.Schema != "steward.actions/v1" || len(property.Actions) != 2 || property.Actions[1].State != "succeeded" || property.Actions[0].Target != "Deployment/shop/checkout" {
		t.Errorf("the property is %+v", property)
	}
	if len(issue.Links) != 0 {
		t.Errorf("a justifying issue needs no link to itself: %v", issue.Links)
	}
}

func TestAllActionsOnOneIncidentAreOnOneIssue(t *testing.T) {
	for _, deployment := range []jira.Deployment{jira.Cloud, jira.DataCenter} {
		t.Run(string(deployment), func(t *testing.T) {
			h := jiraAt(t, jiraSite(), jira.Options{Deployment: deployment, IndexLag: time.Hour, IssueWrites: []jira.Window{}})
			for _, r := range recorded(t, h.store, started("r1", incident()), ended("r1", incident(), ops.Failed), started("r2", incident())) {
				must(t, h.again().Deliver(t.Context(), r))
			}
			issue := h.issue(t, "INC-1")
			if len(issue.Comments) != 3 || len(h.server.Issues()) != 2 {
				t.Errorf("%d issues, %d comments", len(h.server.Issues()), len(issue.Comments))
			}
			if issue.Summary != "PagerDuty incident Q1XCHK0001: checkout answers 500" || issue.Type != "Task" ||
				issue.Description != "What steward did because of PagerDuty incident [Q1XCHK0001: checkout answers 500|https://acme.pagerduty.com/incidents/Q1XCHK0001]. Each action is a comment below." {
				t.Errorf("the issue is %+v", issue)
			}
			if len(issue.Links) != 1 || issue.Links[0].GlobalID != "steward:pagerduty:Q1XCHK0001" || issue.Links[0].URL != incident().URL {
				t.Errorf("its links are %+v", issue.Links)
			}
			if !slices.Contains(issue.Labels, "steward-incident-Q1XCHK0001") || !strings.Contains(string(issue.Properties["steward.incident"]), "Q1XCHK0001") {
				t.Errorf("labels %v, properties %s", issue.Labels, issue.Properties)
			}
		})
	}
}

func TestAnotherStateOfStewardFindsTheIssueByItsLabel(t *testing.T) {
	for _, deployment := range []jira.Deployment{jira.Cloud, jira.DataCenter} {
		t.Run(string(deployment), func(t *testing.T) {
			site := jiraSite()
			site.Issues = append(site.Issues, jira.Issue{Key: "INC-4", Labels: []string{"steward-incident-Q1XCHK0001"}, Summary: "old"}, jira.Issue{Key: "INC-5", Labels: []string{"steward-incident-Q1XCHK0002"}, Summary: "another"})
			h := jiraAt(t, site, jira.Options{Deployment: deployment, IssueWrites: []jira.Window{}})
			must(t, h.sink.Deliver(t.Context(), recorded(t, h.store, started("r1", incident()))[0]))
			if n := len(h.issue(t, "INC-4").Comments); n != 1 {
				t.Errorf("INC-4 has %d comments", n)
			}
		})
	}
}

// The answer to a create may be lost in every way, and the index be slow to
// show the issue: still there is one.
func TestAnIncidentHasOneIssueHoweverItsCreationGoes(t *testing.T) {
	for _, kind := range []misbehave.Kind{misbehave.WriteAndCut, misbehave.WriteAndDrop, misbehave.Drop, misbehave.ServerError, misbehave.RateLimit, misbehave.HTML, misbehave.Unavailable} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			h := jiraAt(t, jiraSite(), jira.Options{IndexLag: 200 * time.Millisecond, IssueWrites: []jira.Window{}})
			must(t, h.faults.Add(misbehave.Fault{Kind: kind, Method: "POST", Path: "/issue$", Times: 1}))
			errs := delivered(t, h.sink, recorded(t, h.store, started("r1", incident()))[0])
			if len(h.server.Issues()) != 2 {
				t.Errorf("there are %d issues after %v", len(h.server.Issues()), errs)
			}
			if kind == misbehave.WriteAndCut && len(errs) > 0 {
				t.Errorf("the key was in the half that came: %v", errs)
			}
		})
	}
}

func TestWhatStopsUsFromMarkingAnIssueDoesNotStopTheComment(t *testing.T) {
	site := jiraSite()
	site.Projects[0].Withheld = []string{"EDIT_ISSUES"}
	h := jiraAt(t, site, jira.Options{IssueWrites: []jira.Window{}})
	r := recorded(t, h.store, started("r1", change()))[0]
	must(t, h.sink.Deliver(t.Context(), r))
	if n := len(h.issue(t, "SHOP-7").Comments); n != 1 {
		t.Errorf("%d comments", n)
	}
	if n := h.logs.FilterMessage("Jira did not let us mark an issue; the comment is there").Len(); n != 2 {
		t.Errorf("it was logged %d times", n)
	}
}

func TestWhoMayNotCommentGetsANo(t *testing.T) {
	site := jiraSite()
	site.Projects[0].Withheld = []string{"ADD_COMMENTS"}
	h := jiraAt(t, site, jira.Options{IssueWrites: []jira.Window{}})
	err := h.sink.Deliver(t.Context(), recorded(t, h.store, started("r1", change()))[0])
	if want := "Jira said no (400), commenting on SHOP-7: comment - You do not have the permission to comment on this issue."; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	gone := change()
	gone.Key = "SHOP-99"
	err = h.sink.Deliver(t.Context(), recorded(t, h.store, started("r2", gone))[0])
	if want := "Jira said no (404), reading the comments of SHOP-99: "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v", err)
	}
}

func TestNothingButAKeyGetsIntoAPath(t *testing.T) {
	h := cloud(t)
	for _, key := range []string{"", "../../SHOP-7", "SHOP-7/../SHOP-8", "shop-7", "SHOP-7?x=y"} {
		for _, system := range []string{ops.Jira, ops.PagerDuty} {
			ticket := &ops.Ticket{System: system, Key: key, URL: "https://x"}
			r := started(key+system, ticket)
			r.Hash = "x"
			if err := h.sink.Deliver(t.Context(), *r); err == nil {
				t.Errorf("%q was delivered", key)
			}
		}
	}
	if n := len(h.faults.Requests()); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

func TestRetryAfterIsObeyed(t *testing.T) {
	h := cloud(t)
	must(t, h.faults.Add(misbehave.Fault{Kind: misbehave.RateLimit, Method: "POST", Path: "/comment$", RetryAfter: 17}))
	err := h.sink.Deliver(t.Context(), recorded(t, h.store, started("r1", change()))[0])
	later, ok := err.(*Later) //nolint:errorlint // exactly this
	if !ok || later.After != 17*time.Second || !strings.HasPrefix(later.Error(), "Jira asks us to come back later, commenting on SHOP-7: ") {
		t.Errorf("got %T %v", err, err)
	}
}

func TestAMarkIsFoundAmongThousandsOfComments(t *testing.T) {
	h := cloud(t)
	r := recorded(t, h.store, started("r1", change()))[0]
	must(t, h.sink.Deliver(t.Context(), r))
	for i := range 250 {
		must(t, h.server.Comment("SHOP-7", "5b11", fmt.Sprint("me too ", i)))
	}
	must(t, h.sink.Deliver(t.Context(), r))
	if n := len(h.issue(t, "SHOP-7").Comments); n != 251 {
		t.Errorf("%d comments", n)
	}
}

func TestTwoDeliveriesToOneTicketGoOneAfterTheOther(t *testing.T) {
	h := cloud(t)
	r := recorded(t, h.store, started("r1", change()))[0]
	if _, err := h.store.Lock(t.Context(), "deliver/jira/jira/SHOP-7", "another process"); err != nil {
		t.Fatal(err)
	}
	err := h.sink.Deliver(t.Context(), r)
	if later, ok := err.(*Later); !ok || later.After != inOrder { //nolint:errorlint // exactly this
		t.Errorf("got %v", err)
	}
	must(t, h.store.Unlock(t.Context(), "deliver/jira/jira/SHOP-7", "another process"))
	for range 2 { // the lease is given back each time
		must(t, h.sink.Deliver(t.Context(), r))
	}
}

func TestThePropertyKeepsTheNewestActionsThatFit(t *testing.T) {
	var p actionsProperty
	for seq := range int64(300) {
		p = p.with(action{Seq: seq + 1, Summary: strings.Repeat("é", 300)})
	}
	last := p.Actions[len(p.Actions)-1].Seq
	if p.size() > propertyLimit || len(p.Actions) < 50 || last != 300 || p.Actions[0].Seq != 301-int64(len(p.Actions)) {
		t.Errorf("%d actions of %d characters, from %d to %d", len(p.Actions), p.size(), p.Actions[0].Seq, last)
	}
	if again := p.with(action{Seq: 300, State: "new"}); len(again.Actions) != len(p.Actions) || again.Actions[len(again.Actions)-1].State != "new" {
		t.Error("an action is there twice")
	}
}

func TestWikiMarkupShowsAsItIs(t *testing.T) {
	for text, want := range map[string]string{
		"shop-checkout_v2.1":   "shop-checkout_v2.1",
		"{code} {color:red}":   `\{code\} \{color:red\}`,
		"!http://x/y.png!":     `\!http://x/y.png\!`,
		"[~admin] [a|b]":       `\[\~admin\] \[a\|b\]`,
		"|cell|| *b* _i_ -s-":  `\|cell\|\| \*b\* \_i\_ \-s\-`,
		`C:\\dir &amp; &#123;`: `C:&#92;&#92;dir &amp;amp; &amp;\#123;`,
		"(!) (/) a@b.example":  `\(\!\) \(/\) a@b.example`,
		"h1. one\nh2. two":     "h1. one h2. two",
		"password=hunter2":     `password=\[redacted\]`,
	} {
		if got := wiki(text, 200); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
	for _, address := range []string{"javascript:alert(1)", "https://x|y", "https://x] {code}", "http://x\"y", ""} {
		if got := wikiLink("t", address); got != "t" {
			t.Errorf("%q became a link: %s", address, got)
		}
	}
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	st := fresh(t)
	for want, config := range map[string]JiraConfig{
		`jira.url "acme" is not an address such as https://acme.atlassian.net`: {Site: "acme", Token: "t", Email: "e"},
		"jira.token is empty: steward cannot write the trail without one":      {Site: "https://acme.atlassian.net"},
		"jira.email is empty: on Cloud it goes with the token":                 {Site: "https://acme.atlassian.net", Token: "t"},
		`jira.deployment is "server"; allowed: cloud, datacenter`:              {Site: "https://acme.atlassian.net", Token: "t", Deployment: "server"},
		`jira.audit_project "inc" is not a project key such as INC`:            {Site: "https://acme.atlassian.net", Token: "t", Email: "e", AuditProject: "inc"},
	} {
		if _, err := NewJira(config, st, zap.NewNop()); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	for want, config := range map[string]PagerDutyConfig{
		"pagerduty.token is empty: steward cannot write notes without a REST API key":                           {From: "a@b"},
		`pagerduty.from "" is not the e-mail address of a PagerDuty user: notes are written in somebody's name`: {Token: "t"},
	} {
		if _, err := NewPagerDuty(config, st); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func TestWithoutAnAuditProjectIncidentsAreNotForJira(t *testing.T) {
	listening := httptest.NewServer(nil)
	defer listening.Close()
	sink, err := NewJira(JiraConfig{Site: listening.URL, Email: "e", Token: "t"}, fresh(t), zap.NewNop())
	must(t, err)
	if sink.Wants(*started("r1", incident())) || !sink.Wants(*started("r1", change())) {
		t.Error("it wants the wrong ones")
	}
}
