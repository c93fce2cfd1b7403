package jira_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	client "github.com/andygrunwald/go-jira"

	"github.com/steward-bot/steward/standin/jira"
)

func TestCloudHasRemovedTheOldSearchAndDataCenterHasNot(t *testing.T) {
	cloud := start(t, jira.Options{})
	_, response, err := cloud.client.Issue.Search("project = SHOP", nil)
	refused(t, response, err, 410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.")

	center := start(t, jira.Options{Deployment: jira.DataCenter})
	found, response, err := center.client.Issue.Search("project = SHOP", &client.SearchOptions{MaxResults: 5})
	if err != nil || len(found) != 1 || found[0].Fields.Summary != "Roll back checkout" || response.Total != 1 {
		t.Errorf("found %+v, %v", found, err)
	}
	_, response, err = center.client.Issue.SearchV2JQL("project = SHOP", nil)
	if err == nil || response.StatusCode != 404 {
		t.Errorf("Data Center answers Cloud's search with %v, %v", response, err)
	}
}

func TestSearchAnswersIdsAloneUnlessFieldsAreAskedFor(t *testing.T) {
	s := start(t, jira.Options{})
	found, _, err := s.client.Issue.SearchV2JQL(`labels = steward`, nil)
	if err != nil || len(found) != 1 || found[0].ID == "" || found[0].Key != "" || found[0].Fields != nil {
		t.Errorf("found %+v, %v; want an id alone", found, err)
	}
	found, _, err = s.client.Issue.SearchV2JQL(`labels = steward`, &client.SearchOptionsV2{Fields: []string{"summary", "labels"}})
	if err != nil || found[0].Key != "SHOP-7" || found[0].Fields.Summary != "Roll back checkout" || found[0].Fields.Status != nil {
		t.Errorf("found %+v, %v", found, err)
	}
}

func TestSearchGoesOverPages(t *testing.T) {
	s := start(t, jira.Options{})
	for n := range 4 {
		s.now = s.now.Add(time.Minute)
		if _, err := s.CreateIssue(jira.Issue{Project: "SHOP", Summary: fmt.Sprint("issue ", n)}); err != nil {
			t.Fatal(err)
		}
	}
	var keys []string
	options := &client.SearchOptionsV2{MaxResults: 2, Fields: []string{"summary"}}
	for range 3 {
		found, response, err := s.client.Issue.SearchV2JQL("project = SHOP ORDER BY created ASC", options)
		if err != nil {
			t.Fatal(err)
		}
		for _, issue := range found {
			keys = append(keys, issue.Key)
		}
		if last := response.NextPageToken == ""; last != response.IsLast {
			t.Errorf("isLast %v with the token %q", response.IsLast, response.NextPageToken)
		}
		options.NextPageToken = response.NextPageToken
	}
	if want := []string{"SHOP-7", "SHOP-8", "SHOP-9", "SHOP-10", "SHOP-11"}; !slices.Equal(keys, want) {
		t.Errorf("keys %v, want %v", keys, want)
	}
	_, first, _ := s.client.Issue.SearchV2JQL("project = SHOP", &client.SearchOptionsV2{MaxResults: 1})
	_, response, err := s.client.Issue.SearchV2JQL("project = OPS", &client.SearchOptionsV2{NextPageToken: first.NextPageToken})
	refused(t, response, err, 400, "The provided next page token is invalid or expired.")
}

func TestQueriesFindWhatTheySay(t *testing.T) {
	s := start(t, jira.Options{})
	s.now = s.now.Add(48 * time.Hour)
	for _, seed := range []jira.Issue{
		{Project: "SHOP", Summary: "cart is slow", Type: "Incident", Labels: []string{"steward", "steward-svc-shop-cart"}, Components: []string{"cart"}},
		{Project: "SHOP", Summary: "old news", Status: "Done"},
	} {
		if _, err := s.CreateIssue(seed); err != nil {
			t.Fatal(err)
		}
	}
	for jql, want := range map[string]string{
		`project = SHOP`:                                        "SHOP-9 SHOP-8 SHOP-7",
		`project = shop AND labels = steward`:                   "SHOP-8 SHOP-7",
		`labels in ("steward-svc-shop-cart", other)`:            "SHOP-8",
		`labels = steward and labels = 'steward-svc-shop-cart'`: "SHOP-8",
		`key = SHOP-7`:                                          "SHOP-7",
		`key in (SHOP-9, SHOP-7) order by key`:                  "SHOP-7 SHOP-9",
		`status = Approved`:                                     "SHOP-7",
		`project = SHOP AND status != Approved`:                 "SHOP-9 SHOP-8",
		`project = SHOP AND statusCategory != Done`:             "SHOP-8 SHOP-7",
		`project = SHOP AND resolution is EMPTY`:                "SHOP-8 SHOP-7",
		`project = SHOP AND labels is not empty`:                "SHOP-8 SHOP-7",
		`project = SHOP AND labels not in (steward)`:            "",
		`component = cart`:                                      "SHOP-8",
		`issuetype = Incident`:                                  "SHOP-8",
		`assignee = 5b109f2e9729b51b54dc274d`:                   "SHOP-7",
		`project = SHOP AND reporter != currentUser()`:          "SHOP-9 SHOP-8 SHOP-7",
		`project = SHOP AND reporter = currentUser()`:           "",
		`summary ~ "CART slow"`:                                 "SHOP-8",
		`project = SHOP AND created >= -1d`:                     "SHOP-9 SHOP-8",
		`project = SHOP AND created < "2026-11-21"`:             "SHOP-7",
		`project in (SHOP, OPS) ORDER BY updated ASC, key DESC`: "SHOP-7 OPS-1 SHOP-9 SHOP-8",
		`project = HR`:                                          "",
	} {
		found, _, err := s.client.Issue.SearchV2JQL(jql, &client.SearchOptionsV2{Fields: []string{"summary"}})
		var keys []string
		for _, issue := range found {
			keys = append(keys, issue.Key)
		}
		if err != nil || strings.Join(keys, " ") != want {
			t.Errorf("%s: %v %v, want %s", jql, keys, err, want)
		}
	}
}

func TestQueriesThatJiraRefuses(t *testing.T) {
	s := start(t, jira.Options{})
	for jql, want := range map[string]string{
		``:                                       "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
		`ORDER BY created DESC`:                  "Unbounded JQL queries are not allowed here.",
		`issue.property[steward].request = "r1"`: "Field 'issue.property[steward].request' does not exist or you do not have permission to view it.",
		`urgency = high`:                         "Field 'urgency' does not exist or you do not have permission to view it.",
		`project = NOPE`:                         "The value 'NOPE' does not exist for the field 'project'.",
		`status = Aproved`:                       "The value 'Aproved' does not exist for the field 'status'.",
		`key = SHOP-99`:                          "An issue with key 'SHOP-99' does not exist for field 'key'.",
		`project = SHOP OR key = A`:              "Error in the JQL Query: Expecting 'AND', 'ORDER BY' or the end but got 'OR'.",
		`project SHOP`:                           "Error in the JQL Query: Expecting an operator",
		`project =`:                              "Error in the JQL Query: Expecting a value but reached the end of the query.",
		`labels in (a`:                           "Expecting ',' or ')'",
		`labels ~ a`:                             "The operator '~' is not supported by the 'labels' field.",
		`created > yesterday`:                    "Date value 'yesterday' for field 'created' is invalid.",
		`project = SHOP ORDER BY rank`:           "Field 'rank' does not exist",
	} {
		_, response, err := s.client.Issue.SearchV2JQL(jql, nil)
		refused(t, response, err, 400, want)
	}
}

func TestSearchLagsBehindAWriteButReadingDoesNot(t *testing.T) {
	s := start(t, jira.Options{IndexLag: 5 * time.Second})
	made, _, err := s.client.Issue.Create(&client.Issue{Fields: &client.IssueFields{
		Project: client.Project{Key: "SHOP"}, Type: client.IssueType{Name: "Task"}, Summary: "x", Labels: []string{"fresh"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	count := func(options *client.SearchOptionsV2) int {
		found, _, err := s.client.Issue.SearchV2JQL("labels = fresh", options)
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	if n := count(nil); n != 0 {
		t.Errorf("search found %d at once", n)
	}
	if _, _, err := s.client.Issue.Get(made.Key, nil); err != nil {
		t.Errorf("reading by key: %v", err)
	}
	var id int
	_, _ = fmt.Sscan(made.ID, &id)
	if n := count(&client.SearchOptionsV2{ReconcileIssues: []int{id}}); n != 1 {
		t.Errorf("reconciled, search found %d", n)
	}
	s.now = s.now.Add(5 * time.Second)
	if n := count(nil); n != 1 {
		t.Errorf("after the lag search found %d", n)
	}
	if err := s.Transition("SHOP-7", "Done"); err != nil {
		t.Fatal(err)
	}
	if found, _, _ := s.client.Issue.SearchV2JQL("key = SHOP-7 AND status = Approved", nil); len(found) != 1 {
		t.Error("search forgot the status that it knew")
	}
}
