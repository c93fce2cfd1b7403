package jira_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	client "github.com/andygrunwald/go-jira"

	"github.com/steward-bot/steward/standin/jira"
)

// rawJSON is a body that is sent as it stands.
func rawJSON(text string) json.RawMessage { return json.RawMessage(text) }

func TestAnIssueIsCreatedWithTheLibrary(t *testing.T) {
	s := start(t, jira.Options{})
	made, response, err := s.client.Issue.Create(&client.Issue{Fields: &client.IssueFields{
		Project: client.Project{Key: "SHOP"}, Type: client.IssueType{Name: "Incident"},
		Summary: "checkout is down", Description: "h1. What happened",
		Labels: []string{"steward", "steward-svc-shop-checkout"}, Components: []*client.Component{{Name: "cart"}},
	}})
	if err != nil || response.StatusCode != 201 || made.Key != "SHOP-8" {
		t.Fatalf("created %+v, %v", made, err)
	}
	read, _, err := s.client.Issue.Get(made.Key, nil)
	if err != nil {
		t.Fatal(err)
	}
	f := read.Fields
	if f.Status.Name != "To Do" || f.Reporter.DisplayName != "steward" || f.Type.Name != "Incident" ||
		f.Components[0].Name != "cart" || !slices.Equal(f.Labels, []string{"steward", "steward-svc-shop-checkout"}) {
		t.Errorf("read %+v", f)
	}
}

func TestAPropertyCanComeWithANewIssue(t *testing.T) {
	s := start(t, jira.Options{})
	status, text := s.send(t, "POST", "issue", rawJSON(`{"fields":{"project":{"key":"SHOP"},"issuetype":{"name":"Task"},"summary":"x"},
		"properties":[{"key":"steward","value":{"request":"r1"}}]}`))
	if status != 201 {
		t.Fatalf("%d %s", status, text)
	}
	status, text = s.send(t, "GET", "issue/SHOP-8?fields=summary&properties=steward", nil)
	if status != 200 || !strings.Contains(text, `"properties":{"steward":{"request":"r1"}}`) {
		t.Errorf("%d %s", status, text)
	}
}

func TestWrongFieldsAreRefusedByName(t *testing.T) {
	s := start(t, jira.Options{})
	base := `"project":{"key":"SHOP"},"issuetype":{"name":"Task"}`
	for body, want := range map[string]string{
		`{"fields":{` + base + `,"summary":"x","urgency":"high"}}`:                        `"urgency":"Field 'urgency' cannot be set. It is not on the appropriate screen, or unknown."`,
		`{"fields":{` + base + `,"summary":"x","status":{"name":"Approved"}}}`:            `"status":"Field 'status' cannot be set.`,
		`{"fields":{` + base + `}}`:                                                       `"summary":"You must specify a summary of the issue."`,
		`{"fields":{` + base + `,"summary":"a\nb"}}`:                                      `newline characters`,
		`{"fields":{` + base + `,"summary":"` + strings.Repeat("s", 256) + `"}}`:          `"summary":"Summary can't exceed 255 characters."`,
		`{"fields":{` + base + `,"summary":"x","labels":["two words"]}}`:                  `"labels":"The label 'two words' contains spaces which is invalid."`,
		`{"fields":{` + base + `,"summary":"x","components":[{"name":"search"}]}}`:        `"components":"Component name 'search' is not valid"`,
		`{"fields":{` + base + `,"summary":"x","assignee":{"accountId":"nobody"}}}`:       `"assignee":"User 'nobody' does not exist."`,
		`{"fields":{"issuetype":{"name":"Task"},"summary":"x"}}`:                          `"project":"Specify a valid project ID or key"`,
		`{"fields":{"project":{"key":"HR"},"issuetype":{"name":"Task"},"summary":"x"}}`:   `"project":"Specify a valid project ID or key"`,
		`{"fields":{"project":{"key":"OPS"},"issuetype":{"name":"Task"},"summary":"x"}}`:  `"project":"You do not have permission to create issues in this project."`,
		`{"fields":{"project":{"key":"SHOP"},"issuetype":{"name":"Epic"},"summary":"x"}}`: `"issuetype":"Specify a valid issue type"`,
		`{"summary":"x"}`: "Invalid request payload.",
	} {
		status, text := s.send(t, "POST", "issue", rawJSON(body))
		if status != 400 || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s; want 400 with %s", body, status, text, want)
		}
	}
	if all := s.Issues(); len(all) != 3 {
		t.Errorf("refused issues were created: %d issues, want 3", len(all))
	}
}

func TestAnEditChangesAllOfItOrNothing(t *testing.T) {
	s := start(t, jira.Options{})
	response, err := s.client.Issue.UpdateIssue("SHOP-7", map[string]any{
		"fields": map[string]any{"summary": "changed"},
		"update": map[string]any{"labels": []any{map[string]any{"add": "with spaces in it"}}},
	})
	refused(t, response, err, 400, "contains spaces which is invalid")
	if seen, _ := s.Issue("SHOP-7"); seen.Summary != "Roll back checkout" || !slices.Equal(seen.Labels, []string{"steward"}) {
		t.Errorf("half of an edit was done: %+v", seen)
	}

	response, err = s.client.Issue.UpdateIssue("SHOP-7", map[string]any{
		"fields": map[string]any{"summary": "changed"},
		"update": map[string]any{"labels": []any{map[string]any{"add": "steward-by-U1"}, map[string]any{"remove": "steward"}}},
	})
	if err != nil || response.StatusCode != 204 {
		t.Fatalf("%v %v", response, err)
	}
	if seen, _ := s.Issue("SHOP-7"); seen.Summary != "changed" || !slices.Equal(seen.Labels, []string{"steward-by-U1"}) {
		t.Errorf("after the edit %+v", seen)
	}
	response, err = s.client.Issue.UpdateIssue("OPS-1", map[string]any{"fields": map[string]any{"summary": "x"}})
	refused(t, response, err, 403, "You do not have permission to edit issues in this project.")
}

func TestADeletedIssueIsGone(t *testing.T) {
	s := start(t, jira.Options{})
	if response, err := s.client.Issue.Delete("SHOP-7"); err != nil || response.StatusCode != 204 {
		t.Fatalf("%v %v", response, err)
	}
	_, response, err := s.client.Issue.Get("SHOP-7", nil)
	refused(t, response, err, 404, "Issue does not exist")
	if key, err := s.CreateIssue(jira.Issue{Project: "SHOP", Summary: "next"}); err != nil || key != "SHOP-8" {
		t.Errorf("the next issue is %q (%v); a key is never given twice", key, err)
	}
}
