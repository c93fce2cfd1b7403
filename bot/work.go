package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/internal/store"
)

const (
	// handleDeadline bounds one attempt at a payload: a slow diagnosis, and
	// patience with Slack for the answer.
	handleDeadline = 3 * time.Minute
	// sweepEvery is how often the inbox is looked through for what is left.
	sweepEvery = 20 * time.Second
	// tooOld is when a command is answered with an apology instead of being
	// done: nobody waits for it any more, and the cluster has moved on.
	tooOld = 10 * time.Minute
)

// work hands a payload to a worker. It never waits: acknowledgements must not.
// What was left over by somebody may have been finished by somebody since.
func (b *Bot) work(row store.Inbox, leftOver bool) {
	if !b.narrator.custody.claim(row.ID) {
		return
	}
	person := sender(row)
	// what is left over was counted when it came, and comes again when it fails
	if !leftOver && person != "" && b.allowance.spend(person) {
		b.beginWith(row, func() { b.handle(row, leftOver, b.tooMuch) })
		return
	}
	turn := b.turns.enter(person)
	b.beginWith(row, func() {
		select {
		case <-turn:
			defer b.turns.leave(person)
		case <-b.base.Done():
			return
		}
		select {
		case b.slots <- struct{}{}:
			defer func() { <-b.slots }()
		case <-b.base.Done():
			return
		}
		b.handle(row, leftOver, b.attend)
	})
}

// beginWith begins what is done with a payload that was claimed.
func (b *Bot) beginWith(row store.Inbox, f func()) {
	begun := b.begin(func() {
		defer b.narrator.custody.drop(row.ID)
		f()
	})
	if !begun {
		b.narrator.custody.drop(row.ID)
	}
}

// answering answers what a person did. An error means that it is worth trying
// again.
type answering func(context.Context, act) error

// handle works on one payload, unless another process has it, and says so in
// the inbox when nothing is left to do.
func (b *Bot) handle(row store.Inbox, leftOver bool, answer answering) {
	log := b.log.With(zap.String("request_id", row.ID))
	ctx, cancel := context.WithTimeout(b.base, handleDeadline)
	defer cancel()
	b.acks.standBack(ctx)
	release, ours := b.narrator.custody.lease(ctx, row.ID)
	if !ours {
		return
	}
	defer release()
	if leftOver && !b.unhandled(ctx, row.ID) {
		return
	}
	if err := b.attempt(ctx, row, answer, log); err != nil {
		log.Error("a payload could not be worked on: it stays in the inbox and is tried again", zap.String("kind", row.Kind), zap.Error(err))
		return
	}
	if err := b.store.Handled(context.WithoutCancel(ctx), row.ID); err != nil {
		log.Error("a payload that was worked on could not be marked so", zap.Error(err))
	}
}

// unhandled looks again, now that nobody else can have the payload.
func (b *Bot) unhandled(ctx context.Context, id string) bool {
	left, err := b.store.Unhandled(ctx)
	if err != nil {
		b.log.Error("the inbox could not be read", zap.String("request_id", id), zap.Error(err))
		return false
	}
	return slices.ContainsFunc(left, func(row store.Inbox) bool { return row.ID == id })
}

// attempt does what the payload asks. An error means that it is worth trying
// again. A panic is not: it would come again.
func (b *Bot) attempt(ctx context.Context, row store.Inbox, answer answering, log *zap.Logger) error {
	if row.Kind == kindOutcome {
		return b.narrator.retell(ctx, row)
	}
	a := act{id: row.ID, at: row.At, user: sender(row)}
	err := guarded(b.metrics, log, func() (err error) {
		if a, err = decode(row); err != nil {
			log.Error("a payload cannot be understood", zap.String("kind", row.Kind), zap.Error(err))
			return nil
		}
		log.Info("received", zap.String("kind", row.Kind), zap.String("user", a.user), zap.String("channel", a.channel), zap.String("act", a.String()))
		return answer(ctx, a)
	})
	if !errors.Is(err, errPanicked) {
		return err
	}
	err = guarded(b.metrics, log, func() (err error) {
		if a.channel == "" && a.form == nil { // it was never read: a direct message
			_, err = b.client.post(ctx, a.user, "", renderInternal(row.ID))
			return err
		}
		return b.tell(ctx, a.talk(), renderInternal(row.ID))
	})
	if errors.Is(err, errPanicked) || forGood(err) {
		return nil
	}
	return err
}

// attend answers an act, unless it is too old or of another team.
func (b *Bot) attend(ctx context.Context, a act) error {
	if time.Since(a.at) > tooOld {
		return b.tell(ctx, a.talk(), renderTooLate(a.at))
	}
	if a.team != b.cfg.TeamID {
		b.metrics.refused.WithLabelValues("team").Inc()
		b.log.Warn("a payload of another team", zap.String("request_id", a.id), zap.String("team", a.team))
		return b.tell(ctx, a.talk(), renderRefusal(otherTeam()))
	}
	return b.route(ctx, a)
}

// sweep takes up what was acknowledged and not finished: by an earlier
// process, by a replica that died, or by us while Slack was down.
func (b *Bot) sweep(ctx context.Context) error {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		if err := b.sweepOnce(ctx); err != nil && ctx.Err() == nil {
			b.log.Error("the inbox could not be looked through", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (b *Bot) sweepOnce(ctx context.Context) error {
	left, err := b.store.Unhandled(ctx)
	if err != nil {
		return fmt.Errorf("reading what is left in the inbox: %w", err)
	}
	for _, row := range left {
		b.work(row, true)
	}
	return nil
}
