package jira

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
)

// The permissions of a project that the stand-in knows, by Jira's own keys.
const (
	browseProjects   = "BROWSE_PROJECTS"
	createIssues     = "CREATE_ISSUES"
	editIssues       = "EDIT_ISSUES"
	addComments      = "ADD_COMMENTS"
	editOwnComments  = "EDIT_OWN_COMMENTS"
	deleteOwn        = "DELETE_OWN_COMMENTS"
	transitionIssues = "TRANSITION_ISSUES"
	linkIssues       = "LINK_ISSUES"
	deleteIssues     = "DELETE_ISSUES"
)

// permissions is what exists, with the names that Jira shows.
var permissions = []struct{ Key, Name string }{
	{addComments, "Add Comments"},
	{browseProjects, "Browse Projects"},
	{createIssues, "Create Issues"},
	{deleteIssues, "Delete Issues"},
	{deleteOwn, "Delete Own Comments"},
	{editIssues, "Edit Issues"},
	{editOwnComments, "Edit Own Comments"},
	{linkIssues, "Link Issues"},
	{transitionIssues, "Transition Issues"},
}

// authenticate finds the account of the request's credentials: on Cloud an
// e-mail and an API token, on Data Center a personal access token.
func (c *call) authenticate() (*Account, bool) {
	var email, token string
	if c.cloud() {
		email, token, _ = c.request.BasicAuth()
	} else {
		token, _ = strings.CutPrefix(c.request.Header.Get("Authorization"), "Bearer ")
	}
	if token == "" {
		return nil, false
	}
	for _, a := range c.site.accounts {
		if a.Token != "" && equal(a.Token, token) && (!c.cloud() || strings.EqualFold(a.Email, email)) {
			return a, true
		}
	}
	return nil, false
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// may says whether the permission is given in the project. A permission that
// a project withholds is withheld from everybody.
func (c *call) may(permission string, in *Project) bool {
	return !slices.Contains(in.Withheld, permission)
}

// myPermissions tells the caller what they may do, in one project or in any.
func (c *call) myPermissions() reply {
	query := c.request.URL.Query()
	in := c.site.projects
	if key := query.Get("projectKey"); key != "" {
		found, ok := c.site.project(key)
		if !ok {
			return noProject(key)
		}
		in = []*Project{found}
	}
	if issueKey := query.Get("issueKey"); issueKey != "" {
		found, ok := c.site.find(issueKey)
		if !ok {
			return refused(http.StatusNotFound, "Issue does not exist or you do not have permission to see it.")
		}
		in = []*Project{found.project}
	}
	asked := split(query.Get("permissions"))
	if len(asked) == 0 && c.cloud() {
		return refused(http.StatusBadRequest, "The 'permissions' query parameter is required.")
	}
	all := object{}
	for i, p := range permissions {
		if len(asked) > 0 && !slices.Contains(asked, p.Key) {
			continue
		}
		have := slices.ContainsFunc(in, func(project *Project) bool { return c.may(p.Key, project) })
		all[p.Key] = object{
			"id": number(i + 1), "key": p.Key, "name": p.Name, "type": "PROJECT",
			"description": p.Name + ".", "havePermission": have,
		}
	}
	for _, key := range asked {
		if _, known := all[key]; !known {
			return refused(http.StatusBadRequest, "Unrecognized permission: "+key)
		}
	}
	return ok(object{"permissions": all})
}
