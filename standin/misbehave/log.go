package misbehave

import (
	"net/http"
	"slices"
	"time"
)

// maxLog bounds the log: a stand-in that runs for days forgets its oldest
// requests.
const maxLog = 10_000

// Request is one request that the stand-in received. Headers and bodies are
// left out: they carry secrets.
type Request struct {
	At     time.Time `json:"at"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	Query  string    `json:"query"`
	Status int       `json:"status"`         // 0 while it runs, and when no answer was sent in full
	Kind   Kind      `json:"kind,omitempty"` // the fault that hit it
}

// Requests returns the requests received so far, oldest first.
func (f *Faults) Requests() []Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make([]Request, len(f.log))
	for i, entry := range f.log {
		all[i] = *entry
	}
	return all
}

// Writes returns the requests that asked for a change: all but GET and HEAD.
func (f *Faults) Writes() []Request {
	return slices.DeleteFunc(f.Requests(), func(r Request) bool {
		return r.Method == http.MethodGet || r.Method == http.MethodHead
	})
}

// Forget empties the log of requests.
func (f *Faults) Forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = nil
}

func (f *Faults) begin(r *http.Request, kind Kind) *Request {
	entry := &Request{At: time.Now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Kind: kind}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.log) >= maxLog {
		f.log = slices.Delete(f.log, 0, len(f.log)-maxLog+1)
	}
	f.log = append(f.log, entry)
	return entry
}

func (f *Faults) end(entry *Request, status int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	entry.Status = status
}

// statusWriter notes the status of what is sent through it.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// Unwrap lets http.ResponseController reach the connection.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// WriteHeader notes the status and sends it.
func (s *statusWriter) WriteHeader(status int) {
	if s.status == 0 {
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

// Write sends a part of the body; without a status before it, that is 200.
func (s *statusWriter) Write(p []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	return s.ResponseWriter.Write(p)
}
