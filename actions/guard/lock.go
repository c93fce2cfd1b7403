package guard

import (
	"context"
	"fmt"
	"strings"

	"github.com/steward-bot/steward/ops"
)

// Locker keeps writes on one target from overlapping, across processes.
type Locker interface {
	// Lock gives "" when holder has the lease, or else who has it.
	Lock(ctx context.Context, key, holder string) (present string, err error)
}

// Lock lets one write at a time act on a target. Two people press the button
// at once: the first acts, the second is told so.
type Lock struct{ Locker Locker }

// Pass takes the target's lease.
func (l Lock) Pass(ctx context.Context, p *Passage) error {
	present, err := l.Locker.Lock(ctx, Key(p.Plan.Target), p.Holder)
	if err != nil {
		return &ops.Refusal{
			Reason: ops.Unavailable,
			What:   "Nothing was changed: steward could not lock " + p.Plan.Target.Object() + ".",
			Why:    "Its own store did not answer.",
			Next:   "Try again; if it stays so, ask whoever runs steward to look at /readyz.",
			Err:    fmt.Errorf("locking %s: %w", p.Plan.Target.Object(), err),
		}
	}
	if present == "" || present == p.Holder {
		return nil
	}
	return Busy(p.Plan.Target, present)
}

// Key names the lease of a target. The uid is not part of it: a recreated
// object under the same name is still one at a time.
func Key(target ops.Target) string { return "target/" + target.Cluster + "/" + target.Object() }

// Holder names one process's execution of one request.
func Holder(requestID, instance string) string { return requestID + "@" + instance }

// Busy is the refusal of a second write on a target that is being changed.
func Busy(target ops.Target, present string) *ops.Refusal {
	other, _, _ := strings.Cut(present, "@")
	return &ops.Refusal{
		Reason: ops.Locked,
		What:   fmt.Sprintf("Nothing was changed: another action on %s is under way.", target.Object()),
		Why:    fmt.Sprintf("Request %s holds it; one write at a time on a target.", other),
		Next:   "Wait for its result in its thread, then look again.",
	}
}
