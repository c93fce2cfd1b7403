package jira_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/steward-bot/steward/standin/jira"
)

// as sends what a person would, without credentials.
func (s *stand) as(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	return response.StatusCode, strings.TrimSpace(string(text))
}

func TestAPersonOpensAChangeAndHasItApproved(t *testing.T) {
	s := start(t, jira.Options{})
	status, text := s.as(t, "POST", "/person/issue", `{"project":"SHOP","type":"Change","summary":"Roll back cart","components":["cart"]}`)
	if status != 201 || text != `{"key":"SHOP-8","url":"`+s.url+`/browse/SHOP-8"}` {
		t.Fatalf("%d %s", status, text)
	}
	status, text = s.as(t, "POST", "/person/transition", `{"key":"SHOP-8","status":"Approved"}`)
	want := `{"error":"the workflow does not allow it: from To Do, SHOP-8 can go to In Review (Request approval), In Progress (Start)"}`
	if status != 409 || text != want {
		t.Errorf("%d %s, want 409 %s", status, text, want)
	}
	for _, next := range []string{"In Review", "approved"} {
		if status, text := s.as(t, "POST", "/person/transition", `{"key":"SHOP-8","status":"`+next+`"}`); status != 200 {
			t.Errorf("to %s: %d %s", next, status, text)
		}
	}
	status, text = s.as(t, "GET", "/person/issue/SHOP-8", "")
	if status != 200 || !strings.Contains(text, `"status":"Approved"`) {
		t.Errorf("%d %s", status, text)
	}
	if _, text := s.send(t, "GET", "issue/SHOP-8?expand=changelog&fields=id", nil); !strings.Contains(text, `"displayName":"Ana"`) || strings.Contains(text, `"displayName":"steward"`) {
		t.Errorf("a person approved it, not the program: %s", text)
	}
	if status, _ := s.as(t, "POST", "/person/transition", `{"key":"SHOP-99","status":"Done"}`); status != 404 {
		t.Errorf("an issue that is not there: %d, want 404", status)
	}
	if status, text := s.as(t, "POST", "/person/issue", `{"project":"SHOP","title":"x"}`); status != 400 || !strings.Contains(text, `unknown field \"title\"`) {
		t.Errorf("a misspelt field: %d %s", status, text)
	}
}

func TestTheAuditTrailIsReadInTheBrowser(t *testing.T) {
	s := start(t, jira.Options{})
	hostile := `<script>alert("x")</script> & *bold*`
	if status, text := s.send(t, "POST", "issue/SHOP-7/comment", map[string]string{"body": hostile}); status != 201 {
		t.Fatalf("%d %s", status, text)
	}
	if status, text := s.send(t, "POST", "issue/SHOP-7/remotelink", rawJSON(`{"object":{"url":"javascript:alert(1)","title":"Incident"}}`)); status != 201 {
		t.Fatalf("%d %s", status, text)
	}
	status, page := s.as(t, "GET", "/browse/shop-7", "")
	if status != 200 || !strings.Contains(page, "SHOP-7: Roll back checkout") || !strings.Contains(page, "steward, <time>2026-11-20 01:02:03 UTC</time>") {
		t.Errorf("%d %s", status, page)
	}
	if strings.Contains(page, "<script>") || !strings.Contains(page, "&lt;script&gt;") || strings.Contains(page, `href="javascript:`) {
		t.Errorf("a comment can run code: %s", page)
	}
	if status, page := s.as(t, "GET", "/browse", ""); status != 200 || !strings.Contains(page, `<a href="/browse/SHOP-7">SHOP-7</a>`) {
		t.Errorf("the list: %d %s", status, page)
	}
	if status, page := s.as(t, "GET", "/browse/SHOP-99", ""); status != 404 || !strings.Contains(page, "Issue does not exist") {
		t.Errorf("a missing issue: %d %s", status, page)
	}
}

func TestADoctorLearnsWhatIsThereAndWhatIsAllowed(t *testing.T) {
	s := start(t, jira.Options{})
	if status, text := s.as(t, "GET", "/rest/api/2/serverInfo", ""); status != 200 || !strings.Contains(text, `"deploymentType":"Cloud"`) {
		t.Errorf("anyone may read the server's info: %d %s", status, text)
	}
	project, _, err := s.client.Project.Get("SHOP")
	if err != nil || project.Components[0].Name != "checkout" || len(project.IssueTypes) != 4 {
		t.Errorf("project %+v, %v", project, err)
	}
	_, response, err := s.client.Project.Get("HR")
	refused(t, response, err, 404, "No project could be found with key 'HR'.")
	all, _, err := s.client.Project.GetList()
	if err != nil || len(*all) != 2 {
		t.Errorf("projects %+v, %v; want the two that can be seen", all, err)
	}
	statuses, _, err := s.client.Status.GetAllStatuses()
	if err != nil || len(statuses) != 5 {
		t.Errorf("statuses %+v, %v", statuses, err)
	}
	if _, text := s.send(t, "GET", "issue/createmeta/SHOP/issuetypes", nil); !strings.Contains(text, `"name":"Incident"`) {
		t.Errorf("what can be created: %s", text)
	}

	type permissions struct {
		Permissions map[string]struct{ HavePermission bool }
	}
	for project, want := range map[string]bool{"SHOP": true, "OPS": false} {
		status, text := s.send(t, "GET", "mypermissions?permissions=ADD_COMMENTS,CREATE_ISSUES&projectKey="+project, nil)
		got := decoded[permissions](t, text).Permissions
		if status != 200 || len(got) != 2 || got["ADD_COMMENTS"].HavePermission != want {
			t.Errorf("%s: %d %s", project, status, text)
		}
	}
	if status, text := s.send(t, "GET", "mypermissions?permissions=FLY", nil); status != 400 || !strings.Contains(text, "Unrecognized permission: FLY") {
		t.Errorf("%d %s", status, text)
	}
	if status, text := s.send(t, "GET", "dashboard", nil); status != 404 {
		t.Errorf("a resource that is not there: %d %s", status, text)
	}
}
