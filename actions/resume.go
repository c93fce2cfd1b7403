package actions

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/actions/guard"
	"github.com/steward-bot/steward/ops"
)

// ErrBusy tells the caller of Execute that another process is at work on the
// request: look again when its lease may have run out.
var ErrBusy = errors.New("another process holds the lease")

// Execute takes up one started write, by its request id: the handler of the
// durable job that goes into the journal's transaction. It does nothing when
// the write has ended, and gives ErrBusy while somebody else is at it.
func (r *Runner) Execute(ctx context.Context, requestID string) error {
	s, ended, err := r.recall(ctx, requestID)
	if err != nil || ended {
		return err
	}
	holder := r.holder(requestID)
	present, err := r.Locker.Lock(ctx, guard.Key(*s.started.Target), holder)
	if err != nil {
		return fmt.Errorf("locking the target of request %s: %w", requestID, err)
	}
	if present != "" && present != holder {
		return ErrBusy
	}
	if r.mine(requestID) {
		return ErrBusy // this very process is at it: the lease is ours already
	}
	defer r.forget(requestID)
	// Whoever had the lease until now may have ended the write since we looked.
	now, ended, err := r.recall(ctx, requestID)
	if err != nil || ended {
		r.unlock(ctx, *s.started.Target, s.started.Request)
		return err
	}
	s = now
	r.log(s.started.Request).Info("resumed")
	record := &ops.Record{Step: ops.StepResumed, Request: s.started.Request, Target: s.started.Target, Plan: s.started.Plan, Ticket: s.started.Ticket, Summary: "taken up again after a restart"}
	if err := r.record(ctx, record); err != nil {
		return err
	}
	return r.execute(ctx, s)
}

// Resume takes up every write that the journal says has started and not
// ended. Call it once at start.
func (r *Runner) Resume(ctx context.Context) error {
	records, err := r.Journal.Records(ctx, ops.Query{Open: true})
	if err != nil {
		return fmt.Errorf("reading the journal for what was under way: %w", err)
	}
	for _, record := range records {
		id := record.Request.ID
		r.running.Go(func() {
			if err := r.Execute(r.base, id); err != nil {
				r.Log.Info("the execution is left to its job", zap.String("request_id", id), zap.Error(err))
			}
		})
	}
	return nil
}

// recall reads what the journal says of a request.
func (r *Runner) recall(ctx context.Context, requestID string) (story, bool, error) {
	records, err := r.Journal.Records(ctx, ops.Query{RequestID: requestID})
	if err != nil {
		return story{}, false, fmt.Errorf("reading the journal of request %s: %w", requestID, err)
	}
	s := story{resumed: true}
	found := false
	for _, record := range records {
		switch record.Step {
		case ops.StepStarted:
			s.started, found = record, true
		case ops.StepApplied:
			s.applied = true
		case ops.StepEnded:
			return s, true, nil
		default:
		}
	}
	if !found {
		return s, false, fmt.Errorf("the journal holds no start of request %s", requestID)
	}
	return s, false, nil
}
