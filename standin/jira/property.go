package jira

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"unicode/utf8"
)

// The bounds of an entity property, from the vendor's document of the API.
const (
	maxPropertyKey   = 255    // characters
	maxPropertyValue = 32_768 // characters of JSON
)

// property is an entity property: a value for machines.
type property struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

// check says what is wrong with the property, or nothing.
func (p property) check() string {
	switch {
	case p.Key == "":
		return "The property key cannot be empty."
	case utf8.RuneCountInString(p.Key) > maxPropertyKey:
		return "The property key cannot be longer than 255 characters."
	case len(p.Value) == 0 || !json.Valid(p.Value):
		return "The value of the property must be valid, non-empty JSON."
	case utf8.RuneCount(p.Value) > maxPropertyValue:
		return "The property value cannot be longer than 32768 characters."
	}
	return ""
}

func (ps properties) keys() []string {
	keys := []string{}
	for key := range ps {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (ps properties) list() []property {
	all := []property{}
	for _, key := range ps.keys() {
		all = append(all, property{Key: key, Value: ps[key]})
	}
	return all
}

// only returns the named properties, or all for "*all".
func (ps properties) only(names []string) properties {
	found := properties{}
	for key, value := range ps {
		if slices.Contains(names, key) || slices.Contains(names, "*all") {
			found[key] = value
		}
	}
	return found
}

// holder is an issue or a comment, whose properties a call is about.
type holder struct {
	properties properties
	self       string // where the properties are
	permission string // needed to change them
	of         *issue
}

type onHolder func(*call, holder) reply

// ofIssue handles a call about an issue's properties.
func ofIssue(h onHolder) onIssue {
	return func(c *call, i *issue) reply {
		return h(c, holder{i.properties, c.self("issue", i.id, "properties"), editIssues, i})
	}
}

// onComment handles a call about a comment's properties. A write counts
// against the limits of the comment's issue.
func onComment(h onHolder) func(*call) reply {
	return func(c *call) reply {
		for _, i := range c.site.issues {
			found, ok := i.comment(c.request.PathValue("id"))
			if !ok || !c.may(browseProjects, i.project) {
				continue
			}
			if c.request.Method != http.MethodGet {
				if answer, ok := c.withinWrites(i); !ok {
					return answer
				}
			}
			return h(c, holder{found.properties, c.self("comment", found.id, "properties"), editOwnComments, i})
		}
		return c.noComment()
	}
}

func (c *call) listProperties(h holder) reply {
	return ok(object{"keys": each(h.properties.keys(), func(key string) any {
		return object{"key": key, "self": h.self + "/" + key}
	})})
}

func (c *call) getProperty(h holder) reply {
	key := c.request.PathValue("key")
	value, found := h.properties[key]
	if !found {
		return c.noProperty()
	}
	return ok(property{Key: key, Value: value})
}

// setProperty stores the body as the value: 201 for a new property, 200 for
// one that was there.
func (c *call) setProperty(h holder) reply {
	if !c.may(h.permission, h.of.project) {
		return refused(http.StatusForbidden, "You do not have permission to edit this issue's properties.")
	}
	value, err := io.ReadAll(c.request.Body)
	if err != nil {
		return unreadable()
	}
	p := property{Key: c.request.PathValue("key"), Value: value}
	if problem := p.check(); problem != "" {
		return refused(http.StatusBadRequest, problem)
	}
	status := http.StatusCreated
	if _, there := h.properties[p.Key]; there {
		status = http.StatusOK
	}
	h.properties[p.Key] = p.Value
	c.site.touch(h.of)
	return reply{status: status}
}

func (c *call) deleteProperty(h holder) reply {
	if !c.may(h.permission, h.of.project) {
		return refused(http.StatusForbidden, "You do not have permission to edit this issue's properties.")
	}
	key := c.request.PathValue("key")
	if _, found := h.properties[key]; !found {
		return c.noProperty()
	}
	delete(h.properties, key)
	c.site.touch(h.of)
	return noContent()
}

func (c *call) noProperty() reply {
	return refused(http.StatusNotFound, "The property with key '"+c.request.PathValue("key")+"' does not exist.")
}
