package slack

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how often something may happen: once every Every on average, Burst
// times at once. A negative Burst means without limit.
type Rate struct {
	Every time.Duration `json:"every"`
	Burst int           `json:"burst"`
}

// Limits are the rate limits of the Web API, by the tiers of
// https://docs.slack.dev/apis/web-api/rate-limits. A zero Rate stands for
// Slack's own.
type Limits struct {
	Tier1 Rate
	Tier2 Rate
	Tier3 Rate
	Tier4 Rate
	// Posting limits chat.postMessage in each channel.
	Posting Rate
}

// NoLimits are limits that nobody meets.
func NoLimits() Limits {
	free := Rate{Burst: -1}
	return Limits{Tier1: free, Tier2: free, Tier3: free, Tier4: free, Posting: free}
}

// withDefaults fills in Slack's tiers of 1, 20, 50 and 100 a minute. The bursts
// are what Slack tolerates in practice: ten connections may be opened at once.
func (l Limits) withDefaults() Limits {
	orSlacks(&l.Tier1, Rate{time.Minute, 20})
	orSlacks(&l.Tier2, Rate{time.Minute / 20, 20})
	orSlacks(&l.Tier3, Rate{time.Minute / 50, 50})
	orSlacks(&l.Tier4, Rate{time.Minute / 100, 100})
	orSlacks(&l.Posting, Rate{time.Second, 5})
	return l
}

func orSlacks(r *Rate, slacks Rate) {
	if *r == (Rate{}) {
		*r = slacks
	}
}

// tier names the limit that a method falls under.
type tier int

const (
	tierSpecial tier = iota // limited by something else, or hardly at all
	tier1
	tier2
	tier3
	tier4
	tierPosting
)

// limiter counts calls by key: a method's name, or a channel for posting.
type limiter struct {
	rates map[tier]Rate
	clock *clock

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

func newLimiter(l Limits, c *clock) *limiter {
	return &limiter{
		rates:   map[tier]Rate{tier1: l.Tier1, tier2: l.Tier2, tier3: l.Tier3, tier4: l.Tier4, tierPosting: l.Posting},
		clock:   c,
		buckets: map[string]*rate.Limiter{},
	}
}

// take counts one call, or refuses it with the time to wait. Refused calls do
// not count.
func (l *limiter) take(t tier, key string) error {
	r, limited := l.rates[t]
	if !limited || r.Burst < 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket, ok := l.buckets[key]
	if !ok {
		bucket = rate.NewLimiter(rate.Every(r.Every), r.Burst)
		l.buckets[key] = bucket
	}
	now := l.clock.now()
	turn := bucket.ReserveN(now, 1)
	if wait := turn.DelayFrom(now); wait > 0 {
		turn.CancelAt(now)
		return refusal{code: "ratelimited", retryAfter: wait}
	}
	return nil
}
