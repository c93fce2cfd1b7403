package diagnose

import (
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

const (
	// refusalLife is how long a missing permission is believed to be missing:
	// every diagnosis would ask for it again, in vain.
	refusalLife = 30 * time.Second
	// refusalsLimit bounds how many are remembered.
	refusalsLimit = 2000
)

// forbidden is what the API server said to a query, and until when that holds.
type forbidden struct {
	err   error
	until time.Time
}

// refused gives what was said lately, nil if nothing was.
func (c *cached) refused(q Query) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.refusals[q]; time.Now().Before(known.until) {
		return known.err
	}
	return nil
}

// remember keeps a missing permission. Any other trouble may be over at once.
func (c *cached) remember(q Query, err error) {
	if !apierrors.IsForbidden(err) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.refusals) >= refusalsLimit {
		clear(c.refusals)
	}
	c.refusals[q] = forbidden{err, time.Now().Add(refusalLife)}
}
