package jira_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	client "github.com/andygrunwald/go-jira"

	"github.com/steward-bot/steward/standin/jira"
	"github.com/steward-bot/steward/standin/misbehave"
)

// marked is a comment with a property, which the library has no type for.
func marked(body string) map[string]any {
	return map[string]any{
		"body":       body,
		"properties": []map[string]any{{"key": "steward.record", "value": map[string]any{"seq": 7}}},
	}
}

func TestACommentIsAddedAndFoundAgainWithItsProperty(t *testing.T) {
	s := start(t, jira.Options{})
	added, response, err := s.client.Issue.AddComment("SHOP-7", &client.Comment{Body: "started"})
	if err != nil || response.StatusCode != 201 || added.ID == "" || added.Author.DisplayName != "steward" {
		t.Fatalf("added %+v, %v", added, err)
	}
	s.now = s.now.Add(time.Second)
	status, text := s.send(t, "POST", "issue/SHOP-7/comment", marked("finished"))
	if status != 201 {
		t.Fatalf("adding with a property: %d %s", status, text)
	}

	status, text = s.send(t, "GET", "issue/SHOP-7/comment?orderBy=-created&maxResults=1", nil)
	page := decoded[struct {
		Total    int
		Comments []client.Comment
	}](t, text)
	if status != 200 || page.Total != 2 || len(page.Comments) != 1 || page.Comments[0].Body != "finished" {
		t.Errorf("the latest comment first: %d %s", status, text)
	}
	if page.Comments[0].Created != "2026-11-20T01:02:04.456+0000" {
		t.Errorf("created %q is not as Jira writes a moment", page.Comments[0].Created)
	}
	status, text = s.send(t, "GET", "comment/"+page.Comments[0].ID+"/properties/steward.record", nil)
	if status != 200 || text != `{"key":"steward.record","value":{"seq":7}}` {
		t.Errorf("the comment's property: %d %s", status, text)
	}
	if seen, _ := s.Issue("SHOP-7"); len(seen.Comments) != 2 || string(seen.Comments[1].Properties["steward.record"]) != `{"seq":7}` {
		t.Errorf("a person sees %+v", seen.Comments)
	}
}

func TestACommentHasBounds(t *testing.T) {
	s := start(t, jira.Options{MaxComments: 1})
	_, response, err := s.client.Issue.AddComment("SHOP-7", &client.Comment{Body: strings.Repeat("ä", 32_768)})
	refused(t, response, err, 400, "The entered text is too long. It exceeds the allowed limit of 32,767 characters.")
	_, response, err = s.client.Issue.AddComment("SHOP-7", &client.Comment{Body: "  "})
	refused(t, response, err, 400, "Comment body can not be empty!")
	_, response, err = s.client.Issue.AddComment("OPS-1", &client.Comment{Body: "x"})
	refused(t, response, err, 400, "You do not have the permission to comment on this issue.")

	for body, want := range map[string]string{
		`{"body":{"type":"doc","version":1}}`:              "Comment body is not valid!",
		`{"text":"x"}`:                                     "Invalid request payload.",
		`{"body":"x","properties":[{"key":"","value":1}]}`: "The property key cannot be empty.",
		`{"body":"x","properties":[{"key":"` + strings.Repeat("k", 256) + `","value":1}]}`: "cannot be longer than 255",
	} {
		status, text := s.send(t, "POST", "issue/SHOP-7/comment", rawJSON(body))
		if status != 400 || !strings.Contains(text, want) {
			t.Errorf("%.60s: %d %s; want 400 %q", body, status, text, want)
		}
	}
	if seen, _ := s.Issue("SHOP-7"); len(seen.Comments) != 0 {
		t.Errorf("refused comments were written: %+v", seen.Comments)
	}

	if _, _, err := s.client.Issue.AddComment("SHOP-7", &client.Comment{Body: strings.Repeat("ä", 32_767)}); err != nil {
		t.Errorf("the longest comment: %v", err)
	}
	_, response, err = s.client.Issue.AddComment("SHOP-7", &client.Comment{Body: "one more"})
	refused(t, response, err, 413, "limit of 1 comments")
}

