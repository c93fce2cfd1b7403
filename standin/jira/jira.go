// Package jira is a stand-in for Jira on this machine: an http.Handler that
// speaks REST v2 as Jira Cloud or Jira Data Center does, for the real client
// library, with the vendor's limits, refusals and wording.
//
//   - jira.go, route.go: the server and its routes; call.go, answer.go: one
//     request and its answer; auth.go, limits.go: what stands before every call
//   - site.go, workflow.go, state.go: what the site holds
//   - one file a resource of the API: issue.go, comment.go, remotelink.go, …
//   - jql.go, match.go: the query language behind search.go
//   - person.go, view.go, browse.go: acting and reading as a person would, in
//     place of the web pages
//
// State lives in memory and is gone with the process.
package jira

import (
	"net/http"
	"sync"
	"time"

	"github.com/steward-bot/steward/standin/misbehave"
)

// Deployment says which Jira is spoken.
type Deployment string

// The deployments. Cloud takes Basic authentication with an e-mail and an API
// token and has removed the old search; Data Center takes a personal access
// token as a Bearer and keeps it.
const (
	Cloud      Deployment = "cloud"
	DataCenter Deployment = "datacenter"
)

// Options are the properties of the stand-in itself. The zero value is a
// Jira Cloud with the vendor's limits.
type Options struct {
	Deployment Deployment       // default Cloud
	URL        string           // what self and browse links start with; default http:// and the request's Host
	Now        func() time.Time // default time.Now

	// IndexLag is how long a change stays invisible to search; reading an
	// issue by its key always shows it.
	IndexLag time.Duration
	// IssueWrites bounds the writes to one issue. Default on Cloud: 20 in 2 s
	// and 100 in 30 s. An empty, non-nil list lifts the limit.
	IssueWrites []Window
	// Burst bounds all requests of one account; default 350 in 1 s.
	Burst Window
	// MaxComments and MaxLinks bound the comments and remote links of one
	// issue; defaults 5,000 and 2,000.
	MaxComments, MaxLinks int
}

func (o Options) defaults() Options {
	if o.Deployment == "" {
		o.Deployment = Cloud
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.IssueWrites == nil && o.Deployment == Cloud {
		// https://developer.atlassian.com/cloud/jira/platform/rate-limiting
		o.IssueWrites = []Window{{20, 2 * time.Second}, {100, 30 * time.Second}}
	}
	if o.Burst == (Window{}) {
		o.Burst = Window{350, time.Second}
	}
	if o.MaxComments == 0 {
		o.MaxComments = 5000
	}
	if o.MaxLinks == 0 {
		o.MaxLinks = 2000
	}
	return o
}

// Server is a Jira. Create it with New; it is safe for concurrent use.
type Server struct {
	options Options
	faults  *misbehave.Faults
	handler http.Handler

	mu     sync.Mutex // guards everything below
	site   *site
	writes map[string]*meter // by issue id
	bursts map[string]*meter // by account id
}

// New returns a Jira that holds the given site. The error names what in the
// seed does not fit together.
func New(seed Site, options Options) (*Server, error) {
	options = options.defaults()
	s := &Server{
		options: options,
		writes:  map[string]*meter{},
		bursts:  map[string]*meter{},
	}
	s.faults = misbehave.New(s.misbehave)
	site, err := newSite(seed, options)
	if err != nil {
		return nil, err
	}
	s.site = site
	s.handler = s.routes()
	return s, nil
}

// ServeHTTP serves the API, the person's calls and pages, and the control of
// the stand-in.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handler.ServeHTTP(w, r)
}

// Faults makes the API misbehave, and tells which requests it received.
func (s *Server) Faults() *misbehave.Faults { return s.faults }

// misbehave answers a fault in Jira's words.
func (s *Server) misbehave(w http.ResponseWriter, status, retryAfter int) {
	switch status {
	case http.StatusTooManyRequests:
		s.limited("jira-burst-based", s.options.Burst, time.Duration(retryAfter)*time.Second).write(w)
	case http.StatusServiceUnavailable:
		refused(status, "Jira is temporarily unavailable.").retryAfter(retryAfter).write(w)
	case http.StatusConflict:
		refused(status, "The issue was changed by somebody else at the same time.").write(w)
	case http.StatusRequestEntityTooLarge:
		refused(status, "The request is too large.").write(w)
	default:
		refused(status, "Internal server error").write(w)
	}
}
