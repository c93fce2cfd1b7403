package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	gojira "github.com/andygrunwald/go-jira"
)

// JiraConfig is where Jira is, who we are there, and where incidents are kept.
type JiraConfig struct {
	Deployment   string // "cloud" (the default) or "datacenter"
	Site         string // what people see: https://acme.atlassian.net
	URL          string // where the API is; empty for the site
	Email        string // on Cloud, the account of the token
	Token        string // an API token on Cloud, a personal access token on Data Center
	AuditProject string // key of the project with one issue for each PagerDuty incident; empty for none
	IssueType    string // of those issues; empty for "Task"
}

// jiraAPI is the part of REST v2 that the sink uses, with bodies in wiki markup.
// It is the only user of the client library in this package.
type jiraAPI struct {
	vendor
	client *gojira.Client
	cloud  bool
}

// issueKey is the shape of an issue's key. Nothing else is ever put into a
// path: the library does not escape.
var issueKey = regexp.MustCompile(`^[A-Z][A-Z0-9_]+-\d{1,12}$`)

func newJiraAPI(config JiraConfig) (*jiraAPI, error) {
	api := config.URL
	if api == "" {
		api = config.Site
	}
	address, err := url.Parse(api)
	if err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http" || address.User != nil {
		return nil, fmt.Errorf("jira.url %q is not an address such as https://acme.atlassian.net", api)
	}
	if config.Token == "" {
		return nil, errors.New("jira.token is empty: steward cannot write the trail without one")
	}
	var authenticate func(http.RoundTripper) http.RoundTripper
	switch config.Deployment {
	case "", "cloud":
		if config.Email == "" {
			return nil, errors.New("jira.email is empty: on Cloud it goes with the token")
		}
		authenticate = func(base http.RoundTripper) http.RoundTripper {
			return &gojira.BasicAuthTransport{Username: config.Email, Password: config.Token, Transport: base}
		}
	case "datacenter":
		authenticate = func(base http.RoundTripper) http.RoundTripper {
			return &gojira.PATAuthTransport{Token: config.Token, Transport: base}
		}
	default:
		return nil, fmt.Errorf("jira.deployment is %q; allowed: cloud, datacenter", config.Deployment)
	}
	library, err := gojira.NewClient(client(authenticate), api)
	if err != nil {
		return nil, fmt.Errorf("jira.url %q is not an address: %w", api, err)
	}
	return &jiraAPI{vendor: vendor{name: "Jira", token: config.Token}, client: library, cloud: config.Deployment != "datacenter"}, nil
}

// request makes one call below /rest/api/2/. It gives the body, as far as it
// came, even with an error: half an answer can say enough.
func (a *jiraAPI) request(ctx context.Context, doing, method, path string, in any) (body []byte, err error) {
	err = a.call(ctx, doing, func(ctx context.Context) error {
		request, err := a.client.NewRequestWithContext(ctx, method, "rest/api/2/"+path, in)
		if err != nil {
			return err
		}
		response, err := a.client.Do(request, nil)
		if err != nil {
			return gojira.NewJiraError(response, err) // reads and closes the body; says why
		}
		defer response.Body.Close()
		body, err = io.ReadAll(response.Body)
		return err
	})
	return body, err
}

// read makes one call and decodes its JSON. An answer that is no such JSON is
// an unknown outcome.
func (a *jiraAPI) read(ctx context.Context, doing, method, path string, in, out any) error {
	body, err := a.request(ctx, doing, method, path, in)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, out); err != nil {
		return &unknownError{fmt.Sprintf("Jira's answer cannot be read, %s: %s", doing, a.safe(err.Error()))}
	}
	return nil
}

type jiraProperty struct {
	Key   string `json:"key"`
	Value any    `json:"value"`
}

// jiraTime is how Jira writes moments.
const jiraTime = "2006-01-02T15:04:05.000-0700"

