// Package misbehave makes a stand-in for a vendor fail on demand, the way the
// real vendor does on a bad day: rate limits, errors, answers that hang, and
// writes that happen although the caller never hears of them. It also keeps
// the log of requests, so that a test can show that nothing was written.
//
//   - misbehave.go: the faults, and the middleware that applies them
//   - cut.go: handling a request and then breaking its connection
//   - log.go: the requests that came
//   - control.go: all of it over HTTP, under /control/
package misbehave

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// Kind says how a request goes wrong.
type Kind string

// The kinds of fault.
const (
	RateLimit    Kind = "rate_limit"     // 429 with Retry-After; not done
	ServerError  Kind = "server_error"   // 500; not done
	Unavailable  Kind = "unavailable"    // 503 with Retry-After; not done
	Conflict     Kind = "conflict"       // 409, as when two people change one thing at once; not done
	HTML         Kind = "html"           // 200 with a web page, as a proxy's login form; not done
	Hang         Kind = "hang"           // no answer until Release, then done as usual
	Slow         Kind = "slow"           // done after Delay
	WriteAndCut  Kind = "write_and_cut"  // done; the connection is cut in the middle of the answer
	WriteAndDrop Kind = "write_and_drop" // done; the connection is closed before the answer
	Drop         Kind = "drop"           // not done; the connection is closed
)

// Kinds returns every kind, for messages that list the valid choices.
func Kinds() []Kind {
	return []Kind{RateLimit, ServerError, Unavailable, Conflict, HTML, Hang, Slow, WriteAndCut, WriteAndDrop, Drop}
}

// Forever is the Times of a fault that stays until Clear.
const Forever = -1

// maxBody bounds what is read of one request, in bytes.
const maxBody = 4 << 20

// Fault is what happens to the next requests that match.
type Fault struct {
	Kind       Kind          // required
	Method     string        // empty matches every method
	Path       string        // regular expression searched for in the path; empty matches every path
	Times      int           // how many requests it hits; 0 means 1, Forever until Clear
	RetryAfter int           // seconds, for RateLimit and Unavailable; 0 means 1
	Delay      time.Duration // for Slow
}

// Refuse answers a request with a status in the vendor's own error shape.
// retryAfter is in seconds and 0 where the status has none.
type Refuse func(w http.ResponseWriter, status, retryAfter int)

// Faults holds the faults of one stand-in and the log of its requests. Create
// it with New; it is safe for concurrent use.
type Faults struct {
	refuse Refuse

	mu       sync.Mutex
	armed    []*armed
	released chan struct{}
	log      []*Request
}

type armed struct {
	Fault
	path *regexp.Regexp
	left int
}

// New returns Faults without a fault.
func New(refuse Refuse) *Faults {
	return &Faults{refuse: refuse, released: make(chan struct{})}
}

// Add arms a fault. Faults are tried in the order in which they were added.
func (f *Faults) Add(fault Fault) error {
	known := false
	for _, kind := range Kinds() {
		known = known || kind == fault.Kind
	}
	if !known {
		return fmt.Errorf("there is no fault of kind %q; the kinds are %v", fault.Kind, Kinds())
	}
	path, err := regexp.Compile(fault.Path)
	if err != nil {
		return fmt.Errorf("the path of the fault is not a regular expression: %w", err)
	}
	if fault.Times == 0 {
		fault.Times = 1
	}
	if fault.RetryAfter == 0 {
		fault.RetryAfter = 1
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = append(f.armed, &armed{Fault: fault, path: path, left: fault.Times})
	return nil
}

// Clear disarms every fault. Requests that hang stay until Release.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = nil
}

// Release lets the requests that hang now go on.
func (f *Faults) Release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.released)
	f.released = make(chan struct{})
}

// take returns the fault that hits this request, if one does, and the channel
// that ends a hang.
func (f *Faults) take(r *http.Request) (Fault, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, a := range f.armed {
		if (a.Method != "" && a.Method != r.Method) || !a.path.MatchString(r.URL.Path) {
			continue
		}
		if a.left != Forever {
			a.left--
		}
		if a.left == 0 {
			f.armed = append(f.armed[:i:i], f.armed[i+1:]...)
		}
		return a.Fault, f.released
	}
	return Fault{}, f.released
}

// Wrap returns next with the faults in front of it. Every request is logged.
func (f *Faults) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault, released := f.take(r)
		entry := f.begin(r, fault.Kind)
		seen := &statusWriter{ResponseWriter: w}
		defer func() { f.end(entry, seen.status) }()

		// A body that was read to its end lets the server notice a client
		// that leaves while we wait.
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			f.refuse(seen, http.StatusRequestEntityTooLarge, 0)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		f.apply(fault, released, seen, r, next)
	})
}

func (f *Faults) apply(fault Fault, released <-chan struct{}, w http.ResponseWriter, r *http.Request, next http.Handler) {
	switch fault.Kind {
	case RateLimit:
		f.refuse(w, http.StatusTooManyRequests, fault.RetryAfter)
	case ServerError:
		f.refuse(w, http.StatusInternalServerError, 0)
	case Unavailable:
		f.refuse(w, http.StatusServiceUnavailable, fault.RetryAfter)
	case Conflict:
		f.refuse(w, http.StatusConflict, 0)
	case HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(len(loginPage)))
		_, _ = io.WriteString(w, loginPage)
	case Hang:
		if wait(r, released) {
			next.ServeHTTP(w, r)
		}
	case Slow:
		if wait(r, time.After(fault.Delay)) {
			next.ServeHTTP(w, r)
		}
	case WriteAndCut:
		cut(w, answerOf(next, r), true)
	case WriteAndDrop:
		cut(w, answerOf(next, r), false)
	case Drop:
		cut(w, nil, false)
	default:
		next.ServeHTTP(w, r)
	}
}

const loginPage = "<!doctype html><title>Log in</title><p>Please log in to continue.</p>"

// wait says whether done came before the client left.
func wait[T any](r *http.Request, done <-chan T) bool {
	select {
	case <-done:
		return true
	case <-r.Context().Done():
		return false
	}
}
