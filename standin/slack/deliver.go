package slack

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"go.uber.org/zap"
)

// What becomes of a delivery that is not acknowledged, in Slack's words.
const (
	dispatchFailed   = "dispatch_failed"   // nobody to take it, or it was refused
	operationTimeout = "operation_timeout" // taken, but not acknowledged in time
)

// The kinds of envelope.
const (
	kindCommand     = "slash_commands"
	kindInteractive = "interactive"
	kindEvent       = "events_api"
)

// parcel is one payload on its way to the app.
type parcel struct {
	envelopeID   string
	kind         string
	payloadType  string
	payload      json.RawMessage
	retryAttempt int
	retryReason  string
	// avoid is a Socket Mode connection that must not be used; 0 for none.
	avoid int
	// replay is an HTTP request that is sent again byte for byte.
	replay *signed
}

// receipt is what Slack knows after a delivery.
type receipt struct {
	envelopeID string
	acked      bool
	failure    string // dispatchFailed or operationTimeout
	took       time.Duration
	payload    json.RawMessage // what came with the acknowledgement
	connection int
	sent       *signed // the HTTP request, in HTTP mode
	noRetry    bool
}

// carrier takes a parcel to the app and waits for the acknowledgement until
// the context ends.
type carrier interface {
	carry(ctx context.Context, p parcel) receipt
}

// lastSent is the last delivery, for Redeliver.
type lastSent struct {
	mu      sync.Mutex
	parcel  parcel
	receipt receipt
	settle  func(receipt)
}

// deliver sends a payload to the app, waits for the acknowledgement as long as
// Slack does, and settles what follows from it.
func (s *Server) deliver(kind, payloadType string, payload answer, settle func(receipt)) receipt {
	body, err := json.Marshal(payload)
	if err != nil {
		return receipt{failure: dispatchFailed} // payloads are made of strings, numbers and checked JSON
	}
	p := parcel{envelopeID: newSecret(), kind: kind, payloadType: payloadType, payload: body}
	return s.dispatch(p, settle)
}

// dispatch carries one parcel and remembers it as the last one.
func (s *Server) dispatch(p parcel, settle func(receipt)) receipt {
	rc := s.carry(p)
	s.last.mu.Lock()
	s.last.parcel, s.last.receipt, s.last.settle = p, rc, settle
	s.last.mu.Unlock()
	settle(rc)
	return rc
}

// carry takes one parcel to the app, whichever way the app listens.
func (s *Server) carry(p parcel) receipt {
	var to carrier = socketCarrier{s}
	if !s.webhooks.urls().empty() {
		to = webhookCarrier{s}
	}
	began := time.Now()
	at := s.clock.now()
	ctx, cancel := context.WithTimeout(s.life, s.timing.AckDeadline)
	defer cancel()
	var rc receipt
	if s.pause(ctx, Fault{}) {
		rc = to.carry(ctx, p)
	} else {
		rc = receipt{failure: operationTimeout}
	}
	rc.envelopeID, rc.took = p.envelopeID, time.Since(began)
	s.parcels.add(Delivery{
		At: at, Kind: p.kind, Type: p.payloadType, EnvelopeID: p.envelopeID, Connection: rc.connection,
		RetryAttempt: p.retryAttempt, RetryReason: p.retryReason, Acked: rc.acked, Error: rc.failure,
		TookMS: milliseconds(rc.took), Payload: p.payload,
	})
	s.log.Debug("slack delivery", zap.String("type", p.payloadType), zap.String("envelope", p.envelopeID), zap.Bool("acked", rc.acked),
		zap.String("error", rc.failure), zap.Duration("took", rc.took))
	return rc
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
