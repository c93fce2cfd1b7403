package justify

import (
	"context"

	"github.com/steward-bot/steward/ops"
)

// Source is one system that justifications come from.
type Source interface {
	// System names it as the settings' accept lists do, e.g. ops.PagerDuty.
	System() string
	// Wants says in words which of its tickets would justify an action on what
	// the concern names: "the link of an open PagerDuty incident of service
	// P1". It is empty when the concern names nothing of this system.
	Wants(concern Concern) string
	// Recognise tells whether the pasted text is about this system, without
	// asking it: a nil Check and no error mean that it is not. The error is a
	// *ops.Refusal, when the text is about this system but cannot be ours.
	Recognise(pasted Pasted) (Check, error)
}

// Check asks the vendor about what was recognised, until ctx ends. It reads
// only. The error is a *ops.Refusal; its Next is filled in for it.
type Check func(ctx context.Context, concern Concern) (ops.Ticket, error)
