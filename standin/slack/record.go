package slack

import (
	"encoding/json"
	"sync"
	"time"
)

// Call is one Web API call as the server saw it.
type Call struct {
	At     time.Time `json:"at"`
	Method string    `json:"method"`
	// Args are the arguments without the token.
	Args map[string]any `json:"args"`
	// Status is the HTTP status; Answer the body, nil where there was none.
	Status int            `json:"status"`
	Answer map[string]any `json:"answer"`
}

// Delivery is one thing that was sent, or would have been sent, to the app.
type Delivery struct {
	At time.Time `json:"at"`
	// Kind is slash_commands, interactive or events_api.
	Kind string `json:"kind"`
	// Type is the payload's own type: block_actions, view_submission, … For a
	// slash command it is "slash_command", for an event the event's type.
	Type       string `json:"type"`
	EnvelopeID string `json:"envelope_id"`
	// Connection is the number of the Socket Mode connection; 0 in HTTP mode.
	Connection   int    `json:"connection"`
	RetryAttempt int    `json:"retry_attempt"`
	RetryReason  string `json:"retry_reason"`
	Acked        bool   `json:"acked"`
	// Error is operation_timeout or dispatch_failed when it was not acked.
	Error   string          `json:"error"`
	TookMS  float64         `json:"took_ms"`
	Payload json.RawMessage `json:"payload"`
}

// Calls returns the last API calls, oldest first.
func (s *Server) Calls() []Call { return s.calls.all() }

// Deliveries returns the last payloads that went to the app, oldest first.
func (s *Server) Deliveries() []Delivery { return s.parcels.all() }

// ring remembers the last items of something.
type ring[T any] struct {
	size int

	mu    sync.Mutex
	items []T
}

func newRing[T any](size int) *ring[T] { return &ring[T]{size: size} }

func (r *ring[T]) add(item T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.items) == r.size {
		r.items = r.items[1:]
	}
	r.items = append(r.items, item)
}

func (r *ring[T]) all() []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]T{}, r.items...)
}
