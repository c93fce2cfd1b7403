package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"
	"go.uber.org/zap"

	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
)

// confirm takes a plan that its requester confirmed to the Runner. The Runner
// checks everything again: the button carries no right of its own.
func (b *Bot) confirm(ctx context.Context, a act) error {
	e, err := b.decide(ctx, a)
	if err != nil {
		return err
	}
	req := e.Request
	req.Confirmed = e.Confirms
	reply, err := b.runner.Run(ctx, req)
	if err != nil && ctx.Err() != nil {
		return ctx.Err() // we are going down: the next process goes on with this press
	}
	by := fmt.Sprintf("by <@%s> at %s", a.user, hour(time.Now()))
	var refusal *ops.Refusal
	switch {
	case errors.As(err, &refusal) && passes(refusal):
		b.reopen(ctx, a, e, by, refusal)
		return refusal
	case errors.As(err, &refusal):
		b.close(ctx, a, req, "⛔ Confirmed "+by+", and refused: "+prose(refusal.What, 600))
		return refusal
	case err != nil:
		b.log.Error("a confirmed request failed", zap.String("request_id", req.ID), zap.Error(err))
		b.close(ctx, a, req, "⛔ Confirmed "+by+", and failed inside steward.")
		return b.whisper(ctx, a.talk(), renderInternal(req.ID))
	case reply.Preview != nil:
		b.close(ctx, a, req, "Confirmed "+by+", but the object has changed since. Nothing was done; there is a new plan in the thread.")
		return b.preview(ctx, a.talk(), req, *reply.Preview)
	case reply.Ask != nil:
		b.close(ctx, a, req, "Confirmed "+by+", but a justification is needed now. Nothing was done.")
		return b.ask(ctx, a.talk(), req, *reply.Ask)
	default:
		b.closeMessage(ctx, a, "Confirmed "+by+". It is under way.")
		return nil // the Narrator says so in the channel
	}
}

// passes tells whether a refusal is likely to pass by itself.
func passes(refusal *ops.Refusal) bool {
	return refusal.Reason == ops.Unavailable || refusal.Reason == ops.Locked
}

// reopen gives a plan new buttons after a refusal that passes by itself: nobody
// should have to type the command again because PagerDuty was slow.
func (b *Bot) reopen(ctx context.Context, a act, e errand, by string, refusal *ops.Refusal) {
	log := b.log.With(zap.String("request_id", e.Request.ID))
	token, expires, err := keep(ctx, b.store, e.Request.Actor.ID, planLife, e)
	if err != nil {
		log.Error("a plan has lost its buttons: the command has to be given again", zap.Error(err))
		return
	}
	said := "⛔ Confirmed " + by + ", and refused: " + prose(refusal.What, 600)
	blocks := append(withoutButtons(a.press.blocks), decisions(token), aside(said), smallPrint(e.Request, expires))
	if err := b.client.edit(ctx, a.channel, a.press.messageTS, message{text: a.press.text, blocks: blocks}); err != nil {
		log.Warn("a plan has lost its buttons: the command has to be given again", zap.Error(err))
	}
}

// cancel withdraws a plan.
func (b *Bot) cancel(ctx context.Context, a act) error {
	e, err := b.decide(ctx, a)
	if err != nil {
		return err
	}
	if err := b.runner.Cancel(ctx, e.Request); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		b.log.Error("a cancelled plan could not be recorded", zap.String("request_id", e.Request.ID), zap.Error(err))
	}
	b.close(ctx, a, e.Request, fmt.Sprintf("Cancelled by <@%s> at %s. Nothing was changed.", a.user, hour(time.Now())))
	return nil
}

// decide uses up what stands behind Confirm and Cancel. A plan that is too old
// loses its buttons.
func (b *Bot) decide(ctx context.Context, a act) (errand, error) {
	e, err := b.claim(ctx, a, a.press.token, errandDecide)
	switch {
	case errors.Is(err, store.ErrTokenExpired):
		b.closeMessage(ctx, a, "This plan is too old to be confirmed. Nothing was changed.")
	case err == nil:
		b.log.Info("decided", zap.String("request_id", e.Request.ID), zap.String("action", a.press.actionID), zap.String("by_payload", a.id))
	}
	return e, err
}

// close takes the buttons off a plan, and says what became of it there and in
// the channel.
func (b *Bot) close(ctx context.Context, a act, req ops.Request, said string) {
	b.closeMessage(ctx, a, said)
	if err := b.narrator.roots.mark(ctx, req.ID, said); err != nil {
		b.log.Warn("the channel does not show how a request stands", zap.String("request_id", req.ID), zap.Error(err))
	}
}

// closeMessage replaces the buttons of the message that was pressed by a line.
// What happens next does not depend on it.
func (b *Bot) closeMessage(ctx context.Context, a act, said string) {
	m := message{text: a.press.text, blocks: append(withoutButtons(a.press.blocks), aside(said))}
	if err := b.client.edit(ctx, a.channel, a.press.messageTS, m); err != nil {
		b.log.Warn("a plan still shows its buttons: they do nothing any more", zap.String("channel", a.channel), zap.Error(err))
	}
}

// withoutButtons takes the buttons off a message, and the small print that
// tells how to press them.
func withoutButtons(blocks []slack.Block) []slack.Block {
	return slices.DeleteFunc(slices.Clone(blocks), func(block slack.Block) bool {
		_, pressable := block.(*slack.ActionBlock)
		_, small := block.(*slack.ContextBlock)
		return pressable || small
	})
}
