package jira

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// getIssue reads one issue: fields (default all), properties, and expand with
// changelog or transitions.
func (c *call) getIssue(i *issue) reply {
	query := c.request.URL.Query()
	asked := split(strings.Join(query["fields"], ","))
	if len(asked) == 0 {
		asked = []string{"*all"}
	}
	shown := c.issue(i, asked)
	if wanted := split(strings.Join(query["properties"], ",")); len(wanted) > 0 {
		shown["properties"] = i.properties.only(wanted)
	}
	expand := split(query.Get("expand"))
	if slices.Contains(expand, "changelog") {
		shown["changelog"] = c.changelog(i)
	}
	if slices.Contains(expand, "transitions") {
		shown["transitions"] = c.openTransitions(i, false)
	}
	return ok(shown)
}

// issuePayload is the body of a create, an edit and a transition.
type issuePayload struct {
	Fields          map[string]json.RawMessage `json:"fields"`
	Update          map[string][]operation     `json:"update"`
	Properties      []property                 `json:"properties"`
	Transition      *transitionRef             `json:"transition"`
	HistoryMetadata json.RawMessage            `json:"historyMetadata"`

	// go-jira sends an issue's own names along; Jira does not mind them.
	ID   string `json:"id"`
	Key  string `json:"key"`
	Self string `json:"self"`
}

// createIssue creates an issue, with its properties if it brings some.
func (c *call) createIssue() reply {
	var body issuePayload
	if !c.decode(&body) {
		return unreadable()
	}
	draft := &issue{properties: properties{}, labels: []string{}, components: []string{}}
	problems := c.newFields(draft, &body)
	if draft.project != nil && !c.may(createIssues, draft.project) {
		return invalid(map[string]string{"project": "You do not have permission to create issues in this project."})
	}
	if len(problems) > 0 {
		return invalid(problems)
	}
	for _, p := range body.Properties {
		if problem := p.check(); problem != "" {
			return refused(http.StatusBadRequest, problem)
		}
	}
	made, err := c.site.add(Issue{
		Project: draft.project.Key, Type: draft.kind, Summary: draft.summary,
		Description: draft.description, Components: draft.components, Labels: draft.labels,
		Reporter: c.caller.ID,
	})
	if err != nil {
		return refused(http.StatusBadRequest, err.Error())
	}
	made.creator = c.caller
	made.assignee = draft.assignee
	if draft.reporter != nil {
		made.reporter = draft.reporter
	}
	for _, p := range body.Properties {
		made.properties[p.Key] = p.Value
	}
	c.site.touch(made)
	return answer(http.StatusCreated, object{"id": made.id, "key": made.key, "self": c.self("issue", made.id)})
}

// newFields sets the fields of a new issue and says which are missing or
// wrong.
func (c *call) newFields(draft *issue, body *issuePayload) map[string]string {
	problems := map[string]string{}
	// The project decides which types and components there are.
	for _, name := range []string{"project", "issuetype"} {
		if raw, given := body.Fields[name]; given {
			c.setField(draft, name, raw, problems)
		}
	}
	if draft.project == nil && problems["project"] == "" {
		problems["project"] = "Specify a valid project ID or key"
	}
	if draft.kind == "" && problems["issuetype"] == "" {
		problems["issuetype"] = "Specify an issue type"
	}
	if draft.project == nil {
		return problems
	}
	c.setFields(draft, body, problems)
	if strings.TrimSpace(draft.summary) == "" && problems["summary"] == "" {
		problems["summary"] = "You must specify a summary of the issue."
	}
	return problems
}

// editIssue changes fields of an issue, all of those given or none.
func (c *call) editIssue(i *issue) reply {
	var body issuePayload
	if !c.decode(&body) {
		return unreadable()
	}
	if !c.may(editIssues, i.project) {
		return refused(http.StatusForbidden, "You do not have permission to edit issues in this project.")
	}
	if len(body.Fields) == 0 && len(body.Update) == 0 && len(body.Properties) == 0 {
		return refused(http.StatusBadRequest, "one of 'fields' or 'update' required")
	}
	draft := *i
	draft.labels, draft.components = slices.Clone(i.labels), slices.Clone(i.components)
	problems := map[string]string{}
	for name := range body.Fields {
		if name == "project" || name == "issuetype" {
			problems[name] = cannotSet(name)
		}
	}
	c.setFields(&draft, &body, problems)
	if len(problems) > 0 {
		return invalid(problems)
	}
	for _, p := range body.Properties {
		if problem := p.check(); problem != "" {
			return refused(http.StatusBadRequest, problem)
		}
	}
	*i = draft
	for _, p := range body.Properties {
		i.properties[p.Key] = p.Value
	}
	c.site.touch(i)
	if c.request.URL.Query().Get("returnIssue") == "true" {
		return ok(c.issue(i, []string{"*all"}))
	}
	return noContent()
}

// deleteIssue removes an issue and all that belongs to it.
func (c *call) deleteIssue(i *issue) reply {
	if !c.may(deleteIssues, i.project) {
		return refused(http.StatusForbidden, "You do not have permission to delete issues in this project.")
	}
	c.site.remove(i)
	return noContent()
}

func (s *site) remove(gone *issue) {
	s.issues = slices.DeleteFunc(s.issues, func(i *issue) bool { return i == gone })
}
