package guard

import (
	"context"

	"github.com/steward-bot/steward/ops"
)

// Justifier checks justifications live.
type Justifier interface {
	Needed(target ops.Target, verb string) []string
	Verify(ctx context.Context, because, verb string, target ops.Target) (ops.Ticket, error)
}

// Justify lets a write pass that needs no justification, or whose link names
// an open ticket of this very service, as the vendor says now.
type Justify struct{ Justifier Justifier }

// Pass verifies the request's link and puts the Ticket on the passage. A link
// that was given is verified even where none is needed: what is recorded as a
// reason must be true. A missing one is refused in the Justifier's words, which
// say whose tickets would do.
func (j Justify) Pass(ctx context.Context, p *Passage) error {
	if p.Request.Because == "" && len(j.Justifier.Needed(p.Plan.Target, p.Request.Verb)) == 0 {
		return nil
	}
	ticket, err := j.Justifier.Verify(ctx, p.Request.Because, p.Request.Verb, p.Plan.Target)
	if err != nil {
		return err
	}
	p.Ticket = &ticket
	return nil
}
