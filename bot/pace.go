package bot

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// pace keeps us below Slack's rate limits, so that answers are not held up by
// a 429 that was avoidable. https://docs.slack.dev/apis/web-api/rate-limits
type pace struct {
	mu       sync.Mutex
	channels map[string]*rate.Limiter
	edits    *rate.Limiter
}

// A channel takes about one message a second, with short bursts. chat.update
// takes 50 a minute; a third of them is left to edits that must not wait.
const (
	postEvery  = time.Second
	postBurst  = 4
	editEvery  = time.Minute / 35
	editBurst  = 10
	pacedLimit = 1000 // channels remembered; more are forgotten all at once
)

func newPace() *pace {
	return &pace{channels: map[string]*rate.Limiter{}, edits: rate.NewLimiter(rate.Every(editEvery), editBurst)}
}

// post waits for the channel's turn.
func (p *pace) post(ctx context.Context, channel string) error {
	p.mu.Lock()
	limiter, ok := p.channels[channel]
	if !ok {
		if len(p.channels) >= pacedLimit {
			clear(p.channels)
		}
		limiter = rate.NewLimiter(rate.Every(postEvery), postBurst)
		p.channels[channel] = limiter
	}
	p.mu.Unlock()
	if err := limiter.Wait(ctx); err != nil {
		return fmt.Errorf("waiting for the turn to post in %s: %w", channel, err)
	}
	return nil
}

// mayEdit tells whether an edit that can be left out may be made now.
func (p *pace) mayEdit() bool { return p.edits.Allow() }
