package justify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/steward-bot/steward/ops"
)

// JiraConfig is where Jira is, who we are there, and what counts as approved.
type JiraConfig struct {
	Deployment string   // "cloud" (the default) or "datacenter"
	Site       string   // what people paste: https://acme.atlassian.net
	URL        string   // where the API is; empty for the site
	Email      string   // on Cloud, the account of the token
	Token      string   // an API token on Cloud, a personal access token on Data Center
	Statuses   []string // that justify, in any case; none means "Approved"
}

// Jira accepts links and keys of approved issues.
type Jira struct {
	site     *url.URL
	token    string
	statuses []string
	client   *gojira.Client
}

// issueKey is the shape of an issue's key. Nothing else is ever put into a
// path: the library does not escape.
var issueKey = regexp.MustCompile(`^[A-Z][A-Z0-9_]+-\d{1,12}$`)

// issueFields are the fields that a check reads.
const issueFields = "summary,status,project,components"

// NewJira makes the source. It asks nothing yet.
func NewJira(config JiraConfig) (*Jira, error) {
	site, err := url.Parse(config.Site)
	if err != nil || site.Host == "" || site.Scheme != "https" && site.Scheme != "http" || site.User != nil {
		return nil, fmt.Errorf("jira.site %q is not an address such as https://acme.atlassian.net", config.Site)
	}
	if config.Token == "" {
		return nil, errors.New("jira.token is empty: steward cannot read issues without one")
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
	api := config.URL
	if api == "" {
		api = config.Site
	}
	client, err := gojira.NewClient(newClient(authenticate), api)
	if err != nil {
		return nil, fmt.Errorf("jira.url %q is not an address: %w", config.URL, err)
	}
	statuses := config.Statuses
	if len(statuses) == 0 {
		statuses = []string{"Approved"}
	}
	return &Jira{site: site, token: config.Token, statuses: statuses, client: client}, nil
}

// System is ops.Jira.
func (j *Jira) System() string { return ops.Jira }

// Wants names the project whose approved issues count.
func (j *Jira) Wants(concern Concern) string {
	if concern.Jira.Project == "" {
		return ""
	}
	return fmt.Sprintf("the link or key of a Jira issue of %s in status %s", concern.Jira, strings.Join(j.statuses, " or "))
}

// Recognise knows a key, in any case, and SITE/browse/KEY.
func (j *Jira) Recognise(pasted Pasted) (Check, error) {
	key := strings.ToUpper(pasted.Text)
	if pasted.Link != nil {
		rest, ours := pasted.under(j.site)
		browsed, isIssue := strings.CutPrefix(rest, "browse/")
		switch {
		case !ours && !looksLikeJira(pasted.Link):
			return nil, nil
		case !ours:
			return nil, &ops.Refusal{
				Reason: ops.JustificationForeign,
				What:   "That link is not of our Jira.",
				Why:    fmt.Sprintf("It leads to %s; only %s counts.", ops.Shorten(pasted.Link.Scheme+"://"+pasted.Link.Host, 100), j.site),
			}
		case !isIssue:
			return nil, j.notAnIssue()
		}
		key = browsed
	}
	if !issueKey.MatchString(key) {
		if pasted.Link != nil {
			return nil, j.notAnIssue()
		}
		return nil, nil
	}
	return func(ctx context.Context, concern Concern) (ops.Ticket, error) { return j.check(ctx, key, concern) }, nil
}

func looksLikeJira(link *url.URL) bool {
	return strings.HasSuffix(link.Hostname(), ".atlassian.net") || strings.Contains(link.Path, "/browse/")
}

func (j *Jira) notAnIssue() *ops.Refusal {
	return &ops.Refusal{
		Reason: ops.JustificationBad,
		What:   "That Jira link is not an issue's.",
		Why:    fmt.Sprintf("An issue's link is %s/browse/KEY; its key alone, such as SHOP-7, will do too.", strings.TrimSuffix(j.site.String(), "/")),
	}
}

// check reads the issue and holds it against the concern.
func (j *Jira) check(ctx context.Context, key string, concern Concern) (ops.Ticket, error) {
	issue, response, err := j.client.Issue.GetWithContext(ctx, key, &gojira.GetQueryOptions{Fields: issueFields})
	if err != nil {
		return ops.Ticket{}, j.failed(ctx, key, response, err)
	}
	if issue.Fields == nil || issue.Fields.Status == nil || !issueKey.MatchString(issue.Key) {
		return ops.Ticket{}, failure{system: ops.Jira, err: fmt.Errorf("the answer is no issue"), token: j.token}.refusal()
	}
	if refusal := j.doubt(key, issue, concern); refusal != nil {
		return ops.Ticket{}, refusal
	}
	return ops.Ticket{
		System:  ops.Jira,
		Key:     key,
		URL:     j.site.JoinPath("browse", key).String(),
		Title:   ops.Shorten(issue.Fields.Summary, titleLimit),
		Status:  ops.Shorten(issue.Fields.Status.Name, 60),
		Concern: concern.Jira.String(),
		Checked: time.Now().UTC(),
	}, nil
}

// doubt holds an issue against what was asked for; nil when it fits.
func (j *Jira) doubt(key string, issue *gojira.Issue, concern Concern) *ops.Refusal {
	switch status := issue.Fields.Status.Name; {
	case issue.Key != key:
		return &ops.Refusal{
			Reason: ops.JustificationUnknown,
			What:   fmt.Sprintf("%s was moved and is %s now.", key, issue.Key),
			Why:    "A justification is recorded under its key, so the present one is needed.",
			Next:   fmt.Sprintf("Give %s, if that is what you mean.", issue.Key),
		}
	case !containsFold(j.statuses, status):
		return &ops.Refusal{
			Reason: ops.JustificationClosed,
			What:   fmt.Sprintf("%s is in status %s.", key, ops.Shorten(status, 60)),
			Why:    fmt.Sprintf("Only an issue in status %s justifies an action.", strings.Join(j.statuses, " or ")),
		}
	case !concern.Jira.holds(issue):
		return &ops.Refusal{
			Reason: ops.JustificationOther,
			What:   fmt.Sprintf("%s is about something else.", key),
			Why:    fmt.Sprintf("It is of %s; %s belongs to %s, %s.", about(issue), concern.Target.Object(), concern.Jira, concern.source()),
		}
	}
	return nil
}

// holds tells whether the issue is of the project, and of the component if one
// is meant. Jira compares both without regard to case.
func (p JiraProject) holds(issue *gojira.Issue) bool {
	if !strings.EqualFold(issue.Fields.Project.Key, p.Project) {
		return false
	}
	if p.Component == "" {
		return true
	}
	for _, component := range issue.Fields.Components {
		if component != nil && strings.EqualFold(component.Name, p.Component) {
			return true
		}
	}
	return false
}

// String is the project in words: "project SHOP, component checkout".
func (p JiraProject) String() string {
	words := "project " + ops.Shorten(p.Project, 40)
	if p.Component != "" {
		words += ", component " + ops.Shorten(p.Component, 60)
	}
	return words
}

// about says in the same words what an issue is about.
func about(issue *gojira.Issue) string {
	words := JiraProject{Project: issue.Fields.Project.Key}.String()
	var components []string
	for _, component := range issue.Fields.Components {
		if component != nil {
			components = append(components, component.Name)
		}
	}
	if len(components) == 0 {
		return words + ", no component"
	}
	return words + ", component " + ops.Shorten(strings.Join(components, " and "), 100)
}

// failed tells a missing issue from a vendor that is of no help.
func (j *Jira) failed(ctx context.Context, key string, response *gojira.Response, err error) *ops.Refusal {
	f := failure{system: ops.Jira, late: ctx.Err() != nil, err: err, token: j.token}
	if response != nil && response.StatusCode >= http.StatusMultipleChoices {
		f.status = response.StatusCode
	}
	if f.status != http.StatusNotFound {
		return f.refusal()
	}
	return &ops.Refusal{
		Reason: ops.JustificationUnknown,
		What:   fmt.Sprintf("Jira knows no issue %s.", key),
		Why:    fmt.Sprintf("It is not at %s, or steward's account may not see it.", j.site.Host),
	}
}
