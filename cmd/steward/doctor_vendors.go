package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/steward-bot/steward/internal/settings"
)

func examineJira(ctx context.Context, s settings.Settings) []finding {
	if s.Jira.Site == "" {
		return []finding{well("jira", "not used: jira.site is empty")}
	}
	token, err := s.Jira.Token.Value()
	if err != nil {
		return []finding{unwell("jira: token", err.Error(), "Make an API token for the bot's account and put it where jira.token says.")}
	}
	base := strings.TrimSuffix(s.Jira.URL, "/") + "/rest/api/2/"
	question := func(path string) inquiry {
		q := inquiry{method: http.MethodGet, url: base + path, headers: map[string]string{"Accept": "application/json"}}
		if s.Jira.Deployment == "cloud" {
			q.user, q.token = s.Jira.Email, token
		} else {
			q.headers["Authorization"] = "Bearer " + token
		}
		return q
	}
	var me struct {
		DisplayName string `json:"displayName"`
	}
	status, _, err := question("myself").ask(ctx, &me)
	if err != nil {
		return []finding{unwell("jira: token", err.Error(), "Check jira.site, jira.url and the network.")}
	}
	if status != http.StatusOK {
		return []finding{unwell("jira: token", fmt.Sprintf("Jira answers %d %s", status, http.StatusText(status)), "Check jira.email and make a new token; on Data Center set jira.deployment: datacenter.")}
	}
	return []finding{well("jira: token", "it is "+me.DisplayName), examineAuditProject(ctx, s.Jira.AuditProject, question)}
}

// auditPermissions are what the trail needs in the audit project.
var auditPermissions = []string{"BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "ADD_COMMENTS", "LINK_ISSUES"}

func examineAuditProject(ctx context.Context, project string, question func(string) inquiry) finding {
	const subject = "jira: audit project"
	if project == "" {
		return unwell(subject, "jira.audit_project is empty: actions justified by PagerDuty leave no issue", "Name a project's key there.")
	}
	var answer struct {
		Permissions map[string]struct {
			HavePermission bool `json:"havePermission"`
		}
		ErrorMessages []string `json:"errorMessages"`
	}
	query := url.Values{"projectKey": {project}, "permissions": {strings.Join(auditPermissions, ",")}}
	status, _, err := question("mypermissions?"+query.Encode()).ask(ctx, &answer)
	if err != nil || status != http.StatusOK {
		return unwell(subject, fmt.Sprintf("Jira does not tell about project %s (HTTP %d) %s", project, status, strings.Join(answer.ErrorMessages, " ")), "Check the key, and that the bot's account may browse the project.")
	}
	missing := []string{}
	for _, permission := range auditPermissions {
		if !answer.Permissions[permission].HavePermission {
			missing = append(missing, permission)
		}
	}
	if len(missing) > 0 {
		return unwell(subject, "the bot lacks "+strings.Join(missing, ", ")+" in "+project, "Grant them to the bot's account in the project's permission scheme.")
	}
	return well(subject, project+" can be written to")
}

func examinePagerDuty(ctx context.Context, s settings.Settings) []finding {
	if s.PagerDuty.Account == "" {
		return []finding{well("pagerduty", "not used: pagerduty.account is empty")}
	}
	token, err := s.PagerDuty.Token.Value()
	if err != nil {
		return []finding{unwell("pagerduty: token", err.Error(), "Make a REST API key and put it where pagerduty.token says.")}
	}
	base := pagerdutyAPI(s.PagerDuty)
	var answer struct {
		Users []struct{ Email string }
		Error json.RawMessage
	}
	status, _, err := inquiry{method: http.MethodGet, url: base + "/users?query=" + url.QueryEscape(s.PagerDuty.From), headers: map[string]string{
		"Authorization": "Token token=" + token, "Accept": "application/vnd.pagerduty+json;version=2",
	}}.ask(ctx, &answer)
	if err != nil {
		return []finding{unwell("pagerduty: token", err.Error(), "Check pagerduty.api_url and the network.")}
	}
	if status != http.StatusOK {
		return []finding{unwell("pagerduty: token", fmt.Sprintf("PagerDuty answers %d %s", status, http.StatusText(status)), "Make a new REST API key (read and write).")}
	}
	for _, user := range answer.Users {
		if strings.EqualFold(user.Email, s.PagerDuty.From) {
			return []finding{well("pagerduty: token", "accepted"), well("pagerduty: from", "notes are written as "+user.Email)}
		}
	}
	return []finding{
		well("pagerduty: token", "accepted"),
		unwell("pagerduty: from", fmt.Sprintf("no user has the address %q", s.PagerDuty.From), "Set pagerduty.from to the e-mail address of a PagerDuty user: notes need one."),
	}
}

// pagerdutyAPI is where the account's API is: in the EU for accounts such as
// acme.eu, as it is for the justifications and the trail.
func pagerdutyAPI(s settings.PagerDuty) string {
	switch {
	case s.APIURL != "":
		return strings.TrimSuffix(s.APIURL, "/")
	case strings.HasSuffix(strings.ToLower(s.Account), ".eu"):
		return "https://api.eu.pagerduty.com"
	default:
		return "https://api.pagerduty.com"
	}
}
