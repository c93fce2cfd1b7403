package slack

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// FaultKind names a way in which an API method can fail.
type FaultKind string

// The ways to fail.
const (
	FaultRateLimited FaultKind = "ratelimited" // HTTP 429 with Retry-After
	FaultServerError FaultKind = "500"         // HTTP 500, nothing done
	FaultHang        FaultKind = "hang"        // no answer until the client gives up, nothing done
	FaultCut         FaultKind = "cut"         // done, then the connection is cut without an answer
	FaultError       FaultKind = "error"       // ok:false with the code in Fault.Error, nothing done
)

func faultKinds() []FaultKind {
	return []FaultKind{FaultRateLimited, FaultServerError, FaultHang, FaultCut, FaultError}
}

// Fault makes the next calls of a method fail.
type Fault struct {
	// Method is a name such as "chat.update"; "*" is any.
	Method string    `json:"method"`
	Kind   FaultKind `json:"kind"`
	// Count is how many calls fail. Default 1.
	Count int `json:"count"`
	// RetryAfter is in seconds, for FaultRateLimited. Default 1.
	RetryAfter int `json:"retry_after"`
	// Error is the code for FaultError.
	Error string `json:"error"`
}

func (f Fault) refuses() bool {
	return f.Kind == FaultRateLimited || f.Kind == FaultServerError || f.Kind == FaultError
}

func (f Fault) refusal() refusal {
	switch f.Kind {
	case FaultRateLimited:
		return refusal{code: "ratelimited", retryAfter: time.Duration(f.RetryAfter) * time.Second}
	case FaultServerError:
		return refusal{code: "internal_error"}
	default:
		return refusal{code: f.Error}
	}
}

// faults are what the server has been told to do wrong.
type faults struct {
	mu      sync.Mutex
	planned []Fault
	delay   time.Duration
	// dropAcks is how many coming acknowledgements get lost.
	dropAcks      int
	refuseSockets bool
	mutePings     bool
}

// next takes one planned fault for a method, or the empty Fault.
func (f *faults) next(method string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.planned, func(p Fault) bool { return p.Method == method || p.Method == "*" })
	if i < 0 {
		return Fault{}
	}
	f.planned[i].Count--
	found := f.planned[i]
	if found.Count <= 0 {
		f.planned = slices.Delete(f.planned, i, i+1)
	}
	return found
}

// dropAck reports whether the acknowledgement at hand is to be lost.
func (f *faults) dropAck() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dropAcks <= 0 {
		return false
	}
	f.dropAcks--
	return true
}

func (f *faults) slowness() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.delay
}

func (f *faults) refusesSockets() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.refuseSockets
}

func (f *faults) pingsMuted() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mutePings
}

// change applies f under the lock.
func (f *faults) change(how func(*faults)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	how(f)
}

// pause is the slowness asked for, or the endless wait of FaultHang. It
// reports whether the call is to go on.
func (s *Server) pause(ctx context.Context, fault Fault) bool {
	if fault.Kind == FaultHang {
		select {
		case <-ctx.Done():
		case <-s.life.Done():
		}
		return false
	}
	delay := s.faults.slowness()
	return delay <= 0 || s.sleep(ctx, delay)
}

// Fail makes the next Count calls of a method fail. Faults for one method are
// used up in the order in which they were planned.
func (s *Server) Fail(f Fault) error {
	if _, ok := s.methods[f.Method]; !ok && f.Method != "*" {
		return fmt.Errorf("there is no method %q here: use one of the API methods, such as chat.update, or *", f.Method)
	}
	if !slices.Contains(faultKinds(), f.Kind) {
		return fmt.Errorf("there is no fault %q: use one of %s", f.Kind, joined(faultKinds()))
	}
	if f.Kind == FaultError && f.Error == "" {
		return fmt.Errorf("a fault of the kind error needs the code to answer in its field error, such as channel_not_found")
	}
	f.Count = max(f.Count, 1)
	f.RetryAfter = max(f.RetryAfter, 1)
	s.faults.change(func(all *faults) { all.planned = append(all.planned, f) })
	return nil
}

// Slow makes every API answer and every delivery take this much longer.
func (s *Server) Slow(by time.Duration) { s.faults.change(func(f *faults) { f.delay = by }) }

// DropAcks loses the next n acknowledgements: the app sent them, Slack never
// learns of them.
func (s *Server) DropAcks(n int) { s.faults.change(func(f *faults) { f.dropAcks = n }) }

// RefuseConnections makes new Socket Mode connections fail, or work again.
func (s *Server) RefuseConnections(refuse bool) {
	s.faults.change(func(f *faults) { f.refuseSockets = refuse })
}

// StopPings keeps back the websocket PING frames, or sends them again.
func (s *Server) StopPings(stop bool) { s.faults.change(func(f *faults) { f.mutePings = stop }) }

// AdvanceClock moves the workspace's time forward: trigger ids, response URLs
// and rate limits age, and signatures are dated ahead of the real time.
func (s *Server) AdvanceClock(by time.Duration) { s.clock.advance(by) }

// Reset takes back every fault. The clock stays where it is.
func (s *Server) Reset() {
	s.faults.change(func(f *faults) {
		f.planned, f.delay, f.dropAcks, f.refuseSockets, f.mutePings = nil, 0, 0, false, false
	})
}

func joined(kinds []FaultKind) string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k)
	}
	return strings.Join(words, ", ")
}
