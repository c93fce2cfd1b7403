package jira

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// searchPayload is a search as POST carries it; GET carries the same in the
// query.
type searchPayload struct {
	JQL             string   `json:"jql"`
	NextPageToken   string   `json:"nextPageToken"`
	MaxResults      *int     `json:"maxResults"`
	StartAt         int      `json:"startAt"` // the old search only
	Fields          []string `json:"fields"`
	Expand          string   `json:"expand"`
	Properties      []string `json:"properties"`
	FieldsByKeys    bool     `json:"fieldsByKeys"`
	ReconcileIssues []int    `json:"reconcileIssues"`
}

// The sizes of a page of Cloud's search: the default, and the most with ids
// alone and with fields.
const (
	pageDefault   = 50
	pageOfIDs     = 5000
	pageOfFields  = 100
	pageOldSearch = 1000
)

const removedSearch = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. " +
	"A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"

// search is Cloud's search: a bounded query, ids alone unless fields are asked
// for, and pages that follow each other by token.
func (c *call) search() reply {
	asked, readable := c.searchPayload()
	if !readable {
		return unreadable()
	}
	if len(asked.Properties) > 5 || len(asked.ReconcileIssues) > 50 {
		return refused(http.StatusBadRequest, "At most 5 properties and 50 issues to reconcile can be asked for.")
	}
	found, err := c.run(asked)
	if err != nil {
		return refused(http.StatusBadRequest, err.Error())
	}
	idsOnly := len(asked.Fields) == 0 || (len(asked.Fields) == 1 && asked.Fields[0] == "id")
	start, size := 0, asked.size(pageOfFields)
	if idsOnly {
		size = asked.size(pageOfIDs)
	}
	if asked.NextPageToken != "" {
		if start, err = asked.offset(); err != nil || start > len(found) {
			return refused(http.StatusBadRequest, "The provided next page token is invalid or expired.")
		}
	}
	page := found[start:min(start+size, len(found))]
	result := object{
		"isLast": start+len(page) >= len(found),
		"issues": each(page, func(i *issue) any {
			if idsOnly {
				return object{"id": i.id}
			}
			shown := c.issue(i, asked.Fields)
			if len(asked.Properties) > 0 {
				shown["properties"] = i.properties.only(asked.Properties)
			}
			return shown
		}),
	}
	if start+len(page) < len(found) {
		result["nextPageToken"] = asked.token(start + len(page))
	}
	return ok(result)
}

// oldSearch is the search with numbered pages: removed from Cloud, alive on
// Data Center.
func (c *call) oldSearch() reply {
	if c.cloud() {
		return refused(http.StatusGone, removedSearch)
	}
	asked, readable := c.searchPayload()
	if !readable || asked.StartAt < 0 {
		return unreadable()
	}
	found, err := c.run(asked)
	if err != nil {
		return refused(http.StatusBadRequest, err.Error())
	}
	if len(asked.Fields) == 0 {
		asked.Fields = []string{"*navigable"}
	}
	size := asked.size(pageOldSearch)
	start := min(asked.StartAt, len(found))
	page := found[start:min(start+size, len(found))]
	return ok(object{
		"expand": "schema,names", "startAt": asked.StartAt, "maxResults": size, "total": len(found),
		"issues": each(page, func(i *issue) any { return c.issue(i, asked.Fields) }),
	})
}

// run finds the issues that the caller may see and that match, as far as the
// index knows them, in order.
func (c *call) run(asked searchPayload) ([]*issue, error) {
	q, err := parseJQL(asked.JQL)
	if err != nil {
		return nil, err
	}
	if len(q.clauses) == 0 && c.cloud() {
		return nil, jqlError("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
	}
	matches, err := c.matcher(q)
	if err != nil {
		return nil, err
	}
	var found []*issue
	for _, i := range c.site.issues {
		known, indexed := c.site.known(i)
		if id, _ := strconv.Atoi(i.id); slices.Contains(asked.ReconcileIssues, id) {
			known, indexed = i, true
		}
		if indexed && c.may(browseProjects, i.project) && matches(known) {
			found = append(found, i)
		}
	}
	return found, c.sorted(found, q.order)
}

func (c *call) searchPayload() (searchPayload, bool) {
	var asked searchPayload
	if c.request.Method == http.MethodPost {
		return asked, c.decode(&asked)
	}
	values := c.request.URL.Query()
	asked.JQL = values.Get("jql")
	asked.NextPageToken = values.Get("nextPageToken")
	asked.Fields = split(strings.Join(values["fields"], ","))
	asked.Properties = split(strings.Join(values["properties"], ","))
	if text := values.Get("maxResults"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return asked, false
		}
		asked.MaxResults = &n
	}
	if text := values.Get("startAt"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return asked, false
		}
		asked.StartAt = n
	}
	for _, text := range split(strings.Join(values["reconcileIssues"], ",")) {
		n, err := strconv.Atoi(text)
		if err != nil {
			return asked, false
		}
		asked.ReconcileIssues = append(asked.ReconcileIssues, n)
	}
	return asked, true
}

// size is the size of the page, at most the given one.
func (p searchPayload) size(most int) int {
	if p.MaxResults == nil {
		return pageDefault
	}
	return max(0, min(*p.MaxResults, most))
}

// token names the page that starts at the offset, for this query alone.
func (p searchPayload) token(offset int) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d:%x", offset, p.digest()))
}

func (p searchPayload) offset() (int, error) {
	text, err := base64.RawURLEncoding.DecodeString(p.NextPageToken)
	if err != nil {
		return 0, err
	}
	var offset int
	var digest uint64
	if _, err := fmt.Sscanf(string(text), "%d:%x", &offset, &digest); err != nil {
		return 0, err
	}
	if digest != p.digest() || offset < 0 {
		return 0, jqlError("a token of another query")
	}
	return offset, nil
}

func (p searchPayload) digest() uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(p.JQL))
	return h.Sum64()
}
