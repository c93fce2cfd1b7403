package jira_test

import (
	"strings"
	"testing"

	client "github.com/andygrunwald/go-jira"

	"github.com/steward-bot/steward/standin/jira"
	"github.com/steward-bot/steward/standin/misbehave"
)

func TestOnlyTheWorkflowsTransitionsAreAllowed(t *testing.T) {
	s := start(t, jira.Options{})
	open, _, err := s.client.Issue.GetTransitions("SHOP-7")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	ids := map[string]string{}
	for _, o := range open {
		names = append(names, o.Name+" → "+o.To.Name)
		ids[o.Name] = o.ID
	}
	if got, want := strings.Join(names, ", "), "Reject → To Do, Start → In Progress, Finish → Done"; got != want {
		t.Fatalf("open from Approved: %s, want %s", got, want)
	}
	response, err := s.client.Issue.DoTransition("SHOP-7", "11")
	refused(t, response, err, 400, "Transition id '11' is not valid for this issue.")

	if response, err := s.client.Issue.DoTransition("SHOP-7", ids["Finish"]); err != nil || response.StatusCode != 204 {
		t.Fatalf("finishing: %v %v", response, err)
	}
	read, _, err := s.client.Issue.Get("SHOP-7", &client.GetQueryOptions{Expand: "changelog"})
	if err != nil {
		t.Fatal(err)
	}
	if read.Fields.Status.StatusCategory.Key != client.StatusCategoryComplete || read.Fields.Resolution == nil {
		t.Errorf("finished: %+v, resolution %+v", read.Fields.Status, read.Fields.Resolution)
	}
	steps := read.Changelog.Histories
	if len(steps) != 1 || steps[0].Author.DisplayName != "steward" || steps[0].Items[0].FromString != "Approved" || steps[0].Items[0].ToString != "Done" {
		t.Errorf("changelog %+v", steps)
	}
}

func TestATransitionMayConflictOrBeWithheld(t *testing.T) {
	s := start(t, jira.Options{})
	_ = s.Faults().Add(misbehave.Fault{Kind: misbehave.Conflict, Method: "POST", Path: "/transitions$"})
	response, err := s.client.Issue.DoTransition("SHOP-7", "51")
	refused(t, response, err, 409, "changed by somebody else")
	if seen, _ := s.Issue("SHOP-7"); seen.Status != "Approved" {
		t.Errorf("after the conflict it is %s", seen.Status)
	}

	if open, _, err := s.client.Issue.GetTransitions("OPS-1"); err != nil || len(open) != 0 {
		t.Errorf("without permission: %+v %v", open, err)
	}
	response, err = s.client.Issue.DoTransition("OPS-1", "11")
	refused(t, response, err, 400, "is not valid for this issue")
}

func TestATransitionMayBringACommentButNoOtherField(t *testing.T) {
	s := start(t, jira.Options{})
	response, err := s.client.Issue.DoTransitionWithPayload("SHOP-7", map[string]any{
		"transition": map[string]string{"id": "51"}, "fields": map[string]any{"summary": "x"},
	})
	refused(t, response, err, 400, "Field 'summary' cannot be set.")
	if _, err := s.client.Issue.DoTransitionWithPayload("SHOP-7", client.CreateTransitionPayload{
		Transition: client.TransitionPayload{ID: "51"},
		Update:     client.TransitionPayloadUpdate{Comment: []client.TransitionPayloadComment{{Add: client.TransitionPayloadCommentBody{Body: "done"}}}},
	}); err != nil {
		t.Fatal(err)
	}
	if seen, _ := s.Issue("SHOP-7"); seen.Status != "Done" || len(seen.Comments) != 1 {
		t.Errorf("after it: %+v", seen)
	}
}
