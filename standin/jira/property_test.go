package jira_test

import (
	"strings"
	"testing"

	client "github.com/andygrunwald/go-jira"

	"github.com/steward-bot/steward/standin/jira"
)

func TestAPropertyIsSetAndSetAgain(t *testing.T) {
	s := start(t, jira.Options{})
	for n, want := range []int{201, 200} {
		if status, text := s.send(t, "PUT", "issue/SHOP-7/properties/steward", map[string]int{"n": n}); status != want || text != "" {
			t.Errorf("setting it for the %d. time: %d %q, want %d and no body", n+1, status, text, want)
		}
	}
	if status, text := s.send(t, "GET", "issue/SHOP-7/properties/steward", nil); status != 200 || text != `{"key":"steward","value":{"n":1}}` {
		t.Errorf("%d %s", status, text)
	}
	if _, text := s.send(t, "GET", "issue/SHOP-7/properties", nil); !strings.HasPrefix(text, `{"keys":[{"key":"steward","self":"http://`) {
		t.Errorf("keys %s", text)
	}
	if status, _ := s.send(t, "DELETE", "issue/SHOP-7/properties/steward", nil); status != 204 {
		t.Errorf("deleting: %d", status)
	}
	if status, text := s.send(t, "GET", "issue/SHOP-7/properties/steward", nil); status != 404 || !strings.Contains(text, "The property with key 'steward' does not exist.") {
		t.Errorf("%d %s", status, text)
	}
}

func TestAPropertyHasBounds(t *testing.T) {
	s := start(t, jira.Options{})
	longest := strings.Repeat("v", 32_768-2) // the quotes count
	if status, text := s.send(t, "PUT", "issue/SHOP-7/properties/"+strings.Repeat("k", 255), rawJSON(`"`+longest+`"`)); status != 400 {
		// The library adds a line break to what it sends, which counts too.
		t.Errorf("a value of 32,769 characters: %d %s", status, text)
	}
	if status, text := s.send(t, "PUT", "issue/SHOP-7/properties/"+strings.Repeat("k", 255), rawJSON(`"`+longest[1:]+`"`)); status != 201 {
		t.Errorf("the longest key and value: %d %s", status, text)
	}
	if status, text := s.send(t, "PUT", "issue/SHOP-7/properties/"+strings.Repeat("k", 256), 1); status != 400 || !strings.Contains(text, "255 characters") {
		t.Errorf("a longer key: %d %s", status, text)
	}
	if status, text := s.send(t, "PUT", "issue/SHOP-7/properties/empty", nil); status != 400 || !strings.Contains(text, "valid, non-empty JSON") {
		t.Errorf("no value: %d %s", status, text)
	}
	if status, text := s.send(t, "PUT", "issue/OPS-1/properties/p", 1); status != 403 {
		t.Errorf("without permission: %d %s", status, text)
	}
}

func TestARemoteLinkWithAGlobalIDIsSavedOnce(t *testing.T) {
	s := start(t, jira.Options{})
	link := &client.RemoteLink{
		GlobalID: "pagerduty=Q1XCHK0001", Relationship: "justified by",
		Object: &client.RemoteLinkObject{URL: "https://acme.pagerduty.com/incidents/Q1XCHK0001", Title: "Incident 42", Summary: "checkout is down"},
	}
	first, response, err := s.client.Issue.AddRemoteLink("SHOP-7", link)
	if err != nil || response.StatusCode != 201 {
		t.Fatalf("first: %v %v", response, err)
	}
	link.Object.Summary, link.Relationship = "", ""
	again, response, err := s.client.Issue.AddRemoteLink("SHOP-7", link)
	if err != nil || response.StatusCode != 200 || again.ID != first.ID {
		t.Fatalf("again: %+v %v", again, err)
	}
	links, _, err := s.client.Issue.GetRemoteLinks("SHOP-7")
	if err != nil || len(*links) != 1 {
		t.Fatalf("links %+v, %v", links, err)
	}
	if got := (*links)[0]; got.Relationship != "" || got.Object.Summary != "" || got.Object.Title != "Incident 42" {
		t.Errorf("what an update leaves out is not null: %+v", got)
	}
	link.Object.Title = "Incident 42, resolved"
	if response, err := s.client.Issue.UpdateRemoteLink("SHOP-7", first.ID, link); err != nil || response.StatusCode != 204 {
		t.Errorf("by its id: %v %v", response, err)
	}
	if status, text := s.send(t, "GET", "issue/SHOP-7/remotelink?globalId=pagerduty%3DQ1XCHK0001", nil); status != 200 || !strings.Contains(text, "Incident 42, resolved") {
		t.Errorf("by its global id: %d %s", status, text)
	}
}

func TestARemoteLinkNeedsAnAddressATitleAndPermission(t *testing.T) {
	s := start(t, jira.Options{MaxLinks: 1})
	_, response, err := s.client.Issue.AddRemoteLink("SHOP-7", &client.RemoteLink{Object: &client.RemoteLinkObject{Title: "t"}})
	refused(t, response, err, 400, "'url' is required.")
	_, response, err = s.client.Issue.AddRemoteLink("SHOP-7", &client.RemoteLink{})
	refused(t, response, err, 400, "'object' is required.")
	whole := &client.RemoteLink{Object: &client.RemoteLinkObject{URL: "https://x.example", Title: "t"}}
	_, response, err = s.client.Issue.AddRemoteLink("OPS-1", whole)
	refused(t, response, err, 403, "You do not have permission to link issues in this project.")
	if _, _, err := s.client.Issue.AddRemoteLink("SHOP-7", whole); err != nil {
		t.Fatal(err)
	}
	_, response, err = s.client.Issue.AddRemoteLink("SHOP-7", whole)
	refused(t, response, err, 413, "limit of 1 remote links")
}
