package audit

import (
	"context"
	"time"

	"github.com/steward-bot/steward/ops"
)

// Sink tells records to somebody outside. The sinks there are: Jira, PagerDuty
// and Log, each with a constructor of its own; adding one is one file here and
// its making in cmd/steward/wire_audit.go.
type Sink interface {
	// Name identifies the sink in receipts. It never changes.
	Name() string
	// Wants tells whether the record is for this sink. It is asked once, when
	// the record is appended, and must not block.
	Wants(record ops.Record) bool
	// Deliver tells the record, and gives nil when that is done. It is called
	// again after any error, and after a crash even when it had succeeded:
	// delivering twice leaves one trace. A *Later says when to call again.
	// Within one request, a record is delivered after the ones before it.
	Deliver(ctx context.Context, record ops.Record) error
}

// Later is the error of a sink that knows when to be called again: its vendor
// said so, or an earlier attempt must settle first.
type Later struct {
	After time.Duration
	Err   error // why
}

// Error says why.
func (l *Later) Error() string { return l.Err.Error() }

// Unwrap gives the reason.
func (l *Later) Unwrap() error { return l.Err }

// told tells whether the record belongs into a ticket's story: what started,
// and how it ended. A request that was refused before it started is none of
// the ticket's business, since anybody can name any ticket.
func told(r ops.Record) bool {
	switch r.Step {
	case ops.StepStarted:
		return r.Ticket != nil
	case ops.StepEnded:
		return r.Ticket != nil && r.Outcome != nil
	default:
		return false
	}
}
