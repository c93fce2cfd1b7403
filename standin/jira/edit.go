package jira

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxText is the length of a description or comment, in characters.
const maxText = 32_767

const textTooLong = "The entered text is too long. It exceeds the allowed limit of 32,767 characters."

// operation is one step of an update, such as {"add": "a-label"}.
type operation map[string]json.RawMessage

// ref names something by id, key or name.
type ref struct {
	ID   string `json:"id"`
	Key  string `json:"key"`
	Name string `json:"name"`
}

func cannotSet(field string) string {
	return fmt.Sprintf("Field '%s' cannot be set. It is not on the appropriate screen, or unknown.", field)
}

// setFields sets the fields and updates of a request, other than the two that
// are fixed once an issue exists.
func (c *call) setFields(i *issue, body *issuePayload, problems map[string]string) {
	for name, raw := range body.Fields {
		if name != "project" && name != "issuetype" {
			c.setField(i, name, raw, problems)
		}
	}
	for name, operations := range body.Update {
		for _, o := range operations {
			for verb, raw := range o {
				c.updateField(i, name, verb, raw, problems)
			}
		}
	}
}

// setField replaces one field.
func (c *call) setField(i *issue, name string, raw json.RawMessage, problems map[string]string) {
	var problem string
	switch name {
	case "project":
		problem = c.setProject(i, raw)
	case "issuetype":
		problem = c.setIssueType(i, raw)
	case "summary":
		problem = setSummary(i, raw)
	case "description":
		problem = setDescription(i, raw)
	case "labels":
		problem = setLabels(i, raw)
	case "components":
		problem = setComponents(i, raw)
	case "assignee":
		i.assignee, problem = c.person(raw)
	case "reporter":
		i.reporter, problem = c.person(raw)
	case "priority":
		// Accepted and forgotten: every issue of the stand-in is Medium.
	default:
		problem = cannotSet(name)
	}
	if problem != "" {
		problems[name] = problem
	}
}

// updateField adds to, removes from or sets one field.
func (c *call) updateField(i *issue, name, verb string, raw json.RawMessage, problems map[string]string) {
	switch {
	case verb == "set":
		c.setField(i, name, raw, problems)
	case name == "labels" && (verb == "add" || verb == "remove"):
		var label string
		if json.Unmarshal(raw, &label) != nil {
			problems[name] = "string expected at index 0"
			return
		}
		i.labels = slices.DeleteFunc(i.labels, func(l string) bool { return l == label })
		if verb == "add" {
			if problem := checkLabel(label); problem != "" {
				problems[name] = problem
			}
			i.labels = append(i.labels, label)
		}
	case name == "components" && (verb == "add" || verb == "remove"):
		component, problem := componentOf(i.project, raw)
		if problem != "" {
			problems[name] = problem
			return
		}
		i.components = slices.DeleteFunc(i.components, func(n string) bool { return n == component })
		if verb == "add" {
			i.components = append(i.components, component)
		}
	case !slices.Contains([]string{"labels", "components", "summary", "description", "assignee", "reporter"}, name):
		problems[name] = cannotSet(name)
	default:
		problems[name] = fmt.Sprintf("The operation '%s' is not supported by the field '%s'.", verb, name)
	}
}

func (c *call) setProject(i *issue, raw json.RawMessage) string {
	var to ref
	_ = json.Unmarshal(raw, &to)
	for _, name := range []string{to.Key, to.ID} {
		if p, ok := c.site.project(name); ok && c.may(browseProjects, p) {
			i.project = p
			return ""
		}
	}
	return "Specify a valid project ID or key"
}

func (c *call) setIssueType(i *issue, raw json.RawMessage) string {
	var to ref
	_ = json.Unmarshal(raw, &to)
	if i.project == nil {
		return ""
	}
	for n, kind := range i.project.IssueTypes {
		if kind == to.Name || itemID(i.project, n) == to.ID {
			i.kind = kind
			return ""
		}
	}
	return "Specify a valid issue type"
}

func setSummary(i *issue, raw json.RawMessage) string {
	var text string
	switch {
	case json.Unmarshal(raw, &text) != nil:
		return "Operation value must be a string"
	case strings.TrimSpace(text) == "":
		return "You must specify a summary of the issue."
	case strings.ContainsAny(text, "\r\n"):
		return "The summary is invalid because it contains newline characters."
	case utf8.RuneCountInString(text) > 255:
		return "Summary can't exceed 255 characters."
	}
	i.summary = text
	return ""
}

func setDescription(i *issue, raw json.RawMessage) string {
	var text *string
	switch {
	case json.Unmarshal(raw, &text) != nil:
		return "Operation value must be a string"
	case text == nil:
		i.description = ""
	case utf8.RuneCountInString(*text) > maxText:
		return textTooLong
	default:
		i.description = *text
	}
	return ""
}

func setLabels(i *issue, raw json.RawMessage) string {
	labels := []string{}
	if json.Unmarshal(raw, &labels) != nil {
		return "data was not an array"
	}
	for _, label := range labels {
		if problem := checkLabel(label); problem != "" {
			return problem
		}
	}
	slices.Sort(labels)
	i.labels = slices.Compact(labels)
	return ""
}

func checkLabel(label string) string {
	switch {
	case label == "" || strings.ContainsAny(label, " \t\r\n"):
		return fmt.Sprintf("The label '%s' contains spaces which is invalid.", label)
	case utf8.RuneCountInString(label) > 255:
		return fmt.Sprintf("The label '%s' is too long. A label can't exceed 255 characters.", label)
	}
	return ""
}

func setComponents(i *issue, raw json.RawMessage) string {
	var all []json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return "data was not an array"
	}
	i.components = []string{}
	for _, one := range all {
		component, problem := componentOf(i.project, one)
		if problem != "" {
			return problem
		}
		i.components = append(i.components, component)
	}
	return ""
}

func componentOf(p *Project, raw json.RawMessage) (name, problem string) {
	var to ref
	if json.Unmarshal(raw, &to) != nil {
		return "", "expected Object containing a 'name' or 'id' property"
	}
	for n, component := range p.Components {
		if component == to.Name || itemID(p, n) == to.ID {
			return component, ""
		}
	}
	return "", fmt.Sprintf("Component name '%s' is not valid", to.Name+to.ID)
}

// person reads an assignee or reporter; null is nobody.
func (c *call) person(raw json.RawMessage) (*Account, string) {
	if string(raw) == "null" {
		return nil, ""
	}
	var to userRef
	_ = json.Unmarshal(raw, &to)
	if found := c.refer(to); found != nil {
		return found, ""
	}
	return nil, fmt.Sprintf("User '%s' does not exist.", to.AccountID+to.Name)
}
