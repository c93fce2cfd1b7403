package bot

import (
	"context"
	"strconv"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/ops"
)

// remedy starts what a diagnosis proposes, as a request of whoever pressed the
// button: nothing is inherited from the one who asked for the diagnosis. Number
// is the remedy's, as people see it.
func (b *Bot) remedy(ctx context.Context, a act, number string) error {
	e, err := b.look(ctx, a.user, a.press.token, errandLook)
	if err != nil {
		return err
	}
	step, _ := strconv.Atoi(number) // what is no number is no step either
	proposed, ok := e.Offers[step]
	if !ok {
		b.log.Warn("a remedy that the diagnosis does not have", zap.String("number", number))
		return nil
	}
	spec, err := findSpec(proposed.Verb, b.runner.Specs())
	if err != nil {
		return err
	}
	req := b.request(a)
	req.Verb, req.Target, req.Args = proposed.Verb, proposed.Target, proposed.Args
	t := a.talk()
	if spec.Write {
		t.view = b.openLoading(ctx, a, req)
	}
	return b.serve(ctx, t, req)
}

// checks shows every check of a diagnosis to whoever sees its button and may use
// steward: guests read along in a channel, and it may have been shared with
// another company meanwhile.
func (b *Bot) checks(ctx context.Context, a act) error {
	if _, err := b.narrator.directory.Verify(ctx, b.request(a), false); err != nil {
		return err
	}
	e, err := b.look(ctx, a.user, a.press.token, errandLook)
	if err != nil {
		return err
	}
	if e.Diagnosis == nil {
		b.log.Warn("the checks of an answer that has none")
		return nil
	}
	if _, err := b.client.openModal(ctx, a.trigger, renderChecks(*e.Diagnosis)); err != nil {
		b.log.Info("the checks could not be opened", zap.Error(err))
		return tooSlow()
	}
	return nil
}

// tooSlow is the refusal when Slack's three seconds for a modal were over.
func tooSlow() error {
	return &ops.Refusal{
		Reason: ops.Unavailable,
		What:   "Slack could not open the form.",
		Why:    "It allows three seconds for that, and they were over.",
		Next:   "Try once more.",
	}
}
