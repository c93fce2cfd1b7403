package bot

import (
	"strings"

	"github.com/slack-go/slack"

	"github.com/steward-bot/steward/ops"
)

// choicesLimit is how many valid choices a refusal lists: the nearest.
const choicesLimit = 15

// renderRefusal shows a no: what happened, why, what would have worked, and
// what to do now.
func renderRefusal(refusal *ops.Refusal) message {
	said := []string{"⛔ " + bold(refusal.What, 600)}
	if refusal.Why != "" {
		said = append(said, prose(refusal.Why, 1000))
	}
	if choices := listed(refusal.Choices, choicesLimit); choices != "" {
		said = append(said, "You can choose from: "+choices)
	}
	if refusal.Next != "" {
		said = append(said, prose(refusal.Next, 1000))
	}
	return message{text: prose(refusal.What, noticeLimit), blocks: lines(said)}
}

// listed shows names as code, at most limit of them.
func listed(names []string, limit int) string {
	shown := make([]string, 0, limit)
	for _, name := range names {
		if len(shown) == limit {
			shown = append(shown, "…")
			break
		}
		shown = append(shown, code(name, 120))
	}
	return strings.Join(shown, ", ")
}

// renderInternal is what people see of an error that is no refusal: nothing of
// its words, and the id under which it stands in the log.
func renderInternal(requestID string) message {
	what := "Something went wrong inside steward."
	return message{text: what, blocks: []slack.Block{section(strings.Join([]string{
		"⛔ *" + what + "*",
		"If you asked to change something, its thread and " + code("/k8s audit", 20) + " say how far it came. Otherwise nothing was changed.",
		"It is in steward's log under request " + code(requestID, 64) + ". Try again; if it stays so, give that id to whoever runs steward.",
	}, "\n"))}}
}
