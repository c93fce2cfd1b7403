package bot

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/steward-bot/steward/ops"
)

// The action ids of a preview. They are public: other programs press them.
const (
	actionConfirm = "confirm"
	actionCancel  = "cancel"
)

// renderPreview shows a plan with the buttons that decide it. Token is what
// stands behind both.
func renderPreview(preview ops.Preview, req ops.Request, token string, expires time.Time) message {
	plan := preview.Plan
	var blocks []slack.Block
	if preview.Stale {
		blocks = append(blocks, section("⚠️ *"+plain(plan.Target.Name, 100)+" has changed since you saw the plan that you confirmed. Nothing was done.*\nThis is the plan as it is now:"))
	}
	blocks = append(blocks, renderPlan(plan, preview.Ticket)...)
	return message{text: prose(plan.Headline, noticeLimit), blocks: append(blocks, decisions(token), smallPrint(req, expires))}
}

// decisions are the buttons of a plan.
func decisions(token string) slack.Block {
	return buttons(button(actionConfirm, token, "Confirm", slack.StylePrimary), button(actionCancel, token, "Cancel", slack.StyleDefault))
}

// smallPrint tells who can press them, and for how long.
func smallPrint(req ops.Request, expires time.Time) slack.Block {
	return aside(fmt.Sprintf("Nothing has changed yet. Only <@%s> can confirm, until %s. Request %s", req.Actor.ID, hour(expires), code(req.ID, 64)))
}

// renderPlan shows what would be done, to what, and what to know before.
func renderPlan(plan ops.Plan, ticket *ops.Ticket) []slack.Block {
	top := []string{bold(plan.Headline, 400), code(plan.Target.String(), 400) + " in " + plain(plan.Target.Environment, 60)}
	if plan.Target.Environment == "" {
		top[1] = code(plan.Target.String(), 400)
	}
	if plan.Blast != "" {
		top = append(top, prose(plan.Blast, 600))
	}
	if ticket != nil {
		top = append(top, ticketLine(*ticket))
	}
	blocks := lines(append(top, factLines(plan.Facts)...))
	if len(plan.Changes) > 0 {
		blocks = append(blocks, fence(diff(plan.Changes))...)
	}
	for _, warning := range plan.Warnings {
		blocks = append(blocks, section("⚠️ "+prose(warning.Text, 1000)))
	}
	return blocks
}

// diff shows changes as a unified diff does: the path, then what goes and what
// comes.
func diff(changes []ops.Change) []string {
	var shown []string
	for _, change := range changes {
		shown = append(shown, change.Path)
		for _, side := range []struct{ sign, value string }{{"- ", change.Before}, {"+ ", change.After}} {
			if side.value == "" {
				continue
			}
			for _, line := range strings.Split(side.value, "\n") {
				shown = append(shown, side.sign+line)
			}
		}
	}
	return shown
}

func factLines(facts []ops.Fact) []string {
	safe := make([]string, 0, len(facts))
	for _, fact := range facts {
		safe = append(safe, "• "+plain(fact.Label, 80)+": "+prose(fact.Text, 500))
	}
	return safe
}

// ticketLine shows the justification as the vendor gave it.
func ticketLine(ticket ops.Ticket) string {
	said := "Because " + link(ticket.URL, ticket.Key)
	if ticket.Title != "" {
		said += " “" + plain(ticket.Title, 200) + "”"
	}
	about := []string{ticket.Status, ticket.Concern}
	if !ticket.Checked.IsZero() {
		about = append(about, "checked "+hour(ticket.Checked))
	}
	var known []string
	for _, part := range about {
		if part != "" {
			known = append(known, plain(part, 200))
		}
	}
	return said + " (" + strings.Join(known, ", ") + ")"
}

// link shows an address under a name. What is no plain web address is shown as
// the name alone: it could close the markup and say something else.
func link(address, name string) string {
	label := orDash(plain(name, 100))
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.Host == "" || len(address) > 1000 ||
		strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("<>|\"`", r) }) {
		return label
	}
	return "<" + neutral(address) + "|" + strings.ReplaceAll(label, "|", "¦") + ">"
}

// hour is a time of day, in the one zone that everybody's logs have.
func hour(at time.Time) string { return at.UTC().Format("15:04:05") + " UTC" }

// moment is a time with its day, for what may be older than today.
func moment(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05") + " UTC" }
