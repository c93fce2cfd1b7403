package jira

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"
)

// linkFields are what a caller says of a remote link. A link is replaced as a
// whole: what an update leaves out becomes null.
type linkFields struct {
	GlobalID     string          `json:"globalId,omitempty"`
	Application  json.RawMessage `json:"application,omitempty"`
	Relationship string          `json:"relationship,omitempty"`
	Object       *linkObject     `json:"object,omitempty"`
}

type linkObject struct {
	URL     string          `json:"url"`
	Title   string          `json:"title"`
	Summary string          `json:"summary,omitempty"`
	Icon    json.RawMessage `json:"icon,omitempty"`
	Status  json.RawMessage `json:"status,omitempty"`
}

// linkPayload is a link as a request carries it.
type linkPayload struct {
	linkFields
	ID   json.RawMessage `json:"id"`
	Self json.RawMessage `json:"self"`
}

// check says what is wrong with the link, by field.
func (l linkFields) check() map[string]string {
	problems := map[string]string{}
	if l.Object == nil {
		return map[string]string{"object": "'object' is required."}
	}
	if l.Object.URL == "" {
		problems["url"] = "'url' is required."
	}
	if l.Object.Title == "" {
		problems["title"] = "'title' is required."
	}
	if utf8.RuneCountInString(l.GlobalID) > 255 {
		problems["globalId"] = "'globalId' can't exceed 255 characters."
	}
	return problems
}

func (c *call) link(i *issue, l *link) object {
	shown := object{"id": l.id, "self": c.self("issue", i.id, "remotelink", strconv.Itoa(l.id)), "object": l.fields.Object}
	if l.fields.GlobalID != "" {
		shown["globalId"] = l.fields.GlobalID
	}
	if l.fields.Relationship != "" {
		shown["relationship"] = l.fields.Relationship
	}
	if len(l.fields.Application) > 0 {
		shown["application"] = l.fields.Application
	}
	return shown
}

// listLinks reads every remote link, or with globalId the one that has it.
func (c *call) listLinks(i *issue) reply {
	if globalID := c.request.URL.Query().Get("globalId"); globalID != "" {
		found := i.linkBy(func(l *link) bool { return l.fields.GlobalID == globalID })
		if found == nil {
			return noLink()
		}
		return ok(c.link(i, found))
	}
	return ok(each(i.links, func(l *link) any { return c.link(i, l) }))
}

// saveLink adds a remote link, or replaces the one with the same globalId.
func (c *call) saveLink(i *issue) reply {
	var body linkPayload
	if !c.decode(&body) {
		return unreadable()
	}
	if !c.may(linkIssues, i.project) {
		return refused(http.StatusForbidden, "You do not have permission to link issues in this project.")
	}
	if problems := body.check(); len(problems) > 0 {
		return invalid(problems)
	}
	status := http.StatusOK
	saved := i.linkBy(func(l *link) bool { return l.fields.GlobalID != "" && l.fields.GlobalID == body.GlobalID })
	if saved == nil {
		if len(i.links) >= c.options.MaxLinks {
			return refused(http.StatusRequestEntityTooLarge, "The issue has reached its limit of "+number(c.options.MaxLinks)+" remote links.")
		}
		status = http.StatusCreated
		c.site.next++
		saved = &link{id: c.site.next}
		i.links = append(i.links, saved)
	}
	saved.fields = body.linkFields
	c.site.touch(i)
	return answer(status, object{"id": saved.id, "self": c.link(i, saved)["self"]})
}

func (c *call) getLink(i *issue) reply {
	found := i.linkBy(c.idInPath)
	if found == nil {
		return noLink()
	}
	return ok(c.link(i, found))
}

// editLink replaces a remote link by its id.
func (c *call) editLink(i *issue) reply {
	found := i.linkBy(c.idInPath)
	if found == nil {
		return noLink()
	}
	var body linkPayload
	if !c.decode(&body) {
		return unreadable()
	}
	if !c.may(linkIssues, i.project) {
		return refused(http.StatusForbidden, "You do not have permission to link issues in this project.")
	}
	if problems := body.check(); len(problems) > 0 {
		return invalid(problems)
	}
	found.fields = body.linkFields
	c.site.touch(i)
	return noContent()
}

// deleteLink removes the remote link with the globalId of the query.
func (c *call) deleteLink(i *issue) reply {
	globalID := c.request.URL.Query().Get("globalId")
	if globalID == "" {
		return refused(http.StatusBadRequest, "The 'globalId' query parameter is required.")
	}
	if !c.may(linkIssues, i.project) {
		return refused(http.StatusForbidden, "You do not have permission to link issues in this project.")
	}
	found := i.linkBy(func(l *link) bool { return l.fields.GlobalID == globalID })
	if found == nil {
		return noLink()
	}
	i.links = slices.DeleteFunc(i.links, func(l *link) bool { return l == found })
	c.site.touch(i)
	return noContent()
}

func (c *call) idInPath(l *link) bool { return strconv.Itoa(l.id) == c.request.PathValue("id") }

func (i *issue) linkBy(matches func(*link) bool) *link {
	if n := slices.IndexFunc(i.links, matches); n >= 0 {
		return i.links[n]
	}
	return nil
}

func noLink() reply {
	return refused(http.StatusNotFound, "The remote link does not exist.")
}
