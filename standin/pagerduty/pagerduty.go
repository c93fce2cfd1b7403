// Package pagerduty is a stand-in for PagerDuty on this machine: an
// http.Handler that speaks REST v2 for the real client library, with the
// vendor's required headers, rate limits, refusals and wording.
//
//   - pagerduty.go, route.go: the server and its routes; call.go, answer.go,
//     auth.go, limit.go: one request, its answer, and what stands before it
//   - account.go, state.go: what the account holds
//   - one file a resource of the API: incident.go, note.go, alert.go, …
//   - person.go, view.go, page.go: acting and reading as a person would, in
//     place of the web pages and the phone
//
// State lives in memory and is gone with the process.
package pagerduty

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/steward-bot/steward/standin/misbehave"
)

// Unlimited is the RequestsPerMinute of a stand-in without a rate limit.
const Unlimited = -1

// Options are the properties of the stand-in itself.
type Options struct {
	APIURL string           // what self links start with; default http:// and the request's Host
	WebURL string           // what html_url links start with; default https://SUBDOMAIN.pagerduty.com
	Now    func() time.Time // default time.Now
	// RequestsPerMinute bounds the requests of one token; default 960, as the
	// vendor does.
	RequestsPerMinute int
	// MaxNotes bounds the notes of one incident; default 2,000.
	MaxNotes int
}

func (o Options) defaults(a Account) Options {
	if o.WebURL == "" {
		o.WebURL = "https://" + a.Subdomain + ".pagerduty.com"
	}
	o.WebURL = strings.TrimRight(o.WebURL, "/")
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.RequestsPerMinute == 0 {
		o.RequestsPerMinute = 960
	}
	if o.MaxNotes == 0 {
		o.MaxNotes = 2000
	}
	return o
}

// Server is a PagerDuty account. Create it with New; it is safe for
// concurrent use.
type Server struct {
	options Options
	faults  *misbehave.Faults
	handler http.Handler

	mu      sync.Mutex // guards everything below
	account *account
	minutes map[string]*minute // by token
}

// New returns a PagerDuty that holds the given account. The error names what
// in the seed does not fit together.
func New(seed Account, options Options) (*Server, error) {
	options = options.defaults(seed)
	held, err := newAccount(seed, options)
	if err != nil {
		return nil, err
	}
	s := &Server{options: options, account: held, minutes: map[string]*minute{}}
	s.faults = misbehave.New(s.misbehave)
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

// misbehave answers a fault in PagerDuty's words.
func (s *Server) misbehave(w http.ResponseWriter, status, retryAfter int) {
	switch status {
	case http.StatusTooManyRequests:
		s.limited(retryAfter).write(w)
	case http.StatusConflict:
		refused(status, 2001, "The request conflicts with the current state of the server.").write(w)
	case http.StatusRequestEntityTooLarge:
		refused(status, 2001, "The request is too large.").write(w)
	default:
		refused(status, 2000, "Internal Server Error").write(w)
	}
}
