package jira_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	client "github.com/andygrunwald/go-jira"

	"github.com/steward-bot/steward/standin/jira"
)

const token = "jira-secret"

// shop is the site of these tests: one project with an approved change, and
// one that nobody may see.
func shop() jira.Site {
	return jira.Site{
		Accounts: []jira.Account{
			{ID: "5b10a2844c20165700ede21g", Email: "bot@acme.example", DisplayName: "steward", Token: token},
			{ID: "5b109f2e9729b51b54dc274d", Email: "ana@acme.example", DisplayName: "Ana"},
		},
		Projects: []jira.Project{
			{Key: "SHOP", Name: "Shop", Components: []string{"checkout", "cart"}},
			{Key: "HR", Withheld: []string{"BROWSE_PROJECTS"}},
			{Key: "OPS", Withheld: []string{"ADD_COMMENTS", "EDIT_ISSUES", "CREATE_ISSUES", "LINK_ISSUES", "TRANSITION_ISSUES"}},
		},
		Issues: []jira.Issue{
			{Key: "SHOP-7", Type: "Change", Summary: "Roll back checkout", Status: "Approved", Components: []string{"checkout"}, Labels: []string{"steward"}, Assignee: "5b109f2e9729b51b54dc274d"},
			{Key: "HR-1", Summary: "A secret"},
			{Key: "OPS-1", Summary: "Read only"},
		},
	}
}

// stand is a stand-in on loopback with a client of the real library.
type stand struct {
	*jira.Server
	url    string
	client *client.Client
	now    time.Time
}

func start(t *testing.T, options jira.Options) *stand {
	t.Helper()
	s := &stand{now: time.Date(2026, 11, 20, 1, 2, 3, 456e6, time.UTC)}
	options.Now = func() time.Time { return s.now }
	server, err := jira.New(shop(), options)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	s.Server, s.url = server, web.URL
	s.client = s.login(t, options.Deployment, token)
	return s
}

func (s *stand) login(t *testing.T, deployment jira.Deployment, token string) *client.Client {
	t.Helper()
	var transport http.RoundTripper = &client.BasicAuthTransport{Username: "bot@acme.example", Password: token}
	if deployment == jira.DataCenter {
		transport = &client.PATAuthTransport{Token: token}
	}
	made, err := client.NewClient(&http.Client{Transport: transport}, s.url)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// send makes a call that the library has no method for. It returns the status
// and the body of the answer.
func (s *stand) send(t *testing.T, method, path string, body any) (int, string) {
	t.Helper()
	request, err := s.client.NewRequest(method, "rest/api/2/"+path, body)
	if err != nil {
		t.Fatal(err)
	}
	response, err := s.client.Do(request, nil)
	if response == nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, strings.TrimSpace(string(text))
}

// refused checks that a call of the library failed with a status and words.
func refused(t *testing.T, response *client.Response, err error, status int, words string) {
	t.Helper()
	if err == nil {
		t.Fatalf("the call succeeded, want %d %q", status, words)
	}
	if response == nil || response.StatusCode != status {
		t.Fatalf("got %v, error %v; want status %d", response, err, status)
	}
	var told *client.Error
	text := err.Error()
	if errors.As(err, &told) {
		text = told.LongError()
	} else if rest, _ := io.ReadAll(response.Body); len(rest) > 0 {
		text = string(rest)
	}
	if !strings.Contains(text, words) {
		t.Errorf("got %q, want %q in it", text, words)
	}
}

func decoded[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return value
}

func TestAnIssueIsReadWithItsStatusItsCategoryAndItsTimes(t *testing.T) {
	for _, deployment := range []jira.Deployment{jira.Cloud, jira.DataCenter} {
		s := start(t, jira.Options{Deployment: deployment})
		issue, _, err := s.client.Issue.Get("SHOP-7", &client.GetQueryOptions{Fields: "summary,status,components,labels,assignee,created,project"})
		if err != nil {
			t.Fatal(err)
		}
		f := issue.Fields
		if issue.Key != "SHOP-7" || f.Summary != "Roll back checkout" || f.Project.Key != "SHOP" ||
			f.Components[0].Name != "checkout" || f.Labels[0] != "steward" || f.Assignee.DisplayName != "Ana" {
			t.Errorf("%s: %+v", deployment, f)
		}
		if f.Status.Name != "Approved" || f.Status.StatusCategory.Key != client.StatusCategoryInProgress {
			t.Errorf("%s: status %+v", deployment, f.Status)
		}
		if !time.Time(f.Created).Equal(s.now) {
			t.Errorf("%s: created %v, want %v", deployment, time.Time(f.Created), s.now)
		}
		if f.Description != "" || f.Comments != nil {
			t.Errorf("%s: fields that were not asked for came: %+v", deployment, f)
		}
		byName := f.Assignee.AccountID == "" && f.Assignee.Name == "ana"
		if byName != (deployment == jira.DataCenter) {
			t.Errorf("%s names people as %+v", deployment, f.Assignee)
		}
	}
}

func TestAnIssueThatIsHiddenOrMissingIsNotFound(t *testing.T) {
	s := start(t, jira.Options{})
	for _, key := range []string{"SHOP-99", "HR-1"} {
		_, response, err := s.client.Issue.Get(key, nil)
		refused(t, response, err, 404, "Issue does not exist or you do not have permission to see it.")
	}
}

func TestWrongCredentialsAreUnauthorised(t *testing.T) {
	s := start(t, jira.Options{})
	for _, stranger := range []*client.Client{
		s.login(t, jira.Cloud, "wrong"),
		s.login(t, jira.Cloud, ""),
		s.login(t, jira.DataCenter, token), // Cloud knows no personal access tokens
	} {
		_, response, err := stranger.User.GetSelf()
		refused(t, response, err, 401, "Client must be authenticated to access this resource.")
	}
	me, _, err := s.client.User.GetSelf()
	if err != nil || me.DisplayName != "steward" || me.EmailAddress != "bot@acme.example" {
		t.Errorf("myself is %+v, %v", me, err)
	}
}

func TestASiteThatDoesNotFitTogetherIsRefused(t *testing.T) {
	for want, spoil := range map[string]func(*jira.Site){
		`there is no status "Aproved"`:                func(s *jira.Site) { s.Issues[0].Status = "Aproved" },
		`the project SHOP has no component "chekout"`: func(s *jira.Site) { s.Issues[0].Components = []string{"chekout"} },
		"withholds":                       func(s *jira.Site) { s.Projects[0].Withheld = []string{"ALL"} },
		"the issue SHOP-7 is there twice": func(s *jira.Site) { s.Issues = append(s.Issues, s.Issues[0]) },
		"contains spaces":                 func(s *jira.Site) { s.Issues[0].Labels = []string{"two words"} },
		"accounts are needed":             func(s *jira.Site) { s.Accounts = nil },
		"capital letters":                 func(s *jira.Site) { s.Projects[0].Key = "shop" },
		`names the status "Nowhere"`: func(s *jira.Site) {
			s.Statuses = []jira.Status{{"Open", "new"}}
			s.Transitions = []jira.Transition{{"Go", nil, "Nowhere"}}
		},
	} {
		site := shop()
		spoil(&site)
		if _, err := jira.New(site, jira.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
