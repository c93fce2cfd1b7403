package bot

import (
	"encoding/json"

	"github.com/slack-go/slack"

	"github.com/steward-bot/steward/internal/store"
)

// reply is what goes back to Slack with the acknowledgement. A form is checked
// as far as that is possible at once; wrong tells that it has a mistake, which
// the reply shows, and that nothing is left to do.
func (b *Bot) reply(kind string, head heading, payload json.RawMessage) (reply any, wrong bool) {
	if kind != kindInteractive || head.Type != string(slack.InteractionTypeViewSubmission) {
		return nil, false
	}
	a, err := decode(store.Inbox{Kind: kind, Payload: payload})
	if err != nil {
		return nil, false // the worker says so in the log
	}
	input := map[string]string{formTarget: inputTarget, formJustification: inputJustification}[a.form.callback]
	if complaint := b.complaint(a); complaint != "" {
		return slack.NewErrorsViewSubmissionResponse(map[string]string{input: complaint}), true
	}
	view := renderChecking()
	if a.form.callback == formTarget {
		view = renderDiagnosing(a.form.value)
	}
	return slack.NewUpdateViewSubmissionResponse(&view), false
}
