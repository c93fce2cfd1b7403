package bot

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// cache remembers what Slack said for a short while. Errors are not kept.
type cache[T any] struct {
	now func() time.Time

	flight singleflight.Group
	mu     sync.Mutex
	kept   map[string]kept[T]
}

type kept[T any] struct {
	value T
	at    time.Time
}

// cacheLimit is how many answers are kept; more are forgotten all at once.
const cacheLimit = 5000

func newCache[T any]() *cache[T] {
	return &cache[T]{now: time.Now, kept: map[string]kept[T]{}}
}

// get gives an answer for the key that is younger than within. With within 0 it
// is asked for now, even if somebody else is asking.
func (c *cache[T]) get(ctx context.Context, key string, within time.Duration, ask func(context.Context) (T, error)) (T, error) {
	if within <= 0 {
		return c.ask(ctx, key, ask)
	}
	c.mu.Lock()
	found, ok := c.kept[key]
	c.mu.Unlock()
	if ok && c.now().Sub(found.at) < within {
		return found.value, nil
	}
	// Whoever came first asks for all: their leaving must not end it for the
	// others, so the question outlives their context. It has its own deadline.
	value, err, _ := c.flight.Do(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookupDeadline)
		defer cancel()
		return c.ask(ctx, key, ask)
	})
	if err != nil {
		var none T
		return none, err
	}
	return value.(T), nil
}

func (c *cache[T]) ask(ctx context.Context, key string, ask func(context.Context) (T, error)) (T, error) {
	asked := c.now()
	value, err := ask(ctx)
	if err != nil {
		return value, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= cacheLimit {
		clear(c.kept)
	}
	c.kept[key] = kept[T]{value: value, at: asked}
	return value, nil
}
