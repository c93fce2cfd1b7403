package actions

import (
	"context"

	"github.com/steward-bot/steward/ops"
)

// Permissions tells people what the policy means for them.
type Permissions interface {
	// Access lists what the actor may do from the channel, and whom to ask for
	// the rest, with nothing beyond the actor's own sight.
	Access(actor ops.Actor, channel string) []ops.Section
}

// AccessVerb is the verb that answers "what may I do here, and who can let me".
// Anybody may ask.
type AccessVerb struct{ Permissions Permissions }

// Spec describes access.
func (AccessVerb) Spec() ops.Spec {
	return ops.Spec{
		Verb:     "access",
		Summary:  "Show what you may do in this channel, and who can let you do more",
		Target:   ops.NoTarget,
		Examples: []string{"access"},
	}
}

// Answer reads the policy that is in force.
func (a AccessVerb) Answer(_ context.Context, q Query) (ops.Answer, error) {
	sections := a.Permissions.Access(q.Request.Actor, q.Request.Place.Channel)
	if len(sections) == 0 {
		return ops.Answer{Headline: "You may do nothing here. Ask whoever keeps steward's policy for a role."}, nil
	}
	return ops.Answer{Headline: "Your access from this channel.", Sections: sections}, nil
}
