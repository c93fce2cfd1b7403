package bot

import (
	"context"
	"regexp"
	"strings"

	"github.com/slack-go/slack"
	"go.uber.org/zap"

	"github.com/steward-bot/steward/ops"
)

// shortcutVerb is what the message shortcut does.
const shortcutVerb = "diagnose"

// shortcutChosen asks what the message is about.
func (b *Bot) shortcutChosen(ctx context.Context, a act) error {
	req := b.request(a)
	req.Verb = shortcutVerb
	token, _, err := keep(ctx, b.store, a.user, formLife, errand{Kind: formTarget, Request: req, Thread: a.thread, ResponseURL: a.responseURL})
	if err != nil {
		return err
	}
	if _, err := b.client.openModal(ctx, a.trigger, renderTargetForm(token, guessTarget(a.shortcut.text))); err != nil {
		b.log.Info("the form for a target could not be opened", zap.Error(err))
		return tooSlow()
	}
	return nil
}

// targetGiven diagnoses the target of the form, in the thread of the message.
func (b *Bot) targetGiven(ctx context.Context, a act) error {
	e, err := b.claim(ctx, a, a.form.token, formTarget)
	if err != nil {
		return err
	}
	req := e.Request
	if req.Target, err = readTarget(a.form.value); err != nil {
		return err
	}
	return b.serve(ctx, e.talk(a), req)
}

// renderDiagnosing is shown from the submission until the answer is there.
func renderDiagnosing(target string) slack.ModalViewRequest {
	return renderNotice("*steward diagnoses "+code(target, 300)+".*", "The answer comes into the thread of the message.")
}

// readTarget reads what was typed into the form for a target.
func readTarget(value string) (string, error) {
	typed, err := readable(unmark(value))
	if err != nil {
		return "", err
	}
	_, err = ops.ParseRef(typed)
	return typed, err
}

// path finds words with a slash, as an alert writes namespace/name.
var path = regexp.MustCompile(`(^|[\s"'(\x60])([a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*){1,3})($|[\s"'),:;.\x60])`)

// guessTarget finds what an alert may be about: the first word of its text that
// reads like a target. The person corrects it.
func guessTarget(text string) string {
	found := path.FindStringSubmatch(cutRunes(text, commandLimit))
	if found == nil {
		return ""
	}
	guess := strings.TrimRight(found[2], ".-")
	if _, err := ops.ParseRef(guess); err != nil {
		return ""
	}
	return guess
}

// complaint is what is wrong with a form, as far as can be told before it is
// acknowledged: it is shown beneath the field.
func (b *Bot) complaint(a act) string {
	var err error
	switch a.form.callback {
	case formTarget:
		_, err = readTarget(a.form.value)
	case formJustification:
		var link string
		if link, err = readable(unmark(a.form.value)); err == nil && link == "" {
			return "Paste the link of the incident or the issue."
		}
	default:
		b.log.Info("a form that steward does not know", zap.String("callback_id", a.form.callback))
	}
	if err == nil {
		return ""
	}
	return cutRunes(strings.ReplaceAll(err.Error(), "`", "'"), sectionLimit)
}
