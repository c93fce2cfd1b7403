package jira

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// transitionRef names a transition by its id, as a string or a number.
type transitionRef struct {
	ID   json.RawMessage `json:"id"`
	Name json.RawMessage `json:"name"`
	To   json.RawMessage `json:"to"`
}

// listTransitions tells which transitions the issue can take now.
func (c *call) listTransitions(i *issue) reply {
	expand := split(c.request.URL.Query().Get("expand"))
	return ok(object{"expand": "transitions", "transitions": c.openTransitions(i, slices.Contains(expand, "transitions.fields"))})
}

func (c *call) openTransitions(i *issue, withFields bool) []any {
	open := []any{}
	if !c.may(transitionIssues, i.project) {
		return open
	}
	ways := c.site.ways(i)
	for n, t := range c.site.transitions {
		if _, can := ways[transitionID(n)]; !can {
			continue
		}
		shown := object{
			"id": transitionID(n), "name": t.Name, "to": c.status(c.site.status(t.To)),
			"hasScreen": false, "isGlobal": len(t.From) == 0, "isInitial": false, "isAvailable": true,
			"isConditional": false, "isLooped": false,
		}
		if withFields {
			shown["fields"] = object{}
		}
		open = append(open, shown)
	}
	return open
}

// transition moves the issue along one of the transitions that are open to
// it. Our screens have no fields, so none but the resolution can be given.
func (c *call) transition(i *issue) reply {
	var body issuePayload
	if !c.decode(&body) {
		return unreadable()
	}
	if body.Transition == nil || len(body.Transition.ID) == 0 {
		return refused(http.StatusBadRequest, "Missing 'transition' identifier")
	}
	id := strings.Trim(string(body.Transition.ID), `"`)
	way, open := c.site.ways(i)[id]
	if !open || !c.may(transitionIssues, i.project) {
		return refused(http.StatusBadRequest, fmt.Sprintf("Transition id '%s' is not valid for this issue.", id))
	}
	problems := map[string]string{}
	for name := range body.Fields {
		if name != "resolution" {
			problems[name] = cannotSet(name)
		}
	}
	for name, operations := range body.Update {
		if name != "comment" && len(operations) > 0 {
			problems[name] = cannotSet(name)
		}
	}
	if len(problems) > 0 {
		return invalid(problems)
	}
	texts, problem := commentsOf(body.Update["comment"])
	if problem != nil {
		return *problem
	}
	if len(texts) > 0 && !c.may(addComments, i.project) {
		return invalid(map[string]string{"comment": "You do not have the permission to comment on this issue."})
	}
	c.site.move(i, way, c.caller)
	for _, text := range texts {
		c.site.comment(i, c.caller, text)
	}
	return noContent()
}

// commentsOf reads the comments that a transition adds.
func commentsOf(operations []operation) ([]string, *reply) {
	var texts []string
	for _, o := range operations {
		var added commentPayload
		if json.Unmarshal(o["add"], &added) != nil {
			problem := unreadable()
			return nil, &problem
		}
		text, problem := added.text()
		if problem != nil {
			return nil, problem
		}
		texts = append(texts, text)
	}
	return texts, nil
}
