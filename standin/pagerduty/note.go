package pagerduty

import (
	"net/http"
	"strings"
)

// listNotes lists an incident's notes, oldest first.
func (c *call) listNotes(i *incident) reply {
	return ok(object{"notes": each(i.notes, c.note)})
}

func (c *call) note(n *note) any {
	return object{
		"id": n.id, "user": c.userReference(n.user), "content": n.content,
		"channel":    object{"summary": "The PagerDuty website or APIs"},
		"created_at": stamp(n.created), "updated_at": stamp(n.created),
	}
}

// addNote adds a note of the user in the From header.
func (c *call) addNote(i *incident) reply {
	var body struct {
		Note *struct {
			Content string `json:"content"`
		} `json:"note"`
	}
	if !c.decode(&body) || body.Note == nil || strings.TrimSpace(body.Note.Content) == "" {
		return invalid("Content cannot be empty.")
	}
	if len(i.notes) >= c.options.MaxNotes {
		return refused(http.StatusBadRequest, 2001, "Invalid Input Provided", "An incident can have at most "+number(c.options.MaxNotes)+" notes.")
	}
	added := &note{id: c.account.newID("N"), user: c.user, content: body.Note.Content, created: c.now}
	i.notes = append(i.notes, added)
	i.updated = c.now
	c.account.note(i, "annotate", c.user, added.content)
	return ok(object{"note": c.note(added)})
}
