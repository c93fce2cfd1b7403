package actions

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"github.com/agnivade/levenshtein"

	"github.com/steward-bot/steward/ops"
)

// seeing are the actions that let somebody know that an object exists.
var seeing = []string{"status", "diagnose"}

// lookup finds the verb, or refuses with the nearest names.
func (r *Runner) lookup(verb string) (Action, error) {
	if action, ok := r.verbs[verb]; ok {
		return action, nil
	}
	names := make([]string, 0, len(r.verbs))
	for name := range r.verbs {
		names = append(names, name)
	}
	sort.Strings(names)
	slices.SortStableFunc(names, func(a, b string) int {
		return levenshtein.ComputeDistance(verb, a) - levenshtein.ComputeDistance(verb, b)
	})
	return nil, &ops.Refusal{
		Reason:  ops.UnknownVerb,
		What:    fmt.Sprintf("steward has no verb %q.", ops.Shorten(verb, 40)),
		Next:    "See `/k8s help`.",
		Choices: names,
	}
}

// admit says who asks, finds what they ask about among what they may see, and
// asks whether they may do this there. It is called on arrival, on
// confirmation and at execution alike.
func (r *Runner) admit(ctx context.Context, req ops.Request, spec ops.Spec) (ops.Request, *ops.Target, error) {
	actor, err := r.Identity.Verify(ctx, req, spec.Write)
	if err != nil {
		return req, nil, err
	}
	req.Actor = actor
	if req.Target == "" {
		if spec.Target == ops.RequiredTarget {
			return req, nil, needsTarget(spec)
		}
		return req, nil, nil
	}
	if spec.Target == ops.NoTarget {
		return req, nil, takesNoTarget(spec, req.Target)
	}
	ref, err := ops.ParseRef(req.Target)
	if err != nil {
		return req, nil, err
	}
	target, err := r.Resolver.Resolve(ctx, ref.Or(r.Defaults(req.Place.Channel)), spec.Kinds, r.sees(req))
	if err != nil {
		return req, nil, err
	}
	if !r.Access.Allowed(actor, target, req.Place.Channel, spec.Verb) {
		return req, &target, r.Access.Refusal(actor, target, req.Place.Channel, spec.Verb)
	}
	return req, &target, nil
}

// sees tells what the asker may know of: whatever they may look at, or do this
// verb to.
func (r *Runner) sees(req ops.Request) func(ops.Target) bool {
	return func(target ops.Target) bool {
		for _, action := range seeing {
			if r.Access.Allowed(req.Actor, target, req.Place.Channel, action) {
				return true
			}
		}
		return r.Access.Allowed(req.Actor, target, req.Place.Channel, req.Verb)
	}
}

// mayDo tells on what the asker may do this very verb.
func (r *Runner) mayDo(req ops.Request) func(ops.Target) bool {
	return func(target ops.Target) bool {
		return r.Access.Allowed(req.Actor, target, req.Place.Channel, req.Verb)
	}
}

func needsTarget(spec ops.Spec) *ops.Refusal {
	return &ops.Refusal{
		Reason: ops.BadTarget,
		What:   spec.Verb + " needs a target.",
		Why:    "Nothing was named.",
		Next:   "For example: `/k8s " + example(spec) + "`.",
	}
}

func takesNoTarget(spec ops.Spec, typed string) *ops.Refusal {
	return &ops.Refusal{
		Reason: ops.BadTarget,
		What:   spec.Verb + " takes no target.",
		Why:    fmt.Sprintf("You named %q.", ops.Shorten(typed, 80)),
		Next:   "For example: `/k8s " + example(spec) + "`.",
	}
}

func example(spec ops.Spec) string {
	if len(spec.Examples) > 0 {
		return spec.Examples[0]
	}
	return spec.Verb
}
