package jira

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// fieldNames are the fields that an issue has, in the vendor's names.
func fieldNames() []string {
	return []string{
		"assignee", "attachment", "comment", "components", "created", "creator", "description", "fixVersions",
		"issuelinks", "issuetype", "labels", "priority", "project", "reporter", "resolution", "resolutiondate",
		"status", "subtasks", "summary", "updated", "versions",
	}
}

// selected applies a list of fields as callers give it: names, *all,
// *navigable, and names to leave out with a minus. Unknown names select
// nothing, as in Jira.
func selected(asked []string) []string {
	var chosen []string
	for _, name := range asked {
		switch {
		case name == "*all" || (len(chosen) == 0 && strings.HasPrefix(name, "-")):
			chosen = fieldNames()
		case name == "*navigable":
			chosen = slices.DeleteFunc(fieldNames(), func(f string) bool { return f == "comment" || f == "attachment" })
		case slices.Contains(fieldNames(), name):
			chosen = append(chosen, name)
		}
		if left, minus := strings.CutPrefix(name, "-"); minus {
			chosen = slices.DeleteFunc(chosen, func(f string) bool { return f == left })
		}
	}
	return chosen
}

// issue describes an issue with the fields that were asked for.
func (c *call) issue(i *issue, asked []string) object {
	fields := object{}
	for _, name := range selected(asked) {
		fields[name] = c.field(i, name)
	}
	return object{
		"expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
		"id":     i.id,
		"key":    i.key,
		"self":   c.self("issue", i.id),
		"fields": fields,
	}
}

func (c *call) field(i *issue, name string) any {
	switch name {
	case "summary":
		return i.summary
	case "description":
		return orNull(i.description)
	case "labels":
		return list(i.labels)
	case "components":
		return each(i.components, func(n string) any { return c.component(i.project, n) })
	case "issuetype":
		return c.issueType(i.project, i.kind)
	case "project":
		return c.projectRef(i.project)
	case "status":
		return c.status(i.status)
	case "priority":
		return object{"self": c.self("priority", "3"), "id": "3", "name": "Medium"}
	case "assignee":
		return c.user(i.assignee)
	case "reporter":
		return c.user(i.reporter)
	case "creator":
		return c.user(i.creator)
	case "created":
		return stamp(i.created)
	case "updated":
		return stamp(i.updated)
	case "resolution":
		if i.resolved == nil {
			return nil
		}
		return object{"self": c.self("resolution", "10000"), "id": "10000", "name": "Done", "description": "Work has been completed."}
	case "resolutiondate":
		return stampOrNull(i.resolved)
	case "comment":
		return c.commentPage(i.comments, 0, len(i.comments), len(i.comments))
	default: // attachments, links and versions, which a stand-in's issue never has
		return []any{}
	}
}

// status describes a status with its category.
func (c *call) status(s *Status) object {
	id := strconv.Itoa(10000 + slices.IndexFunc(c.site.statuses, func(other Status) bool { return other.Name == s.Name }))
	group := categoryOf(s)
	return object{
		"self":        c.self("status", id),
		"id":          id,
		"name":        s.Name,
		"description": "",
		"iconUrl":     c.base + "/images/icons/statuses/generic.png",
		"statusCategory": object{
			"self": c.self("statuscategory", strconv.Itoa(group.id)), "id": group.id,
			"key": group.key, "name": group.name, "colorName": group.colour,
		},
	}
}

// statuses lists every status of the site.
func (c *call) statuses() reply {
	return ok(each(c.site.statuses, func(s Status) any { return c.status(&s) }))
}

// changelog describes the issue's way through the workflow, latest first.
func (c *call) changelog(i *issue) object {
	statusID := func(s *Status) any { return c.status(s)["id"] }
	histories := each(i.history, func(h change) any {
		return object{
			"id": h.id, "author": c.user(h.who), "created": stamp(h.at),
			"items": []object{{
				"field": "status", "fieldId": "status", "fieldtype": "jira",
				"from": statusID(h.from), "fromString": h.from.Name, "to": statusID(h.to), "toString": h.to.Name,
			}},
		}
	})
	slices.Reverse(histories)
	return object{"startAt": 0, "maxResults": len(histories), "total": len(histories), "histories": histories}
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func stampOrNull(t *time.Time) any {
	if t == nil {
		return nil
	}
	return stamp(*t)
}

// list is the values as a JSON array, which is never null.
func list[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return values
}

func each[T any](values []T, describe func(T) any) []any {
	all := make([]any, 0, len(values))
	for _, value := range values {
		all = append(all, describe(value))
	}
	return all
}

// split reads a list with commas, as query parameters carry it.
func split(text string) []string {
	return slices.DeleteFunc(strings.Split(text, ","), func(s string) bool { return s == "" })
}

func number(n int) string { return strconv.Itoa(n) }
