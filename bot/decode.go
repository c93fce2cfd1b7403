package bot

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
)

// act is what one person did: typed, pressed, submitted, or chose a shortcut.
// One of command, press, form and shortcut is set.
type act struct {
	id   string // of the request that follows from it
	at   time.Time
	team string
	user string
	// channel and thread are where it was done; a form is done nowhere. Story
	// is the message whose thread tells everybody what comes of it, which may
	// have no replies yet: Slack shows an ephemeral message only in a thread
	// that has some.
	channel, thread, story string
	trigger                string // opens a modal within three seconds
	responseURL            string // answers the person for half an hour
	via                    ops.Via

	command  *string
	press    *press
	form     *form
	shortcut *shortcut
}

// press is a button that was pressed.
type press struct {
	actionID  string
	token     string
	messageTS string
	ephemeral bool
	blocks    []slack.Block // of the message with the button; none if ephemeral
	text      string
}

// form is a modal that was submitted.
type form struct {
	callback string
	token    string
	viewID   string
	value    string // of its one input
}

// shortcut is the message shortcut, and the message that it was chosen on.
type shortcut struct {
	messageTS string
	text      string
}

// String says in a word what was done, for logs.
func (a act) String() string {
	switch {
	case a.command != nil:
		return string(a.via)
	case a.press != nil:
		return "press " + a.press.actionID
	case a.form != nil:
		return "submit " + a.form.callback
	default:
		return "shortcut"
	}
}

// talk is where the person is answered.
func (a act) talk() talk {
	t := talk{channel: a.channel, thread: a.thread, user: a.user, responseURL: a.responseURL}
	if a.form != nil {
		t = t.submittedIn(a.form.viewID)
	}
	return t
}

// sender is who did what a row tells: all that has to be known of it before a
// worker reads the rest. It is empty for a row of our own.
func sender(row store.Inbox) (user string) {
	var from struct {
		UserID string `json:"user_id"` // of a slash command
		User   struct {
			ID string `json:"id"`
		} `json:"user"` // of an interaction
		Event struct {
			User string `json:"user"`
		} `json:"event"`
	}
	if json.Unmarshal(row.Payload, &from) != nil {
		return "" // decode says what is wrong
	}
	switch row.Kind {
	case kindCommand:
		return from.UserID
	case kindInteractive:
		return from.User.ID
	case kindEvent:
		return from.Event.User
	default:
		return ""
	}
}

// decode reads an inbox row.
func decode(row store.Inbox) (act, error) {
	a := act{id: row.ID, at: row.At}
	var err error
	switch row.Kind {
	case kindCommand:
		err = a.readCommand(row.Payload)
	case kindEvent:
		err = a.readMention(row.Payload)
	case kindInteractive:
		err = a.readInteraction(row.Payload)
	default:
		err = fmt.Errorf("there is no payload of the kind %q", row.Kind)
	}
	return a, err
}

func (a *act) readCommand(payload []byte) error {
	var typed slack.SlashCommand
	if err := json.Unmarshal(payload, &typed); err != nil {
		return fmt.Errorf("reading a slash command: %w", err)
	}
	a.team, a.user, a.channel = typed.TeamID, typed.UserID, typed.ChannelID
	a.trigger, a.responseURL, a.via, a.command = typed.TriggerID, typed.ResponseURL, ops.ViaSlash, &typed.Text
	return nil
}

func (a *act) readMention(payload []byte) error {
	var outer slackevents.EventsAPICallbackEvent
	if err := json.Unmarshal(payload, &outer); err != nil {
		return fmt.Errorf("reading an event: %w", err)
	}
	if outer.InnerEvent == nil {
		return fmt.Errorf("the event %s is empty", outer.EventID)
	}
	var said slackevents.AppMentionEvent
	if err := json.Unmarshal(*outer.InnerEvent, &said); err != nil {
		return fmt.Errorf("reading a mention: %w", err)
	}
	a.team, a.user, a.channel, a.thread = outer.TeamID, said.User, said.Channel, said.ThreadTimeStamp
	a.story = firstNonEmpty(a.thread, said.TimeStamp)
	text := afterMention(said.Text)
	a.via, a.command = ops.ViaMention, &text
	return nil
}

func (a *act) readInteraction(payload []byte) error {
	var done slack.InteractionCallback
	if err := json.Unmarshal(payload, &done); err != nil {
		return fmt.Errorf("reading an interaction: %w", err)
	}
	a.team, a.user, a.channel = done.Team.ID, done.User.ID, done.Channel.ID
	a.trigger, a.responseURL, a.via = done.TriggerID, done.ResponseURL, ops.ViaButton
	switch done.Type {
	case slack.InteractionTypeBlockActions:
		return a.readPress(done)
	case slack.InteractionTypeViewSubmission:
		a.form = &form{callback: done.View.CallbackID, token: done.View.PrivateMetadata, viewID: done.View.ID, value: valueOf(done.View)}
	case slack.InteractionTypeMessageAction:
		a.via = ops.ViaShortcut
		a.shortcut = &shortcut{messageTS: done.Message.Timestamp, text: done.Message.Text}
		a.thread = done.Message.ThreadTimestamp
		a.story = firstNonEmpty(a.thread, done.Message.Timestamp)
	default:
		return fmt.Errorf("there is nothing to do for %q", done.Type)
	}
	return nil
}

func (a *act) readPress(done slack.InteractionCallback) error {
	if len(done.ActionCallback.BlockActions) == 0 {
		return fmt.Errorf("a press names no button")
	}
	pressed := done.ActionCallback.BlockActions[0]
	a.thread = firstNonEmpty(done.Container.ThreadTs, done.Message.ThreadTimestamp)
	a.story = a.thread
	if a.story == "" && !done.Container.IsEphemeral {
		a.story = done.Container.MessageTs
	}
	a.press = &press{
		actionID: pressed.ActionID, token: pressed.Value, messageTS: done.Container.MessageTs, ephemeral: done.Container.IsEphemeral,
		blocks: done.Message.Blocks.BlockSet, text: done.Message.Text,
	}
	if a.channel == "" {
		a.channel = done.Container.ChannelID
	}
	return nil
}

func firstNonEmpty(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// valueOf is what was typed into the one input of a form.
func valueOf(view slack.View) string {
	if view.State == nil {
		return ""
	}
	for _, actions := range view.State.Values {
		for _, input := range actions {
			return input.Value
		}
	}
	return ""
}
