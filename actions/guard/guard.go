// Package guard holds the stages that a confirmed write passes before it may
// start, one short file each. Order is the only logic here: a stage either
// lets the Passage through or gives a *ops.Refusal, and each can be doubted by
// itself.
package guard

import (
	"context"

	"github.com/steward-bot/steward/ops"
)

// Passage is one confirmed write on its way through the stages.
type Passage struct {
	Request ops.Request
	Plan    ops.Plan // made just now, with the fingerprint that was confirmed
	Shown   ops.Plan // the plan that the person saw
	// Holder names this execution to the lock.
	Holder string
	// Ticket is set by Justify; nil when the write needs no justification.
	Ticket *ops.Ticket
}

// Stage is one condition that a write must meet.
type Stage interface {
	// Pass gives nil, or a *ops.Refusal.
	Pass(ctx context.Context, p *Passage) error
}

// Stages is the guard: what a write passes, in this order.
type Stages []Stage

// Before builds the guard that stands before the start of a write.
//
// A freeze window belongs between Justify and Ownership, a second person's
// approval between Ownership and Lock: the lock comes last, so that nothing
// waits while it holds it.
func Before(justifier Justifier, locker Locker) Stages {
	return Stages{
		Justify{justifier},
		Ownership{},
		Lock{locker},
	}
}

// Again builds the guard that stands immediately before the patch, when the
// lock is already held. An approval may have taken an hour: whatever can have
// changed is asked once more.
func Again(justifier Justifier) Stages {
	return Stages{
		Justify{justifier},
		Ownership{},
	}
}

// Pass sends the passage through every stage and stops at the first refusal.
func (s Stages) Pass(ctx context.Context, p *Passage) error {
	for _, stage := range s {
		if err := stage.Pass(ctx, p); err != nil {
			return err
		}
	}
	return nil
}
