package bot

import (
	"context"
	"errors"
	"strings"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/ops"
)

// route calls what answers the act. A refusal is shown to the person; any
// other error means that the act is worth trying again.
func (b *Bot) route(ctx context.Context, a act) error {
	t := a.talk()
	var err error
	switch {
	case a.command != nil:
		err = b.command(ctx, a)
	case a.press != nil:
		err = b.pressed(ctx, a)
	case a.form != nil:
		err = b.submitted(ctx, a)
	default:
		err = b.shortcutChosen(ctx, a)
	}
	var refusal *ops.Refusal
	if errors.As(err, &refusal) {
		return b.tell(ctx, t, renderRefusal(refusal))
	}
	return err
}

func (b *Bot) pressed(ctx context.Context, a act) error {
	switch id := a.press.actionID; {
	case id == actionConfirm:
		return b.confirm(ctx, a)
	case id == actionCancel:
		return b.cancel(ctx, a)
	case id == actionShare:
		return b.share(ctx, a)
	case id == actionChecks:
		return b.checks(ctx, a)
	case id == formJustification:
		return b.justificationForm(ctx, a)
	case strings.HasPrefix(id, actionRemedy):
		return b.remedy(ctx, a, strings.TrimPrefix(id, actionRemedy))
	default:
		b.log.Info("a button that steward does not know", zap.String("action_id", id))
		return nil
	}
}

func (b *Bot) submitted(ctx context.Context, a act) error {
	switch a.form.callback {
	case formJustification:
		return b.justified(ctx, a)
	case formTarget:
		return b.targetGiven(ctx, a)
	default:
		b.log.Info("a form that steward does not know", zap.String("callback_id", a.form.callback))
		return nil
	}
}

func otherTeam() *ops.Refusal {
	return &ops.Refusal{
		Reason: ops.IdentityRefused,
		What:   "Nothing was done: this steward serves another Slack workspace.",
		Why:    "Your account belongs to another company's workspace.",
		Next:   "Ask a member of the workspace that steward serves.",
	}
}
