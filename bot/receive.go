package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/internal/store"
)

// The kinds of payload, in the words of Socket Mode's envelopes.
const (
	kindCommand     = "slash_commands"
	kindInteractive = "interactive"
	kindEvent       = "events_api"
)

// receiveDeadline bounds the commit before an acknowledgement: Slack gives up
// after three seconds.
const receiveDeadline = 2500 * time.Millisecond

// delivery is one payload as it came in.
type delivery struct {
	kind string
	// id tells this delivery from all others: the envelope id, or what stands
	// for it over HTTP.
	id      string
	payload json.RawMessage
	at      time.Time
}

// heading is what has to be known of a payload before it is acknowledged.
type heading struct {
	Type      string `json:"type"`
	TriggerID string `json:"trigger_id"`
	EventID   string `json:"event_id"`
	Event     struct {
		Type   string `json:"type"`
		BotID  string `json:"bot_id"`
		User   string `json:"user"`
		Edited any    `json:"edited"`
	} `json:"event"`
}

// receive commits a payload to the inbox, and gives what goes back with the
// acknowledgement. An error means that it must not be acknowledged: Slack then
// tells the person, or delivers it again.
func (b *Bot) receive(ctx context.Context, d delivery) (ack any, err error) {
	var head heading
	if err := json.Unmarshal(d.payload, &head); err != nil {
		b.log.Warn("a payload from Slack is no JSON", zap.String("kind", d.kind), zap.Error(err))
		return nil, nil // it will not be better the second time
	}
	if !b.concernsUs(d.kind, head) {
		return nil, nil
	}
	ack, wrong := b.reply(d.kind, head, d.payload)
	if wrong {
		return ack, nil // a form with a mistake: shown at once, nothing to do
	}
	row := store.Inbox{ID: newID(), EnvelopeID: d.id, TriggerID: once(head), Kind: d.kind, Payload: withoutToken(d.payload), At: d.at}
	ctx, cancel := context.WithTimeout(ctx, receiveDeadline)
	defer cancel()
	fresh, err := b.store.Receive(ctx, row)
	if err != nil {
		return nil, fmt.Errorf("committing a %s payload to the inbox: %w", d.kind, err)
	}
	if !fresh {
		b.metrics.duplicates.Inc()
		b.log.Info("a payload was delivered again: acknowledged, not done twice", zap.String("kind", d.kind), zap.String("delivery", d.id))
		return nil, nil
	}
	b.work(row, false)
	return ack, nil
}

// once is what a redelivery under another envelope id has in common with the
// first: the trigger, or the event.
func once(head heading) string {
	switch {
	case head.TriggerID != "":
		return head.TriggerID
	case head.EventID != "":
		return "event:" + head.EventID
	default:
		return ""
	}
}

// concernsUs tells whether there is anything to do. Other bots' mentions are
// not answered: two bots could talk for ever.
func (b *Bot) concernsUs(kind string, head heading) bool {
	switch kind {
	case kindCommand:
		return true
	case kindInteractive:
		return head.Type == "block_actions" || head.Type == "view_submission" || head.Type == "message_action"
	case kindEvent:
		self, _ := b.self.Load().(string)
		return head.Event.Type == "app_mention" && head.Event.BotID == "" && head.Event.Edited == nil && head.Event.User != self
	default:
		return false
	}
}

// withoutToken takes Slack's old verification token out of what is kept.
func withoutToken(payload json.RawMessage) json.RawMessage {
	var parts map[string]json.RawMessage
	if json.Unmarshal(payload, &parts) != nil || parts["token"] == nil {
		return payload
	}
	delete(parts, "token")
	kept, err := json.Marshal(parts)
	if err != nil {
		return payload
	}
	return kept
}
