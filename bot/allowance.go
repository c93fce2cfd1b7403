package bot

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"
	"golang.org/x/time/rate"

	"github.com/steward-bot/steward/ops"
)

// What one person may ask. Nobody types and presses faster than this for long;
// beyond it, their requests would use up what Slack lets steward ask about
// everybody.
const (
	askedAMinute = 20
	askedBurst   = 20
	peopleLimit  = 5000 // people remembered; more are forgotten all at once
)

// allowance counts what each person asks.
type allowance struct {
	mu     sync.Mutex
	people map[string]*asking // by user id
}

// asking is what one person may still ask, and may still be told about it.
type asking struct{ asks, notices *rate.Limiter }

func newAllowance() *allowance { return &allowance{people: map[string]*asking{}} }

// spend counts one thing that a person asks, and tells whether it is too much.
func (a *allowance) spend(person string) (tooMuch bool) { return !a.of(person).asks.Allow() }

// mayTell tells whether the person is to be told that it is too much: once a
// minute, as the refusals must be no flood either.
func (a *allowance) mayTell(person string) bool { return a.of(person).notices.Allow() }

func (a *allowance) of(person string) *asking {
	a.mu.Lock()
	defer a.mu.Unlock()
	found, ok := a.people[person]
	if !ok {
		if len(a.people) >= peopleLimit {
			clear(a.people)
		}
		found = &asking{asks: rate.NewLimiter(rate.Every(time.Minute/askedAMinute), askedBurst), notices: rate.NewLimiter(rate.Every(time.Minute), 1)}
		a.people[person] = found
	}
	return found
}

// tooMuch is the answer to what goes beyond a person's allowance. A form says it
// in any case: it is open, and waits.
func (b *Bot) tooMuch(ctx context.Context, a act) error {
	b.metrics.refused.WithLabelValues("rate").Inc()
	b.log.Warn("a person asks too much at once", zap.String("user", a.user), zap.String("channel", a.channel), zap.String("act", a.String()))
	if a.form == nil && !b.allowance.mayTell(a.user) {
		return nil
	}
	return b.tell(ctx, a.talk(), renderRefusal(&ops.Refusal{
		Reason: ops.Unavailable,
		What:   "Nothing was done: you ask too much at once.",
		Why:    fmt.Sprintf("steward takes %d commands and buttons a minute from one person, so that nobody holds up the others.", askedAMinute),
		Next:   "Wait a minute, then give the last command again. What you ask until then may be left undone, without another word.",
	}))
}
