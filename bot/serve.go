package bot

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"
	"go.uber.org/zap"

	"github.com/steward-bot/steward/ops"
)

// serve takes a request through the Runner and shows what comes of it: an
// answer to the asker alone, a plan in the request's thread, a question where
// something is missing.
func (b *Bot) serve(ctx context.Context, t talk, req ops.Request) error {
	reply, err := b.run(ctx, t, req)
	if err != nil || reply == nil {
		return err
	}
	switch {
	case reply.Answer != nil:
		return b.answer(ctx, t, req, *reply.Answer)
	case reply.Preview != nil:
		return b.preview(ctx, t, req, *reply.Preview)
	case reply.Ask != nil:
		return b.ask(ctx, t, req, *reply.Ask)
	default:
		return nil // accepted: the Narrator tells the rest
	}
}

// run asks the Runner. Refusals and failures are told here, and give no reply.
func (b *Bot) run(ctx context.Context, t talk, req ops.Request) (*ops.Reply, error) {
	waiting := time.AfterFunc(slowAfter, func() { b.stillLooking(ctx, t) })
	reply, err := b.runner.Run(ctx, req)
	waiting.Stop()
	if err == nil {
		return &reply, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err() // we are going down: the next process answers
	}
	var refusal *ops.Refusal
	if errors.As(err, &refusal) {
		return nil, b.tell(ctx, t, renderRefusal(refusal))
	}
	b.log.Error("a request failed", zap.String("request_id", req.ID), zap.String("verb", req.Verb), zap.Error(err))
	return nil, b.tell(ctx, t, renderInternal(req.ID))
}

// slowAfter is when a person begins to wonder whether steward has heard them.
const slowAfter = 4 * time.Second

// stillLooking says that the answer takes its time. An open modal says so
// already.
func (b *Bot) stillLooking(ctx context.Context, t talk) {
	if t.view != "" {
		return
	}
	said := "⏳ steward is still looking. The answer comes here."
	if err := b.whisper(ctx, t, message{text: said, blocks: []slack.Block{section(said)}}); err != nil {
		b.log.Info("a person was not told to wait", zap.String("user", t.user), zap.Error(err))
	}
}

// answer shows the result of a read to the asker alone.
func (b *Bot) answer(ctx context.Context, t talk, req ops.Request, answer ops.Answer) error {
	share, _, err := keep(ctx, b.store, req.Actor.ID, answerLife, errand{Kind: actionShare, Request: req})
	if err != nil {
		return err
	}
	look, err := lookAt(ctx, b.store, answer)
	if err != nil {
		return err
	}
	if err := b.whisper(ctx, t, renderAnswer(answer, tokens{share: share, look: look})); err != nil {
		return err
	}
	if t.view != "" {
		b.settle(ctx, t, renderNotice("*The answer is in the channel, in <#"+t.channel+">.*", "Only you see it, until you share it."))
	}
	return nil
}

// lookAt keeps what a diagnosis or a scan offers behind its buttons. Anybody who
// sees them may press them: a remedy is a new request of whoever presses it.
func lookAt(ctx context.Context, kept Tokens, answer ops.Answer) (token string, err error) {
	offers := offersOf(answer)
	if answer.Diagnosis == nil && len(offers) == 0 {
		return "", nil
	}
	token, _, err = keep(ctx, kept, "", answerLife, errand{Kind: errandLook, Diagnosis: answer.Diagnosis, Offers: offers})
	return token, err
}

// preview shows a plan in the request's thread, which it opens if need be.
func (b *Bot) preview(ctx context.Context, t talk, req ops.Request, preview ops.Preview) error {
	if req.Place.Thread == "" {
		thread, err := b.narrator.roots.announce(ctx, req, preview.Plan, preview.Ticket)
		if err != nil {
			return b.unannounced(ctx, t, err)
		}
		req.Place.Thread = thread
	}
	token, expires, err := keep(ctx, b.store, req.Actor.ID, planLife, errand{Kind: errandDecide, Request: req, Confirms: preview.Plan.Fingerprint()})
	if err != nil {
		return err
	}
	for _, page := range pages(renderPreview(preview, req, token, expires)) {
		if _, err := b.client.post(ctx, req.Place.Channel, req.Place.Thread, page); err != nil {
			return b.unannounced(ctx, t, err)
		}
	}
	if t.view != "" {
		b.settle(ctx, t, renderNotice("*The plan is in the thread, in <#"+req.Place.Channel+">.*", "Look at it there, and confirm or cancel it."))
	}
	return nil
}

// settle updates a modal at the end of a story. If that fails the story is in
// the thread all the same.
func (b *Bot) settle(ctx context.Context, t talk, view slack.ModalViewRequest) {
	if err := b.update(ctx, t, view); err != nil {
		b.log.Info("the modal could not be updated", zap.String("user", t.user), zap.Error(err))
	}
}

// unannounced tells the person that the channel does not take a plan.
func (b *Bot) unannounced(ctx context.Context, t talk, err error) error {
	if !forGood(err) {
		return err
	}
	b.log.Warn("Slack does not let steward post a plan", zap.String("channel", t.channel), zap.Error(err))
	return b.tell(ctx, t, renderRefusal(&ops.Refusal{
		Reason: ops.ChannelRefused,
		What:   "Nothing was changed: steward may not write in this channel.",
		Why:    "Slack refused with " + slackCode(err) + ". A change is announced where it was asked for.",
		Next:   "Invite it with `/invite @steward`, and give the command again.",
	}))
}

// ask asks for the justification that a write lacks: in the modal if one is
// open, and otherwise with a button that opens one.
func (b *Bot) ask(ctx context.Context, t talk, req ops.Request, ask ops.Ask) error {
	token, _, err := keep(ctx, b.store, req.Actor.ID, formLife, errand{Kind: formJustification, Request: req, Thread: t.thread, ResponseURL: t.responseURL, Why: ask.Text})
	if err != nil {
		return err
	}
	return b.show(ctx, t, renderJustification(token, req, ask.Text, nil), renderAskInThread(token, req, ask))
}
