package guard

import (
	"context"
	"fmt"

	"github.com/steward-bot/steward/ops"
)

// Ownership warns: a plan says which controller owns the object and will undo
// the change, and the person confirms that knowingly. It refuses only when an
// owner appeared after the preview, since nobody has confirmed that.
type Ownership struct{}

// Pass compares the plan as it is now with the plan that was shown.
func (Ownership) Pass(_ context.Context, p *Passage) error {
	if !p.Plan.Warned(ops.WarnOwner) || p.Shown.Warned(ops.WarnOwner) {
		return nil
	}
	return &ops.Refusal{
		Reason: ops.Stale,
		What:   fmt.Sprintf("Nothing was changed: %s has a new owner since you looked.", p.Plan.Target.Object()),
		Why:    p.Plan.Warnings[ownerWarning(p.Plan)].Text,
		Next:   "Give the command again to see the plan as it is now.",
	}
}

func ownerWarning(plan ops.Plan) int {
	for i, w := range plan.Warnings {
		if w.Code == ops.WarnOwner {
			return i
		}
	}
	return 0
}
