package rbac

import (
	"fmt"
	"slices"
	"strings"

	"github.com/steward-bot/steward/ops"
)

// Standing is how somebody stands to a permission.
type Standing string

// The standings.
const (
	Granted   Standing = "granted"   // a rule gives it to them, here
	Denied    Standing = "denied"    // a rule takes it from them, here
	Elsewhere Standing = "elsewhere" // a rule gives it to them from another channel
	Others    Standing = "others"    // a rule gives it to somebody else, about what they may see
)

// Permission is what one scope of the policy means for one person. The fields
// are patterns, as in a Rule.
type Permission struct {
	Standing    Standing `json:"standing"`
	Actions     []string `json:"actions"`
	Environment string   `json:"environment"`
	Cluster     string   `json:"cluster"`
	Namespace   string   `json:"namespace"`
	Object      string   `json:"object"`
	Channel     string   `json:"channel"`
	Subject     string   `json:"subject"` // through which they have it, or whom to ask
}

// Permissions tells what the actor may do from the channel, what they may not,
// what they may elsewhere, and who may do more with what they can see. It
// shows nothing of other people's rules beyond the actor's own sight.
func (e *Enforcer) Permissions(actor ops.Actor, channel string) []Permission {
	p := e.current.Load()
	if actor.ID == "" {
		return nil
	}
	subjects := p.held(actor)
	var own []Rule // the asker's, that matter here
	var found []Permission
	for _, rule := range p.rules {
		if !slices.Contains(subjects, rule.Subject) {
			continue
		}
		switch here := glob(rule.Channel, channel); {
		case here:
			own = append(own, rule)
			found = add(found, map[Effect]Standing{Allow: Granted, Deny: Denied}[rule.Effect], rule)
		case rule.Effect == Allow:
			found = add(found, Elsewhere, rule)
		}
	}
	for _, rule := range p.rules {
		theirs := rule.Effect == Allow && !slices.Contains(subjects, rule.Subject) && p.somebody(rule.Subject)
		if !theirs || !glob(rule.Channel, channel) || slices.ContainsFunc(own, func(o Rule) bool { return o.Effect == Allow && gives(o, rule) }) {
			continue
		}
		if seen, ok := within(own, rule); ok {
			found = add(found, Others, seen)
		}
	}
	return found
}

// somebody tells whether there is anybody to ask behind a subject.
func (p *policy) somebody(subject string) bool {
	return !strings.HasPrefix(subject, rolePrefix) || len(p.holders[subject]) > 0
}

// looks tells whether the rule is about seeing.
func looks(rule Rule) bool {
	return slices.ContainsFunc(looking, func(action string) bool { return glob(rule.Action, action) })
}

// gives tells whether a rule reaches all that another does, with its action.
func gives(rule, other Rule) bool { return covers(rule.Action, other.Action) && reaches(rule, other) }

func reaches(rule, other Rule) bool {
	return covers(rule.Environment, other.Environment) && covers(rule.Cluster, other.Cluster) &&
		covers(rule.Namespace, other.Namespace) && covers(rule.Object, other.Object)
}

// within narrows somebody else's rule to what the asker's own rules let them
// see: a pattern that reaches further is replaced by the asker's own.
func within(own []Rule, rule Rule) (Rule, bool) {
	for _, o := range own {
		if o.Effect == Deny || !looks(o) || !overlap(o.Environment, rule.Environment) || !overlap(o.Cluster, rule.Cluster) ||
			!overlap(o.Namespace, rule.Namespace) || !overlap(o.Object, rule.Object) {
			continue
		}
		rule.Environment = narrower(o.Environment, rule.Environment)
		rule.Cluster = narrower(o.Cluster, rule.Cluster)
		rule.Namespace = narrower(o.Namespace, rule.Namespace)
		rule.Object = narrower(o.Object, rule.Object)
		hidden := slices.ContainsFunc(own, func(d Rule) bool { return d.Effect == Deny && looks(d) && reaches(d, rule) })
		return rule, !hidden
	}
	return Rule{}, false
}

func narrower(own, other string) string {
	if covers(own, other) {
		return other
	}
	return own
}

// add puts a rule's action to the permission of the same scope, or begins a
// new one.
func add(found []Permission, standing Standing, rule Rule) []Permission {
	next := Permission{
		Standing: standing, Actions: []string{rule.Action}, Subject: rule.Subject, Channel: rule.Channel,
		Environment: rule.Environment, Cluster: rule.Cluster, Namespace: rule.Namespace, Object: rule.Object,
	}
	for i, p := range found {
		if p.Standing == standing && p.Subject == next.Subject && p.Channel == next.Channel && p.scope() == next.scope() {
			if !slices.Contains(p.Actions, rule.Action) {
				found[i].Actions = append(p.Actions, rule.Action)
			}
			return found
		}
	}
	return append(found, next)
}

// scope says in words what the permission is about: "Deployment/checkout* in
// namespace shop, cluster prod-eu, environment production".
func (p Permission) scope() string {
	words := []string{p.Object}
	if p.Object == "*" {
		words[0] = "everything"
	}
	for _, part := range []struct{ name, pattern string }{
		{"namespace", p.Namespace}, {"cluster", p.Cluster}, {"environment", p.Environment},
	} {
		if part.pattern != "*" {
			words = append(words, part.name+" "+part.pattern)
		}
	}
	if len(words) == 1 {
		return words[0] + " everywhere"
	}
	return words[0] + " in " + strings.Join(words[1:], ", ")
}

// String is the permission in one line, without its standing.
func (p Permission) String() string {
	actions := strings.Join(p.Actions, ", ")
	if slices.Contains(p.Actions, "*") {
		actions = "every action"
	}
	return fmt.Sprintf("%s on %s", actions, p.scope())
}
