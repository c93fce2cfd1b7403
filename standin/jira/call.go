package jira

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// call is one request to the API. The server's lock is held for all of it.
type call struct {
	*Server
	request *http.Request
	caller  *Account // nil for the few resources that anyone may read
	base    string   // what links start with, without a slash at the end
	now     time.Time
}

// onIssue handles a call that is about one issue.
type onIssue func(*call, *issue) reply

// anyone handles a call without credentials.
func (s *Server) anyone(h func(*call) reply) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		answer := h(s.call(r))
		s.mu.Unlock()
		answer.write(w)
	}
}

// authenticated handles a call of somebody whom the site knows, within the limits.
func (s *Server) authenticated(h func(*call) reply) http.HandlerFunc {
	return s.anyone(func(c *call) reply {
		caller, ok := c.authenticate()
		if !ok {
			return unauthenticated()
		}
		c.caller = caller
		answer, ok := c.withinBurst()
		if !ok {
			return answer
		}
		return h(c).headers(answer.header)
	})
}

func (s *Server) call(r *http.Request) *call {
	return &call{Server: s, request: r, base: s.base(r), now: s.options.Now()}
}

// base is what links start with.
func (s *Server) base(r *http.Request) string {
	if s.options.URL != "" {
		return strings.TrimRight(s.options.URL, "/")
	}
	return "http://" + r.Host
}

// reading finds the issue of the call, which the caller must be allowed to see.
func reading(h onIssue) func(*call) reply {
	return func(c *call) reply {
		found, ok := c.site.find(c.request.PathValue("issue"))
		if !ok || !c.may(browseProjects, found.project) {
			// Jira does not tell a hidden issue from one that does not exist.
			return refused(http.StatusNotFound, "Issue does not exist or you do not have permission to see it.")
		}
		return h(c, found)
	}
}

// writing is reading, and counts against the issue's write limits.
func writing(h onIssue) func(*call) reply {
	return reading(func(c *call, i *issue) reply {
		if answer, ok := c.withinWrites(i); !ok {
			return answer
		}
		return h(c, i)
	})
}

func (c *call) cloud() bool { return c.options.Deployment == Cloud }

func (c *call) self(path ...string) string {
	return c.base + api + strings.Join(path, "/")
}

// decode reads the JSON body strictly: Jira refuses a payload with a member
// that it does not know.
func (c *call) decode(into any) bool {
	body, err := io.ReadAll(c.request.Body)
	if err != nil {
		return false
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into) == nil && !decoder.More()
}
