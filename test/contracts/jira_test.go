//go:build contracts

package contracts

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	client "github.com/andygrunwald/go-jira"

	"github.com/steward-bot/steward/standin/jira"
	"github.com/steward-bot/steward/standin/misbehave"
)

// shop is a stand-in Jira, spoken to through a watch.
type shop struct {
	t      *testing.T
	server *jira.Server
	client *client.Client
	watch  *watch
}

func openShop(t *testing.T, c *contract) *shop {
	t.Helper()
	server, err := jira.New(jira.Site{
		Accounts: []jira.Account{{ID: "5b10a2844c20165700ede21g", Email: "bot@acme.example", DisplayName: "steward", Token: "secret"}},
		Projects: []jira.Project{{Key: "SHOP", Components: []string{"checkout"}}, {Key: "OPS", Withheld: []string{"EDIT_ISSUES", "CREATE_ISSUES", "LINK_ISSUES"}}},
		Issues: []jira.Issue{
			{Key: "SHOP-7", Summary: "Roll back checkout", Status: "Approved", Components: []string{"checkout"}, Labels: []string{"steward"}},
			{Key: "OPS-1", Summary: "Read only"},
		},
	}, jira.Options{})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	s := &shop{t: t, server: server, watch: &watch{contract: c}}
	login := client.BasicAuthTransport{Username: "bot@acme.example", Password: "secret", Transport: s.watch}
	if s.client, err = client.NewClient(login.Client(), web.URL); err != nil {
		t.Fatal(err)
	}
	return s
}

// done checks that a call of the library got its status.
func (s *shop) done(want int) func(*client.Response, error) {
	return func(response *client.Response, err error) {
		s.t.Helper()
		if response == nil || response.StatusCode != want {
			s.t.Errorf("got %v, error %v; want %d", response, err, want)
			return
		}
		_ = response.Body.Close()
	}
}

