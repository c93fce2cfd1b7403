package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"
)

// Job is durable work: it is done once committed, if need be by the next
// process. It may be done twice, so its handler is idempotent.
type Job struct {
	Kind string // names the handler: lower-case letters, digits and dashes, two or more
	// Key makes the job unique: while a job of the kind and key waits or runs,
	// another is not inserted. Jobs with an empty key are all inserted.
	Key     string
	Payload []byte
	At      time.Time // not before; zero means now
}

var jobKind = regexp.MustCompile(`^[a-z][a-z0-9-]{1,63}$`)

// Handler does the jobs of one kind. An error brings the job back after a
// while, for ever: after a second at first, after five minutes at most. Cancel
// and Snooze make errors that do otherwise. A panic counts as an error. The
// context ends after a deadline of two hours or when the process stops; a job
// that was cut short is done again.
type Handler func(ctx context.Context, payload []byte) error

type cancelled struct{ error }

func (c cancelled) Unwrap() error { return c.error }

// Cancel makes the error by which a handler says that its job can never be
// done.
func Cancel(err error) error { return cancelled{err} }

type snoozed struct{ time.Duration }

func (s snoozed) Error() string { return fmt.Sprintf("again in %s", s.Duration) }

// Snooze makes the error by which a handler says that its job is to be done
// later. It does not count as a failure.
func Snooze(d time.Duration) error { return snoozed{d} }

// Enqueue commits jobs.
func (s *Store) Enqueue(ctx context.Context, jobs ...Job) error {
	return s.write(ctx, "enqueuing a job", func(tx tx) error { return tx.insert(ctx, jobs) })
}

// The intervals between the attempts at a failing job: they double from the
// first to the last.
const (
	firstRetry = time.Second
	lastRetry  = 5 * time.Minute
	// doublings is how many attempts it takes to come to lastRetry. Later
	// failures are no longer counted, so that a vendor that is down for a
	// month fills no table with errors.
	doublings = 10
)

// retryIn is how long to wait after the attempt-th failure, from 1.
func retryIn(attempt int) time.Duration {
	if attempt < 1 {
		return firstRetry
	}
	if attempt >= doublings {
		return lastRetry
	}
	return min(firstRetry<<(attempt-1), lastRetry)
}

// recovered calls the handler, and turns its panic into an error.
func (h Handler) recovered(ctx context.Context, payload []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the handler panicked: %v", p)
		}
	}()
	return h(ctx, payload)
}

func validate(jobs []Job) error {
	for _, job := range jobs {
		if !jobKind.MatchString(job.Kind) {
			return fmt.Errorf("the job kind %q is not made of two or more lower-case letters, digits and dashes", job.Kind)
		}
	}
	return nil
}

var errReadOnly = errors.New("the state was opened for reading only")
