package bot

import (
	"context"
	"errors"
	"strings"

	"github.com/slack-go/slack"
	"go.uber.org/zap"

	"github.com/steward-bot/steward/ops"
)

// justificationForm opens the form for a link, at the press of a button: where
// a command came without a trigger, this press brings one.
func (b *Bot) justificationForm(ctx context.Context, a act) error {
	e, err := b.look(ctx, a.user, a.press.token, formJustification)
	if err != nil {
		return err
	}
	if _, err := b.client.openModal(ctx, a.trigger, renderJustification(a.press.token, e.Request, e.Why, nil)); err != nil {
		b.log.Info("the form for a link could not be opened", zap.Error(err))
		return tooSlow()
	}
	return nil
}

// justified goes on with a write whose link was given in the form.
func (b *Bot) justified(ctx context.Context, a act) error {
	e, err := b.claim(ctx, a, a.form.token, formJustification)
	if err != nil {
		return err
	}
	req := e.Request
	req.Because, err = readable(unmark(a.form.value))
	if err != nil {
		return err
	}
	b.log.Info("justified", zap.String("request_id", req.ID), zap.String("by_payload", a.id))
	t := e.talk(a)
	reply, err := b.runner.Run(ctx, req)
	var refusal *ops.Refusal
	switch {
	case err == nil && reply.Preview != nil:
		return b.preview(ctx, t, req, *reply.Preview)
	case err == nil && reply.Ask != nil:
		return b.ask(ctx, t, req, *reply.Ask)
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &refusal) && aboutTheLink(refusal):
		return b.askAgain(ctx, t, req, e, refusal)
	case errors.As(err, &refusal):
		return b.tell(ctx, t, renderRefusal(refusal))
	case err != nil:
		b.log.Error("a justified request failed", zap.String("request_id", req.ID), zap.Error(err))
		return b.tell(ctx, t, renderInternal(req.ID))
	}
	return nil
}

// askAgain shows the form once more with what was wrong, under a new token.
func (b *Bot) askAgain(ctx context.Context, t talk, req ops.Request, e errand, refusal *ops.Refusal) error {
	e.Request.Because = ""
	token, _, err := keep(ctx, b.store, req.Actor.ID, formLife, e)
	if err != nil {
		return err
	}
	return b.show(ctx, t, renderJustification(token, req, e.Why, refusal), renderRefusal(refusal))
}

// aboutTheLink tells whether another link, or the same a little later, may do.
func aboutTheLink(refusal *ops.Refusal) bool {
	return strings.HasPrefix(string(refusal.Reason), "justification-") || refusal.Reason == ops.Unavailable
}

// renderChecking is shown from the submission until the link was checked.
func renderChecking() slack.ModalViewRequest {
	return renderNotice("*steward checks the link.*", "The plan comes next. Nothing has changed yet.")
}
