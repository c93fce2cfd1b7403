package bot

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"
)

// leaseBeat is how often a lease is renewed: a third of its 15 seconds.
const leaseBeat = 5 * time.Second

// custody sees to it that one payload is in one pair of hands: in this process
// by a set, among processes by a lease.
type custody struct {
	leases Leases
	holder string
	log    *zap.Logger

	mu   sync.Mutex
	mine map[string]bool
}

func newCustody(leases Leases, instance string, log *zap.Logger) *custody {
	if instance == "" {
		instance = newToken()
	}
	return &custody{leases: leases, holder: instance, log: log, mine: map[string]bool{}}
}

// claim takes a payload for this process. It fails if it is claimed already.
func (c *custody) claim(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	had := c.mine[id]
	c.mine[id] = true
	return !had
}

func (c *custody) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.mine, id)
}

// lease takes a claimed payload among all processes, until release is called.
func (c *custody) lease(ctx context.Context, id string) (release func(), ok bool) {
	key := "inbox/" + id
	present, err := c.leases.Lock(ctx, key, c.holder)
	if err != nil {
		c.log.Error("a payload could not be leased: the next sweep tries again", zap.String("request_id", id), zap.Error(err))
		return nil, false
	}
	if present != "" && present != c.holder {
		return nil, false
	}
	renewing, end := context.WithCancel(ctx)
	go c.renew(renewing, key)
	return func() {
		end()
		if err := c.leases.Unlock(context.WithoutCancel(ctx), key, c.holder); err != nil {
			c.log.Warn("a lease is left to run out", zap.String("request_id", id), zap.Error(err))
		}
	}, true
}

func (c *custody) renew(ctx context.Context, key string) {
	beat := time.NewTicker(leaseBeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			if _, err := c.leases.Lock(ctx, key, c.holder); err != nil && ctx.Err() == nil {
				c.log.Warn("a lease could not be renewed", zap.String("lease", key), zap.Error(err))
			}
		}
	}
}
