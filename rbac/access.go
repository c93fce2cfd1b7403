package rbac

import (
	"fmt"

	"github.com/steward-bot/steward/ops"
)

// Access answers "what may I do here, and who can let me" for people to read.
func (e *Enforcer) Access(actor ops.Actor, channel string) []ops.Section {
	p := e.current.Load()
	lines := map[Standing][]string{}
	for _, permission := range e.Permissions(actor, channel) {
		line := permission.String()
		switch permission.Standing {
		case Granted:
			line += " (" + through(permission.Subject) + ")"
		case Denied:
			line += " (" + barred(permission.Subject) + ")"
		case Elsewhere:
			line += fmt.Sprintf(", from channel %s (%s)", permission.Channel, through(permission.Subject))
		case Others:
			line += ": " + p.whom(permission.Subject)
		}
		lines[permission.Standing] = append(lines[permission.Standing], line)
	}
	sections := []ops.Section{{Title: "What you may do here", Lines: lines[Granted]}}
	if len(lines[Granted]) == 0 {
		sections[0].Lines = []string{"Nothing. Ask whoever keeps steward's policy, " + p.file + "."}
	}
	for _, part := range []struct {
		standing Standing
		title    string
	}{
		{Denied, "What you may not, whatever allows it"},
		{Elsewhere, "What you may do from other channels"},
		{Others, "Whom to ask for the rest"},
	} {
		if len(lines[part.standing]) > 0 {
			sections = append(sections, ops.Section{Title: part.title, Lines: lines[part.standing]})
		}
	}
	return sections
}

func through(subject string) string {
	if subject == everybody {
		return "as everybody may"
	}
	return "through " + subjectWords(subject)
}

func barred(subject string) string {
	if subject == everybody {
		return "nobody may"
	}
	return through(subject)
}

// whom names a subject with its members.
func (p *policy) whom(subject string) string {
	words := subjectWords(subject)
	if holders := p.holders[subject]; len(holders) > 0 {
		words += " (" + few(wordsOf(holders)) + ")"
	}
	return words
}
