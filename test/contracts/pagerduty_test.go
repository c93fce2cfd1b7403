//go:build contracts

package contracts

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	client "github.com/PagerDuty/go-pagerduty"

	"github.com/steward-bot/steward/standin/misbehave"
	"github.com/steward-bot/steward/standin/pagerduty"
)

const (
	incident = "Q1XCHK0001"
	email    = "bot@acme.example"
)

// pager is a stand-in PagerDuty, spoken to through a watch.
type pager struct {
	t      *testing.T
	url    string
	server *pagerduty.Server
	client *client.Client
	watch  *watch
}

func openPager(t *testing.T, c *contract) *pager {
	t.Helper()
	server, err := pagerduty.New(pagerduty.Account{
		Subdomain: "acme",
		Tokens:    []pagerduty.Token{{Value: "secret", User: "PBOT001"}, {Value: "read-only", ReadOnly: true}},
		Users:     []pagerduty.User{{ID: "PBOT001", Name: "steward", Email: email}},
		Teams:     []pagerduty.Team{{ID: "PTEAM01", Name: "Shop"}},
		Services:  []pagerduty.Service{{ID: "PCHK001", Name: "checkout", Teams: []string{"PTEAM01"}}},
		Incidents: []pagerduty.Incident{{
			ID: incident, Title: "checkout is down", Service: "PCHK001", AssignedTo: []string{"PBOT001"},
			Alerts: []pagerduty.Alert{{Summary: "error rate 40%", Details: map[string]string{"pod": "checkout-1"}}},
		}},
	}, pagerduty.Options{})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	p := &pager{t: t, url: web.URL, server: server, watch: &watch{contract: c}}
	p.client = p.login("secret")
	return p
}

func (p *pager) login(token string) *client.Client {
	made := client.NewClient(token, client.WithAPIEndpoint(p.url))
	made.HTTPClient = &http.Client{Transport: p.watch}
	return made
}

func (p *pager) done(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Error(err)
	}
}

func (p *pager) refused(want int, err error) {
	p.t.Helper()
	var told client.APIError
	if !errors.As(err, &told) || told.StatusCode != want {
		p.t.Errorf("got %v, want %d", err, want)
	}
}

// send makes a call that the library has no method for.
func (p *pager) send(want int, method, path, body string) {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("From", email)
	response, err := p.client.Do(request, true)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != want {
		p.t.Errorf("%s %s: %d, want %d", method, path, response.StatusCode, want)
	}
}

// note is a note as the library wants it: the author's e-mail goes where the
// summary is.
func note(content string) client.IncidentNote {
	return client.IncidentNote{Content: content, User: client.APIObject{Summary: email}}
}

func openPagerDuty(t *testing.T) *contract {
	return open(t, "pagerduty.json", relaxPagerDuty, pagerDutyFormats())
}

func TestPagerDutyIsSpokenAsPagerDutyPublishesIt(t *testing.T) {
	c := openPagerDuty(t)
	p := openPager(t, c)
	p.reads()
	p.notes()
	p.changes()
	p.refusals()
	p.reads() // once more, now that it is resolved
	c.kept(t)
	c.complete(t, nil)
}

func (p *pager) reads() {
	ctx := p.t.Context()
	_, err := p.client.GetIncidentWithContext(ctx, incident)
	p.done(err)
	for _, options := range []client.ListIncidentsOptions{
		{},
		{ServiceIDs: []string{"PCHK001"}, Statuses: []string{"triggered", "acknowledged"}, Since: "2026-01-02T03:04:05Z", SortBy: "created_at:desc", Limit: 10, Total: true},
	} {
		_, err = p.client.ListIncidentsWithContext(ctx, options)
		p.done(err)
	}
	_, err = p.client.ListIncidentAlertsWithContext(ctx, incident, client.ListIncidentAlertsOptions{Limit: 100})
	p.done(err)
	_, err = p.client.ListIncidentLogEntriesWithContext(ctx, incident, client.ListIncidentLogEntriesOptions{IsOverview: true})
	p.done(err)
	_, err = p.client.ListIncidentNotesWithContext(ctx, incident)
	p.done(err)
}

