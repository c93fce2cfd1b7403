package audit

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/ops"
)

// Bounds of the text, in characters. Jira takes 32,767 for a comment, and 255
// for a summary.
const (
	commentLimit = 30_000
	shortText    = 300
	longText     = 1_000
	summaryLimit = 255
)

// wiki makes a text safe inside Jira's wiki markup, on one line: it shows as it
// is, whoever wrote it. Signs that mean something only at the edge of a word
// stay plain inside one, so that names are found by search.
func wiki(text string, limit int) string {
	runes := []rune(ops.Shorten(redact.Text(text), limit))
	var out strings.Builder
	word := func(i int) bool {
		return i >= 0 && i < len(runes) && (unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]))
	}
	for i, r := range runes {
		switch {
		case r == '\\': // two of them would break the line
			out.WriteString("&#92;")
		case r == '&':
			out.WriteString("&amp;")
		case strings.ContainsRune("{}[]|!()#", r):
			out.WriteRune('\\')
			out.WriteRune(r)
		case strings.ContainsRune("*_-+^~?@<>", r) && !(word(i-1) && word(i+1)):
			out.WriteRune('\\')
			out.WriteRune(r)
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// wikiLink is a link whose text and address others wrote. Only addresses of the web
// become links.
func wikiLink(text, address string) string {
	plain := wiki(text, shortText)
	if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") || len(address) > 2_000 ||
		strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`|[]{}\"<>!`, r) }) {
		return plain
	}
	return "[" + plain + "|" + address + "]"
}

// page collects lines as long as there is room for them.
type page struct {
	text strings.Builder
	room int // in bytes, which are never fewer than characters
}

// add adds a line and tells whether there was room.
func (p *page) add(line string) bool {
	if p.text.Len()+len(line)+1 > p.room {
		return false
	}
	p.text.WriteString(line + "\n")
	return true
}

// row adds a row of the table at the top.
func (p *page) row(label, value string) {
	if value != "" {
		p.add("||" + label + "|" + value + "|")
	}
}

// commentText tells one record to the people of its ticket: what matters most
// comes first, and what does not fit is left out.
func commentText(r ops.Record) string {
	footer := fmt.Sprintf("Request %s, %s. Journal record %d, head of the chain %s.", wiki(r.Request.ID, 64), r.At.UTC().Format(time.RFC3339), r.Seq, r.Hash)
	p := &page{room: commentLimit - len(footer)}
	p.add("*" + wiki(headline(r), shortText) + "*")
	p.row("Who", wiki(who(r.Request.Actor), shortText))
	p.row("Why", wikiLink(r.Ticket.Key+": "+r.Ticket.Title, r.Ticket.URL))
	if r.Target != nil {
		p.row("Where", wiki(fmt.Sprintf("%s in cluster %s (%s)", r.Target.Object(), r.Target.Cluster, r.Target.Environment), shortText))
	}
	switch {
	case r.Outcome != nil:
		p.outcome(*r.Outcome)
	case r.Plan != nil:
		p.plan(*r.Plan)
	}
	return p.text.String() + footer
}

func (p *page) plan(plan ops.Plan) {
	p.row("Plan", wiki(plan.Headline, shortText))
	p.row("Touches", wiki(plan.Blast, shortText))
	for _, w := range plan.Warnings {
		p.row("Warning", wiki(w.Text, shortText))
	}
	const more = "* … and %d more."
	p.room -= len(more) + 10
	for i, c := range plan.Changes {
		if !p.add(fmt.Sprintf("* %s: %s → %s", wiki(c.Path, shortText), orNothing(c.Before), orNothing(c.After))) {
			p.room += len(more) + 10
			p.add(fmt.Sprintf(more, len(plan.Changes)-i))
			return
		}
	}
}

func (p *page) outcome(o ops.Outcome) {
	p.row("Result", wiki(o.Summary, longText))
	p.row("Next", wiki(o.Next, longText))
	if o.Took > 0 {
		p.row("Took", o.Took.Round(time.Second).String())
	}
	if o.Diagnosis != nil {
		for _, c := range o.Diagnosis.Causes {
			p.row("Still wrong", wiki(c.Summary, shortText))
		}
	}
	for _, f := range o.Before {
		p.row("Before", wiki(f.Label+": "+f.Text, shortText))
	}
	for _, f := range o.After {
		p.row("After", wiki(f.Label+": "+f.Text, shortText))
	}
}

func orNothing(value string) string {
	if value == "" {
		return "_nothing_"
	}
	return wiki(value, shortText)
}

// headline says what the record is about, in one clause.
func headline(r ops.Record) string {
	object := "nothing that was found"
	if r.Target != nil {
		object = r.Target.Object()
	}
	if r.Step == ops.StepStarted {
		return fmt.Sprintf("steward starts: %s %s", r.Request.Verb, object)
	}
	word := map[ops.State]string{
		ops.Succeeded: "done, and healthy",
		ops.Unhealthy: "done, but not healthy",
		ops.Failed:    "failed",
		ops.Refused:   "refused at the last check, nothing was changed",
	}[r.Outcome.State]
	return fmt.Sprintf("steward: %s %s: %s", r.Request.Verb, object, word)
}

// who names a person for people.
func who(a ops.Actor) string {
	name := a.Name
	if name == "" {
		name = a.ID
	}
	details := a.ID
	if a.Email != "" {
		details += ", " + a.Email
	}
	return fmt.Sprintf("%s (%s)", ops.Shorten(name, 80), details)
}

func incidentSummary(ticket ops.Ticket) string {
	return ops.Shorten(fmt.Sprintf("PagerDuty incident %s: %s", ticket.Key, redact.Text(ticket.Title)), summaryLimit)
}

func incidentDescription(ticket ops.Ticket) string {
	return "What steward did because of PagerDuty incident " + wikiLink(ticket.Key+": "+ticket.Title, ticket.URL) + ". Each action is a comment below."
}