func TestOnlyOnesOwnCommentsCanBeEditedAndDeleted(t *testing.T) {
	s := start(t, jira.Options{})
	if err := s.Comment("SHOP-7", "5b109f2e9729b51b54dc274d", "from Ana"); err != nil {
		t.Fatal(err)
	}
	hers, _ := s.Issue("SHOP-7")
	_, response, err := s.client.Issue.UpdateComment("SHOP-7", &client.Comment{ID: hers.Comments[0].ID, Body: "forged"})
	refused(t, response, err, 400, "You do not have the permission to edit this comment.")
	if err := s.client.Issue.DeleteComment("SHOP-7", hers.Comments[0].ID); err == nil {
		t.Error("Ana's comment could be deleted")
	}

	own, _, err := s.client.Issue.AddComment("SHOP-7", &client.Comment{Body: "one"})
	if err != nil {
		t.Fatal(err)
	}
	if edited, _, err := s.client.Issue.UpdateComment("SHOP-7", &client.Comment{ID: own.ID, Body: "two"}); err != nil || edited.Body != "two" {
		t.Errorf("edited %+v, %v", edited, err)
	}
	if err := s.client.Issue.DeleteComment("SHOP-7", own.ID); err != nil {
		t.Error(err)
	}
	if status, _ := s.send(t, "GET", "issue/SHOP-7/comment/"+own.ID, nil); status != 404 {
		t.Errorf("the deleted comment answers %d", status)
	}
}

func TestACommentWhoseAnswerIsCutIsThereAllTheSame(t *testing.T) {
	for _, kind := range []misbehave.Kind{misbehave.WriteAndCut, misbehave.WriteAndDrop} {
		s := start(t, jira.Options{})
		_ = s.Faults().Add(misbehave.Fault{Kind: kind, Method: "POST", Path: "/comment$"})
		if _, _, err := s.client.Issue.AddComment("SHOP-7", &client.Comment{Body: "steward-42"}); err == nil {
			t.Errorf("%s: the library noticed nothing", kind)
		} else if kind == misbehave.WriteAndCut && err.Error() != "unexpected EOF: http: read on closed response body" {
			t.Errorf("%s: the library says %q", kind, err)
		}
		seen, _ := s.Issue("SHOP-7")
		if len(seen.Comments) != 1 || seen.Comments[0].Body != "steward-42" {
			t.Errorf("%s: comments %+v, want the one", kind, seen.Comments)
		}
		if writes := s.Faults().Writes(); len(writes) != 1 || writes[0].Kind != kind {
			t.Errorf("%s: the log has %+v", kind, writes)
		}
	}
}

func TestAWebPageInPlaceOfAnAnswerIsAnErrorToTheLibrary(t *testing.T) {
	s := start(t, jira.Options{})
	_ = s.Faults().Add(misbehave.Fault{Kind: misbehave.HTML})
	if _, _, err := s.client.Issue.Get("SHOP-7", nil); err == nil {
		t.Error("a login page was taken for an issue")
	}
}

func TestWritesToOneIssueAreLimited(t *testing.T) {
	s := start(t, jira.Options{})
	for n := range 20 {
		if _, _, err := s.client.Issue.AddComment("SHOP-7", &client.Comment{Body: fmt.Sprint(n)}); err != nil {
			t.Fatalf("comment %d: %v", n, err)
		}
	}
	s.now = s.now.Add(500 * time.Millisecond)
	_, response, err := s.client.Issue.AddComment("SHOP-7", &client.Comment{Body: "too many"})
	refused(t, response, err, 429, "Rate limit exceeded.")
	for name, want := range map[string]string{
		"Retry-After": "2", "RateLimit-Reason": "jira-per-issue-on-write",
		"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-11-20T01:02Z",
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if _, _, err := s.client.Issue.Get("SHOP-7", nil); err != nil {
		t.Errorf("reading is not limited: %v", err)
	}
	s.now = s.now.Add(1500 * time.Millisecond)
	if _, _, err := s.client.Issue.AddComment("SHOP-7", &client.Comment{Body: "later"}); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestAnAccountsRequestsAreLimited(t *testing.T) {
	s := start(t, jira.Options{Burst: jira.Window{Requests: 2, Per: time.Second}})
	_, response, err := s.client.User.GetSelf()
	if err != nil || response.Header.Get("X-RateLimit-Limit") != "2" || response.Header.Get("X-RateLimit-Remaining") != "1" {
		t.Errorf("first: %v, headers %v", err, response.Header)
	}
	_, _, _ = s.client.User.GetSelf()
	_, response, err = s.client.User.GetSelf()
	refused(t, response, err, 429, "Rate limit exceeded.")
	if got := response.Header.Get("RateLimit-Reason"); got != "jira-burst-based" {
		t.Errorf("reason %q", got)
	}
}