func (p *pager) notes() {
	_, err := p.client.CreateIncidentNoteWithContext(p.t.Context(), incident, note("steward rolled back checkout"))
	p.done(err)
}

func (p *pager) changes() {
	ctx := p.t.Context()
	_, err := p.client.CreateIncidentWithContext(ctx, email, &client.CreateIncidentOptions{
		Title: "cart is down", Service: &client.APIReference{ID: "PCHK001", Type: "service_reference"},
		Priority: &client.APIReference{ID: "PPRI001", Type: "priority_reference"},
	})
	p.done(err)
	_, err = p.client.ManageIncidentsWithContext(ctx, email, []client.ManageIncidentsOptions{{ID: incident, Status: "acknowledged"}})
	p.done(err)
	p.reads()
	alerts, err := p.client.ListIncidentAlertsWithContext(ctx, incident, client.ListIncidentAlertsOptions{Statuses: []string{"triggered"}})
	p.done(err)
	p.send(200, "PUT", "/incidents/"+incident+"/alerts", `{"alerts":[{"id":"`+alerts.Alerts[0].ID+`","type":"alert","status":"resolved"}]}`)
	p.send(200, "PUT", "/incidents/"+incident, `{"incident":{"type":"incident_reference","status":"resolved"}}`)
}

func (p *pager) refusals() {
	ctx := p.t.Context()
	_, err := p.client.GetIncidentWithContext(ctx, "Q1XNOPE0001")
	p.refused(404, err)
	_, err = p.login("wrong").GetIncidentWithContext(ctx, incident)
	p.refused(401, err)
	_, err = p.login("read-only").CreateIncidentNoteWithContext(ctx, incident, note("x"))
	p.refused(403, err)
	_, err = p.client.CreateIncidentNoteWithContext(ctx, incident, note(" "))
	p.refused(400, err)
	_ = p.server.Faults().Add(misbehave.Fault{Kind: misbehave.RateLimit, RetryAfter: 30})
	_, err = p.client.GetIncidentWithContext(ctx, incident)
	p.refused(429, err)
}

func TestABrokenRequestToPagerDutyIsNoticed(t *testing.T) {
	c := openPagerDuty(t)
	p := openPager(t, c)
	_, _ = p.client.CreateIncidentNoteWithContext(t.Context(), incident, note(""))
	c.noticed(t, `property "content" is missing`)
	_, _ = p.client.ManageIncidentsWithContext(t.Context(), email, []client.ManageIncidentsOptions{{ID: incident, Status: "closed"}})
	c.noticed(t, "value is not one of the allowed values")
	p.send(404, "GET", "/alerts/A1", "")
	c.noticed(t, "GET /alerts/A1 is not in the contract")
}

func TestABrokenAnswerOfPagerDutyIsNoticed(t *testing.T) {
	c := openPagerDuty(t)
	p := openPager(t, c)
	for _, broken := range []struct{ was, is, words string }{
		{`"status":"triggered"`, `"status":"open"`, "value is not one of the allowed values"},
		{`"title":"checkout is down"`, `"title":null`, "Value is not nullable"},
	} {
		p.watch.spoil = func(answer []byte) []byte {
			return bytes.Replace(answer, []byte(broken.was), []byte(broken.is), 1)
		}
		_, _ = p.client.GetIncidentWithContext(t.Context(), incident)
		c.noticed(t, broken.words)
	}
	p.watch.spoil = func(answer []byte) []byte { return bytes.Replace(answer, []byte(`"notes":`), []byte(`"list":`), 1) }
	_, _ = p.client.ListIncidentNotesWithContext(t.Context(), incident)
	c.noticed(t, `property "notes" is missing`)
	p.watch.spoil = func(answer []byte) []byte {
		return bytes.Replace(answer, []byte(`"trigger_log_entry"`), []byte(`"start"`), 1)
	}
	_, _ = p.client.ListIncidentLogEntriesWithContext(t.Context(), incident, client.ListIncidentLogEntriesOptions{})
	c.noticed(t, "log_entries")
	p.watch.spoil = nil
	_ = p.server.Faults().Add(misbehave.Fault{Kind: misbehave.Unavailable})
	_, _ = p.client.GetIncidentWithContext(t.Context(), incident)
	c.noticed(t, "status is not supported")
}
