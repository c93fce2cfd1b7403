package actions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/actions/guard"
	"github.com/steward-bot/steward/ops"
)

// leaseBeat is how often the lease is renewed: a third of its 15 seconds.
const leaseBeat = 5 * time.Second

// leaseMisses is how many beats in a row may fail. After the second the lease
// has 5 seconds left, and another process may hold it soon.
const leaseMisses = 2

// errLeaseLost is why an execution stopped in the middle: two processes must
// not act on one target.
var errLeaseLost = errors.New("the lease is lost")

// keepLease renews the target's lease until release is called. When the lease
// is lost, or can no longer be kept, the context is cancelled.
func (r *Runner) keepLease(ctx context.Context, target ops.Target, req ops.Request) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		if err := r.beat(ctx, target, req); err != nil {
			r.log(req).Warn("stopping in the middle", zap.Error(err))
			cancel(err)
		}
	}()
	return ctx, func() {
		cancel(nil)
		r.unlock(context.WithoutCancel(ctx), target, req)
	}
}

// beat renews the lease until ctx ends, or gives why it cannot.
func (r *Runner) beat(ctx context.Context, target ops.Target, req ops.Request) error {
	ticker := time.NewTicker(r.Beat)
	defer ticker.Stop()
	for missed := 0; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		present, err := r.Locker.Lock(ctx, guard.Key(target), r.holder(req.ID))
		switch {
		case err == nil && present != "" && present != r.holder(req.ID):
			return fmt.Errorf("%w: %s has it", errLeaseLost, present)
		case err == nil:
			missed = 0
		case ctx.Err() == nil:
			if missed++; missed >= leaseMisses {
				return fmt.Errorf("%w: it could not be renewed: %w", errLeaseLost, err)
			}
		}
	}
}

// interrupted tells why an execution must be left to another process: this one
// is going down, or the lease is lost.
func (r *Runner) interrupted(ctx context.Context) error {
	if err := r.base.Err(); err != nil {
		return err
	}
	if cause := context.Cause(ctx); errors.Is(cause, errLeaseLost) {
		return cause
	}
	return nil
}
