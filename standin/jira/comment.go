package jira

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// commentPayload is the body of an added or edited comment. What the server
// sets by itself is accepted and ignored, as in Jira: go-jira sends it.
type commentPayload struct {
	Body       json.RawMessage `json:"body"`
	Properties []property      `json:"properties"`

	Author       json.RawMessage `json:"author"`
	UpdateAuthor json.RawMessage `json:"updateAuthor"`
	Visibility   json.RawMessage `json:"visibility"`
	ID           json.RawMessage `json:"id"`
	Self         json.RawMessage `json:"self"`
	Name         json.RawMessage `json:"name"`
	Created      json.RawMessage `json:"created"`
	Updated      json.RawMessage `json:"updated"`
}

// listComments reads a page of comments: startAt, maxResults (default 100)
// and orderBy created, +created or -created.
func (c *call) listComments(i *issue) reply {
	query := c.request.URL.Query()
	comments := slices.Clone(i.comments)
	switch query.Get("orderBy") {
	case "", "created", "+created", " created": // an unescaped plus is a space
	case "-created":
		slices.Reverse(comments)
	default:
		return refused(http.StatusBadRequest, "The orderBy parameter must be 'created', '+created' or '-created'.")
	}
	start, errStart := strconv.Atoi(cmp.Or(query.Get("startAt"), "0"))
	size, errSize := strconv.Atoi(cmp.Or(query.Get("maxResults"), "100"))
	if errStart != nil || errSize != nil || start < 0 || size < 0 {
		return refused(http.StatusBadRequest, "The startAt and maxResults parameters must be numbers.")
	}
	total := len(comments)
	comments = comments[min(start, total):]
	return ok(c.commentPage(comments[:min(size, len(comments))], start, size, total))
}

func (c *call) commentPage(page []*comment, start, size, total int) object {
	return object{
		"startAt": start, "maxResults": size, "total": total,
		"comments": each(page, func(m *comment) any { return c.comment(m) }),
	}
}

func (c *call) comment(m *comment) object {
	shown := object{
		"self": c.self("comment", m.id), "id": m.id, "body": m.body,
		"author": c.user(m.author), "updateAuthor": c.user(m.editor),
		"created": stamp(m.created), "updated": stamp(m.updated),
	}
	if c.cloud() {
		shown["jsdPublic"] = true
	}
	if slices.Contains(split(c.request.URL.Query().Get("expand")), "properties") {
		shown["properties"] = m.properties.list()
	}
	return shown
}

// addComment adds a comment, with its properties if it brings some.
func (c *call) addComment(i *issue) reply {
	var body commentPayload
	if !c.decode(&body) {
		return unreadable()
	}
	if !c.may(addComments, i.project) {
		return invalid(map[string]string{"comment": "You do not have the permission to comment on this issue."})
	}
	text, problem := body.text()
	if problem != nil {
		return *problem
	}
	if len(i.comments) >= c.options.MaxComments {
		return refused(http.StatusRequestEntityTooLarge, "The issue has reached its limit of "+number(c.options.MaxComments)+" comments.")
	}
	added := c.site.comment(i, c.caller, text)
	for _, p := range body.Properties {
		added.properties[p.Key] = p.Value
	}
	return answer(http.StatusCreated, c.comment(added))
}

// text checks the payload and returns the comment's text.
func (p *commentPayload) text() (string, *reply) {
	refuse := func(r reply) (string, *reply) { return "", &r }
	var text string
	switch {
	case json.Unmarshal(p.Body, &text) != nil && len(p.Body) > 0:
		// The document format belongs to version 3 of the API.
		return refuse(invalid(map[string]string{"comment": "Comment body is not valid!"}))
	case strings.TrimSpace(text) == "":
		return refuse(invalid(map[string]string{"comment": "Comment body can not be empty!"}))
	case utf8.RuneCountInString(text) > maxText:
		return refuse(invalid(map[string]string{"comment": textTooLong}))
	}
	for _, one := range p.Properties {
		if problem := one.check(); problem != "" {
			return refuse(refused(http.StatusBadRequest, problem))
		}
	}
	return text, nil
}

func (c *call) getComment(i *issue) reply {
	found, ok := i.comment(c.request.PathValue("id"))
	if !ok {
		return c.noComment()
	}
	return answer(http.StatusOK, c.comment(found))
}

// editComment replaces the text of one of the caller's own comments.
func (c *call) editComment(i *issue) reply {
	found, ok := i.comment(c.request.PathValue("id"))
	if !ok {
		return c.noComment()
	}
	var body commentPayload
	if !c.decode(&body) {
		return unreadable()
	}
	if found.author != c.caller || !c.may(editOwnComments, i.project) {
		return refused(http.StatusBadRequest, "You do not have the permission to edit this comment.")
	}
	text, problem := body.text()
	if problem != nil {
		return *problem
	}
	found.body, found.editor, found.updated = text, c.caller, c.now
	for _, p := range body.Properties {
		found.properties[p.Key] = p.Value
	}
	c.site.touch(i)
	return answer(http.StatusOK, c.comment(found))
}

func (c *call) deleteComment(i *issue) reply {
	found, ok := i.comment(c.request.PathValue("id"))
	if !ok {
		return c.noComment()
	}
	if found.author != c.caller || !c.may(deleteOwn, i.project) {
		return refused(http.StatusBadRequest, "You do not have the permission to delete this comment.")
	}
	i.comments = slices.DeleteFunc(i.comments, func(m *comment) bool { return m == found })
	c.site.touch(i)
	return noContent()
}

func (c *call) noComment() reply {
	return refused(http.StatusNotFound, "Can not find a comment for the id: "+c.request.PathValue("id")+".")
}

func (i *issue) comment(id string) (*comment, bool) {
	for _, m := range i.comments {
		if m.id == id {
			return m, true
		}
	}
	return nil, false
}

// comment adds a comment to an issue.
func (s *site) comment(i *issue, author *Account, text string) *comment {
	added := &comment{
		id: s.newID(), author: author, editor: author, body: text,
		created: s.now(), updated: s.now(), properties: properties{},
	}
	i.comments = append(i.comments, added)
	s.touch(i)
	return added
}