// send makes a call that the library has no method for.
func (s *shop) send(want int, method, path string, body any) []byte {
	s.t.Helper()
	request, err := s.client.NewRequest(method, "rest/api/2/"+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	response, err := s.client.Do(request, nil)
	if response == nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != want {
		s.t.Errorf("%s %s: %d %s, %v; want %d", method, path, response.StatusCode, text, err, want)
	}
	return text
}

func openJira(t *testing.T) *contract { return open(t, "jira-v2.json", relaxJira, jiraFormats()) }

func TestJiraIsSpokenAsAtlassianPublishesIt(t *testing.T) {
	c := openJira(t)
	s := openShop(t, c)
	s.issues()
	s.comments()
	s.properties()
	s.links()
	s.workflow()
	s.searches()
	s.site()
	c.kept(t)
	c.complete(t, map[string]string{
		"deleteProject": "steward never deletes a project",
		"updateProject": "steward never changes a project",
	})
}

func (s *shop) issues() {
	made, response, err := s.client.Issue.Create(&client.Issue{Fields: &client.IssueFields{
		Project: client.Project{Key: "SHOP"}, Type: client.IssueType{Name: "Incident"}, Summary: "checkout is down",
		Description: "h1. What happened", Labels: []string{"steward", "steward-svc-shop-checkout"},
		Components: []*client.Component{{Name: "checkout"}},
	}})
	s.done(201)(response, err)
	s.send(201, "POST", "issue", map[string]any{
		"fields":     map[string]any{"project": map[string]string{"key": "SHOP"}, "issuetype": map[string]string{"name": "Task"}, "summary": "x", "assignee": nil},
		"properties": []any{map[string]any{"key": "steward", "value": map[string]int{"seq": 1}}},
	})
	_, response, err = s.client.Issue.Create(&client.Issue{Fields: &client.IssueFields{Summary: "of no project"}})
	s.done(400)(response, err)

	for _, options := range []*client.GetQueryOptions{
		nil,
		{Fields: "summary,status,project,components,labels", Properties: "steward"},
		{Expand: "changelog,transitions"},
	} {
		_, response, err = s.client.Issue.Get(made.Key, options)
		s.done(200)(response, err)
	}
	_, response, err = s.client.Issue.Get("SHOP-99", nil)
	s.done(404)(response, err)

	s.done(204)(s.client.Issue.UpdateIssue(made.Key, map[string]any{
		"fields": map[string]any{"description": nil},
		"update": map[string]any{"labels": []any{map[string]string{"add": "steward-by-U1"}}},
	}))
	s.send(200, "PUT", "issue/"+made.Key+"?returnIssue=true", map[string]any{"fields": map[string]string{"summary": "y"}})
	s.done(400)(s.client.Issue.UpdateIssue(made.Key, map[string]any{"fields": map[string]any{"urgency": "high"}}))
	s.done(403)(s.client.Issue.UpdateIssue("OPS-1", map[string]any{"fields": map[string]any{"summary": "x"}}))
	s.done(204)(s.client.Issue.Delete(made.Key))
}

func (s *shop) comments() {
	own, response, err := s.client.Issue.AddComment("SHOP-7", &client.Comment{Body: "started"})
	s.done(201)(response, err)
	s.send(201, "POST", "issue/SHOP-7/comment", map[string]any{
		"body":       "finished",
		"properties": []any{map[string]any{"key": "steward.record", "value": map[string]any{"seq": 7, "hash": "ab"}}},
	})
	s.send(400, "POST", "issue/SHOP-7/comment", map[string]any{"body": ""})
	s.send(200, "GET", "issue/SHOP-7/comment?orderBy=-created&maxResults=50&expand=properties", nil)
	s.send(200, "GET", "issue/SHOP-7/comment/"+own.ID, nil)
	_, response, err = s.client.Issue.UpdateComment("SHOP-7", &client.Comment{ID: own.ID, Body: "changed"})
	s.done(200)(response, err)
	s.send(204, "DELETE", "issue/SHOP-7/comment/"+own.ID, nil)
	s.send(404, "GET", "issue/SHOP-7/comment/"+own.ID, nil)
}

func (s *shop) properties() {
	s.send(201, "PUT", "issue/SHOP-7/properties/steward", map[string]any{"request": "r1"})
	s.send(200, "PUT", "issue/SHOP-7/properties/steward", map[string]any{"request": "r2"})
	s.send(403, "PUT", "issue/OPS-1/properties/steward", 1)
	s.send(200, "GET", "issue/SHOP-7/properties/steward", nil)
	s.send(200, "GET", "issue/SHOP-7/properties", nil)
	s.send(204, "DELETE", "issue/SHOP-7/properties/steward", nil)
	s.send(404, "GET", "issue/SHOP-7/properties/steward", nil)
}

func (s *shop) links() {
	link := &client.RemoteLink{
		GlobalID: "pagerduty=Q1XCHK0001", Relationship: "justified by",
		Application: &client.RemoteLinkApplication{Type: "com.pagerduty", Name: "PagerDuty"},
		Object: &client.RemoteLinkObject{
			URL: "https://acme.pagerduty.com/incidents/Q1XCHK0001", Title: "Incident 42", Summary: "checkout is down",
			Status: &client.RemoteLinkStatus{Resolved: true},
		},
	}
	for _, want := range []int{201, 200} {
		_, response, err := s.client.Issue.AddRemoteLink("SHOP-7", link)
		s.done(want)(response, err)
	}
	_, response, err := s.client.Issue.AddRemoteLink("OPS-1", link)
	s.done(403)(response, err)
	_, response, err = s.client.Issue.GetRemoteLinks("SHOP-7")
	s.done(200)(response, err)
	s.send(200, "GET", "issue/SHOP-7/remotelink?globalId=pagerduty%3DQ1XCHK0001", nil)
	s.send(204, "DELETE", "issue/SHOP-7/remotelink?globalId=pagerduty%3DQ1XCHK0001", nil)
}

func (s *shop) workflow() {
	open, response, err := s.client.Issue.GetTransitions("SHOP-7")
	s.done(200)(response, err)
	_ = s.server.Faults().Add(misbehave.Fault{Kind: misbehave.Conflict, Path: "/transitions$"})
	s.done(409)(s.client.Issue.DoTransition("SHOP-7", open[0].ID))
	s.done(204)(s.client.Issue.DoTransition("SHOP-7", open[0].ID))
	s.done(400)(s.client.Issue.DoTransition("SHOP-7", open[0].ID))
}

func (s *shop) searches() {
	for _, options := range []*client.SearchOptionsV2{nil, {MaxResults: 1, Fields: []string{"summary", "status", "labels"}}} {
		_, response, err := s.client.Issue.SearchV2JQL(`project = SHOP AND labels in (steward, "steward-svc-shop-checkout") ORDER BY created DESC`, options)
		s.done(200)(response, err)
	}
	s.send(200, "POST", "search/jql", map[string]any{"jql": "project = SHOP", "maxResults": 1, "fields": []string{"summary"}})
	_, response, err := s.client.Issue.SearchV2JQL("ORDER BY created", nil)
	s.done(400)(response, err)
}

func (s *shop) site() {
	_, response, err := s.client.User.GetSelf()
	s.done(200)(response, err)
	_, response, err = s.client.Project.Get("SHOP")
	s.done(200)(response, err)
	_, response, err = s.client.Project.Get("NOPE")
	s.done(404)(response, err)
	s.send(200, "GET", "serverInfo", nil)
	base := s.client.GetBaseURL()
	stranger, err := client.NewClient(&http.Client{Transport: s.watch}, base.String())
	if err != nil {
		s.t.Fatal(err)
	}
	_, response, err = stranger.Issue.Create(&client.Issue{Fields: &client.IssueFields{Summary: "x"}})
	s.done(401)(response, err)
}

func TestABrokenRequestToJiraIsNoticed(t *testing.T) {
	c := openJira(t)
	s := openShop(t, c)
	_, _, _ = s.client.Issue.AddRemoteLink("SHOP-7", &client.RemoteLink{GlobalID: "x"})
	c.noticed(t, `property "object" is missing`)
	s.send(400, "GET", "issue/SHOP-7/comment?orderBy=backwards", nil)
	c.noticed(t, `parameter "orderBy" in query has an error`)
	s.send(404, "GET", "issues/SHOP-7", nil)
	c.noticed(t, "GET /rest/api/2/issues/SHOP-7 is not in the contract")
}

func TestABrokenAnswerOfJiraIsNoticed(t *testing.T) {
	c := openJira(t)
	s := openShop(t, c)
	s.watch.spoil = func(answer []byte) []byte {
		return bytes.Replace(answer, []byte(`"id":"`), []byte(`"id":0,"was":"`), 1)
	}
	s.send(201, "POST", "issue/SHOP-7/comment", map[string]string{"body": "x"})
	c.noticed(t, "value must be a string")
	s.watch.spoil = func(answer []byte) []byte { return bytes.Replace(answer, []byte(`"expand"`), []byte(`"expanse"`), 1) }
	s.send(200, "GET", "issue/SHOP-7", nil)
	c.noticed(t, `property "expanse" is unsupported`)
	s.watch.spoil = func(answer []byte) []byte { return bytes.ReplaceAll(answer, []byte(`+0000"`), []byte(`Z"`)) }
	s.send(201, "POST", "issue/SHOP-7/comment", map[string]string{"body": "x"})
	c.noticed(t, "date-time")
	s.watch.spoil = nil
	_ = s.server.Faults().Add(misbehave.Fault{Kind: misbehave.HTML})
	s.send(200, "GET", "issue/SHOP-7", nil)
	c.noticed(t, "text/html")
	_ = s.server.Faults().Add(misbehave.Fault{Kind: misbehave.ServerError})
	s.send(500, "GET", "issue/SHOP-7", nil)
	c.noticed(t, "status is not supported")
}
