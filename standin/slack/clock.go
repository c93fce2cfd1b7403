package slack

import (
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// clock is the time in this workspace. It can be moved forward, so that a test
// need not wait half an hour for a response URL to expire.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *clock) advance(by time.Duration) { c.ahead.Add(int64(by)) }

// stamps makes message timestamps: seconds and microseconds, never twice the
// same and always rising, because a timestamp is a message's id.
type stamps struct {
	mu   sync.Mutex
	last int64
}

func (s *stamps) next(now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = max(s.last+1, now.UnixMicro())
	return fmt.Sprintf("%d.%06d", s.last/1e6, s.last%1e6)
}

// newID makes an id in Slack's way: a letter for the kind, then ten letters
// and digits.
func newID(kind string) string { return kind + rand.Text()[:10] }

// newSecret makes a string that nobody can guess, in lower case.
func newSecret() string { return strings.ToLower(rand.Text()) }
