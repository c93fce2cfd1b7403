package guard

import (
	"context"
	"fmt"
	"strings"

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
// reason must be true.
func (j Justify) Pass(ctx context.Context, p *Passage) error {
	accept := j.Justifier.Needed(p.Plan.Target, p.Request.Verb)
	if p.Request.Because == "" {
		if len(accept) == 0 {
			return nil
		}
		return Missing(p.Plan.Target, p.Request.Verb, accept)
	}
	ticket, err := j.Justifier.Verify(ctx, p.Request.Because, p.Request.Verb, p.Plan.Target)
	if err != nil {
		return err
	}
	p.Ticket = &ticket
	return nil
}

// Missing is the refusal of a write that came without the justification it
// needs.
func Missing(target ops.Target, verb string, accept []string) *ops.Refusal {
	return &ops.Refusal{
		Reason: ops.JustificationMissing,
		What:   fmt.Sprintf("%s needs a justification for %s.", strings.ToUpper(verb[:1])+verb[1:], target.Object()),
		Why:    fmt.Sprintf("%s is in %s, where this is not done without one.", target.Cluster, environment(target)),
		Next:   "Add `because LINK` with " + Accepted(accept) + ".",
	}
}

// Accepted says in words which links would do.
func Accepted(systems []string) string {
	words := make([]string, 0, len(systems))
	for _, system := range systems {
		switch system {
		case ops.PagerDuty:
			words = append(words, "the link of an open PagerDuty incident of this service")
		case ops.Jira:
			words = append(words, "the link or key of an approved Jira ticket of this service")
		default:
			words = append(words, "a link of "+system)
		}
	}
	return strings.Join(words, ", or ")
}

func environment(target ops.Target) string {
	if target.Environment == "" {
		return "an environment without a name"
	}
	return target.Environment
}
