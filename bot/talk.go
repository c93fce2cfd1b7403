package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/slack-go/slack"
	"go.uber.org/zap"
)

// talk is where one person is answered.
type talk struct {
	channel     string
	thread      string // empty outside a thread
	user        string
	responseURL string // empty for a mention
	view        string // the modal that is open for this request, if any
	// settled is when the modal may be updated. An acknowledgement that changes
	// it may reach Slack after our next call, and would undo that.
	settled time.Time
}

// ackSettles is how long the acknowledgement of a form is given to reach Slack.
const ackSettles = 300 * time.Millisecond

// submittedIn is the talk about a form that was submitted just now.
func (t talk) submittedIn(viewID string) talk {
	t.view, t.settled = viewID, time.Now().Add(ackSettles)
	return t
}

// update changes the open modal.
func (b *Bot) update(ctx context.Context, t talk, view slack.ModalViewRequest) error {
	select {
	case <-time.After(time.Until(t.settled)):
	case <-ctx.Done():
	}
	return b.client.updateModal(ctx, t.view, view)
}

// whisper tells one person something, however long. In a thread it is said
// there; elsewhere by the response_url, which also works where the bot is no
// member. Each way stands in for the other. What Slack refuses both ways is
// logged: there is nobody left to tell.
func (b *Bot) whisper(ctx context.Context, t talk, m message) error {
	for _, page := range pages(m) {
		byURL := func() error { return b.client.respond(ctx, t.responseURL, page, false) }
		byAPI := func() error { return b.client.whisper(ctx, t.channel, t.thread, t.user, page) }
		ways := []func() error{byAPI, byURL}
		switch {
		case t.responseURL == "":
			ways = ways[:1]
		case t.thread == "":
			ways = []func() error{byURL, byAPI}
		}
		if err := firstOf(ways); err != nil {
			if !forGood(err) {
				return fmt.Errorf("telling %s in %s: %w", t.user, t.channel, err)
			}
			b.log.Error("Slack takes no answer for this person", zap.String("user", t.user), zap.String("channel", t.channel), zap.String("answer", m.text), zap.Error(err))
			return nil
		}
	}
	return nil
}

// firstOf tries one way after the other until one works, or until waiting could
// help.
func firstOf(ways []func() error) error {
	var err error
	for _, way := range ways {
		if err = way(); err == nil || !forGood(err) {
			return err
		}
	}
	return err
}

// forGood tells whether trying again cannot help.
func forGood(err error) bool {
	var permanent *backoff.PermanentError
	return errors.As(retryable(err), &permanent)
}

// show puts a notice into the open modal, or tells the person if there is none
// or it was closed meanwhile.
func (b *Bot) show(ctx context.Context, t talk, view slack.ModalViewRequest, otherwise message) error {
	if t.view == "" {
		return b.whisper(ctx, t, otherwise)
	}
	err := b.update(ctx, t, view)
	if err != nil && forGood(err) {
		b.log.Info("the modal is closed: the answer goes to the channel", zap.String("user", t.user), zap.Error(err))
		return b.whisper(ctx, t, otherwise)
	}
	return err
}

// tell shows a message in the open modal, or whispers it.
func (b *Bot) tell(ctx context.Context, t talk, m message) error {
	return b.show(ctx, t, modal(m.blocks), m)
}

// renderTooLate is the answer to what was asked before a long absence.
func renderTooLate(at time.Time) message {
	what := "steward could not answer in time."
	return message{text: what, blocks: []slack.Block{section("⛔ *" + what + "*\nIt was away after what you did here at " + hour(at) +
		". If you had confirmed a change, its thread says what became of it; nothing else was done. Give the command again if you still need it.")}}
}