// hasComment looks for a comment that says the mark, among those that were
// written after a moment, newest first.
func (a *jiraAPI) hasComment(ctx context.Context, key, mark string, after time.Time) (bool, error) {
	const size = 100
	for start := 0; ; start += size {
		var page struct {
			Total    int `json:"total"`
			Comments []struct {
				Body    string `json:"body"`
				Created string `json:"created"`
			} `json:"comments"`
		}
		query := url.Values{"orderBy": {"-created"}, "startAt": {strconv.Itoa(start)}, "maxResults": {strconv.Itoa(size)}}
		if err := a.read(ctx, "reading the comments of "+key, http.MethodGet, "issue/"+key+"/comment?"+query.Encode(), nil, &page); err != nil {
			return false, err
		}
		times := make([]time.Time, len(page.Comments))
		for i, comment := range page.Comments {
			if strings.Contains(comment.Body, mark) {
				return true, nil
			}
			times[i], _ = time.Parse(jiraTime, comment.Created) // zero means: go on
		}
		// Only a page that is seen to be in order may end the search early.
		n := len(times)
		newestFirst := n > 1 && times[0].After(times[n-1]) && slices.IsSortedFunc(times, func(x, y time.Time) int { return y.Compare(x) })
		if n == 0 || start+n >= page.Total || newestFirst && !times[n-1].IsZero() && times[n-1].Before(after) {
			return false, nil
		}
	}
}

func (a *jiraAPI) addComment(ctx context.Context, key, body string, property jiraProperty) error {
	in := map[string]any{"body": body, "properties": []jiraProperty{property}}
	return a.read(ctx, "commenting on "+key, http.MethodPost, "issue/"+key+"/comment", in, &struct{}{})
}

// search gives the keys of the issues that a query finds, in its order.
func (a *jiraAPI) search(ctx context.Context, jql string) ([]string, error) {
	path := "search"
	if a.cloud { // which has removed the other
		path = "search/jql"
	}
	var found struct {
		Issues []struct {
			Key string `json:"key"`
		} `json:"issues"`
	}
	query := url.Values{"jql": {jql}, "fields": {"key"}, "maxResults": {"10"}}
	if err := a.read(ctx, "searching for issues", http.MethodGet, path+"?"+query.Encode(), nil, &found); err != nil {
		return nil, err
	}
	var keys []string
	for _, issue := range found.Issues {
		if issueKey.MatchString(issue.Key) {
			keys = append(keys, issue.Key)
		}
	}
	return keys, nil
}

// createdKey finds the key in what came of the answer to a create.
var createdKey = regexp.MustCompile(`"key"\s*:\s*"([A-Z][A-Z0-9_]+-\d{1,12})"`)

// create creates an issue and gives its key. An answer that was cut after the
// key is as good as a whole one.
func (a *jiraAPI) create(ctx context.Context, fields map[string]any, properties ...jiraProperty) (string, error) {
	doing := "creating an issue"
	body, err := a.request(ctx, doing, http.MethodPost, "issue", map[string]any{"fields": fields, "properties": properties})
	var unknown *unknownError
	if err != nil && !errors.As(err, &unknown) {
		return "", err
	}
	if match := createdKey.FindSubmatch(body); match != nil {
		return string(match[1]), nil
	}
	if err == nil {
		err = &unknownError{"Jira's answer names no issue, " + doing}
	}
	return "", err
}

func (a *jiraAPI) addLabels(ctx context.Context, key string, labels []string) error {
	adds := make([]map[string]string, len(labels))
	for i, label := range labels {
		adds[i] = map[string]string{"add": label}
	}
	_, err := a.request(ctx, "labelling "+key, http.MethodPut, "issue/"+key, map[string]any{"update": map[string]any{"labels": adds}})
	return err
}

// property reads an entity property into out, which stays as it is when there
// is none.
func (a *jiraAPI) property(ctx context.Context, key, name string, out any) error {
	var found struct {
		Value json.RawMessage `json:"value"`
	}
	err := a.read(ctx, "reading a property of "+key, http.MethodGet, "issue/"+key+"/properties/"+url.PathEscape(name), nil, &found)
	var refused *refusedError
	if errors.As(err, &refused) && refused.status == http.StatusNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	_ = json.Unmarshal(found.Value, out) // anybody may edit it: what is none of ours is replaced
	return nil
}

func (a *jiraAPI) setProperty(ctx context.Context, key string, property jiraProperty) error {
	_, err := a.request(ctx, "setting a property of "+key, http.MethodPut, "issue/"+key+"/properties/"+url.PathEscape(property.Key), property.Value)
	return err
}

// link adds a remote link, or replaces the one with the same global id.
func (a *jiraAPI) link(ctx context.Context, key, globalID, address, title, relationship string) error {
	in := &gojira.RemoteLink{GlobalID: globalID, Relationship: relationship, Object: &gojira.RemoteLinkObject{URL: address, Title: title}}
	_, err := a.request(ctx, "linking "+key, http.MethodPost, "issue/"+key+"/remotelink", in)
	return err
}
