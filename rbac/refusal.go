package rbac

import (
	"fmt"
	"slices"
	"strings"

	"github.com/steward-bot/steward/ops"
)

// doing are the verbs in words, about "it" and about a name.
var doing = map[string][2]string{
	"rollback":    {"roll it back", "roll back %s"},
	"rollforward": {"roll it forward", "roll forward %s"},
	"restart":     {"restart it", "restart %s"},
	"scale":       {"scale it", "scale %s"},
	"diagnose":    {"diagnose it", "diagnose %s"},
}

func doIt(action string) string {
	if words, ok := doing[action]; ok {
		return words[0]
	}
	return "use " + action + " on it"
}

func doTo(action, name string) string {
	if words, ok := doing[action]; ok {
		return fmt.Sprintf(words[1], name)
	}
	return "use " + action + " on " + name
}

// Refusal explains a no: which of the asker's own rules comes nearest, who may
// do it here, and from where the asker may. Of an object that the asker may
// not see it says the same as if there were none, and it never names another.
func (e *Enforcer) Refusal(actor ops.Actor, target ops.Target, channel, action string) *ops.Refusal {
	p := e.current.Load()
	q, subjects := ask(target, channel, action), p.held(actor)
	if actor.ID == "" || !q.complete() || !p.sees(subjects, q) {
		return &ops.Refusal{
			Reason: ops.NotAllowed,
			What:   "You may not " + doTo(action, target.Name) + " here.",
			Why:    "Nothing of that name is within what you may see from this channel.",
			Next:   "Check the name, look at `/k8s access`, or ask whoever keeps steward's policy.",
		}
	}
	return &ops.Refusal{
		Reason: ops.NotAllowed,
		What:   fmt.Sprintf("You can see %s but not %s here.", target.Name, doIt(action)),
		Why:    p.why(subjects, q),
		Next:   p.next(subjects, q),
	}
}

// why names what is missing, from the asker's own rules alone.
func (p *policy) why(subjects []string, q question) string {
	var nearest *field
	for _, rule := range p.rules {
		if !slices.Contains(subjects, rule.Subject) {
			continue
		}
		missed := rule.misses(q)
		if rule.Effect == Deny && len(missed) == 0 {
			return fmt.Sprintf("Line %d of %s denies it to %s, and a deny beats every allow.", rule.Line, p.file, subjectWords(rule.Subject))
		}
		if rule.Effect == Allow && len(missed) == 1 && missed[0].name != "ACTION" && nearest == nil {
			nearest = &missed[0]
		}
	}
	if nearest == nil {
		return fmt.Sprintf("None of your rules allows %s on it.", q.action)
	}
	return fmt.Sprintf("Your rules allow %s %s.", q.action, nearest.instead())
}

// instead says where a field's pattern would have matched.
func (f field) instead() string {
	switch f.name {
	case "CHANNEL":
		if f.asked == "" {
			return "from channel " + f.pattern + ", not from the command line"
		}
		return "from channel " + f.pattern + ", not from this one"
	case "KIND/NAME":
		return "on " + f.pattern + ", not on " + f.asked
	case "NAMESPACE":
		return "in namespace " + f.pattern + ", not in " + orNone(f.asked)
	case "CLUSTER":
		return "on cluster " + f.pattern + ", not on " + f.asked
	default:
		return "in environment " + f.pattern + ", not in " + f.asked
	}
}

func orNone(namespace string) string {
	if namespace == "" {
		return "objects without one"
	}
	return namespace
}

// next says whom to ask and which channel to use: only what would really work.
func (p *policy) next(subjects []string, q question) string {
	var ways []string
	if people := peopleWords(p.able(subjects, q)); people != "" {
		ways = append(ways, "ask "+people)
	}
	if channels := p.channels(subjects, q); len(channels) > 0 {
		ways = append(ways, "use channel "+few(channels))
	}
	if len(ways) == 0 {
		return fmt.Sprintf("Ask whoever keeps %s: nobody may do this here.", p.file)
	}
	text := strings.Join(ways, ", or ")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// able gives the subjects that may do it here: people, groups, and roles that
// somebody has.
func (p *policy) able(subjects []string, q question) []string {
	var able []string
	for _, rule := range p.rules {
		if rule.Effect == Deny || slices.Contains(subjects, rule.Subject) || slices.Contains(able, rule.Subject) || len(rule.misses(q)) > 0 {
			continue
		}
		if !p.somebody(rule.Subject) || !p.allows(p.withRoles([]string{rule.Subject}), q) {
			continue
		}
		able = append(able, rule.Subject)
	}
	for i, subject := range able {
		if holders := p.holders[subject]; len(holders) > 0 {
			able[i] = subject + " (" + few(wordsOf(holders)) + ")"
		}
	}
	return able
}

// channels gives the channels from which the asker may do it.
func (p *policy) channels(subjects []string, q question) []string {
	var found []string
	tried := map[string]bool{q.channel: true}
	for _, rule := range p.rules {
		if tried[rule.Channel] || strings.ContainsAny(rule.Channel, "*?") || !slices.Contains(subjects, rule.Subject) {
			continue
		}
		tried[rule.Channel] = true
		elsewhere := q
		elsewhere.channel = rule.Channel
		if p.allows(subjects, elsewhere) {
			found = append(found, rule.Channel)
		}
	}
	return found
}

// peopleWords tells whom to ask: "somebody in group S1 or role shop-oncall, or
// user U1".
func peopleWords(able []string) string {
	var crowds, persons []string
	for _, subject := range able {
		if strings.HasPrefix(subject, "user:") {
			persons = append(persons, subjectWords(subject))
		} else {
			crowds = append(crowds, subjectWords(subject))
		}
	}
	switch {
	case len(crowds) == 0:
		return few(persons)
	case len(persons) == 0:
		return "somebody in " + few(crowds)
	}
	return "somebody in " + few(crowds) + ", or " + few(persons)
}

// subjectWords writes "group:S1" as "group S1".
func subjectWords(subject string) string {
	if subject == everybody {
		return "everybody"
	}
	return strings.Replace(subject, ":", " ", 1)
}

func wordsOf(subjects []string) []string {
	words := make([]string, len(subjects))
	for i, subject := range subjects {
		words[i] = subjectWords(subject)
	}
	return words
}

// few joins up to three choices.
func few(choices []string) string {
	const most = 3
	if len(choices) > most {
		return fmt.Sprintf("%s or %d more", strings.Join(choices[:most], ", "), len(choices)-most)
	}
	if len(choices) < 2 {
		return strings.Join(choices, "")
	}
	last := len(choices) - 1
	return strings.Join(choices[:last], ", ") + " or " + choices[last]
}
