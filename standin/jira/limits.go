package jira

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Window is a limit: so many requests in so much time.
type Window struct {
	Requests int
	Per      time.Duration
}

// meter remembers when requests were let through.
type meter struct{ at []time.Time }

// left says how many more requests the window lets through now, and how long
// until the next one where that is none.
func (m *meter) left(now time.Time, w Window) (int, time.Duration) {
	since := now.Add(-w.Per)
	first, _ := slices.BinarySearchFunc(m.at, since, func(t, since time.Time) int {
		if t.After(since) {
			return 1
		}
		return -1
	})
	inside := m.at[first:]
	if len(inside) < w.Requests {
		return w.Requests - len(inside), 0
	}
	return 0, inside[len(inside)-w.Requests].Sub(since)
}

// add notes a request, and forgets those that no window counts any more.
func (m *meter) add(now time.Time, longest time.Duration) {
	m.at = slices.DeleteFunc(m.at, func(t time.Time) bool { return !t.After(now.Add(-longest)) })
	m.at = append(m.at, now)
}

// withinBurst counts the request against its account's limit. The answer
// carries the headers that every answer has, and is the refusal if not ok.
func (c *call) withinBurst() (answer reply, ok bool) {
	window := c.options.Burst
	m := meterOf(c.bursts, c.caller.ID)
	left, wait := m.left(c.now, window)
	if left == 0 {
		return c.limited("jira-burst-based", window, wait), false
	}
	m.add(c.now, window.Per)
	header := http.Header{}
	header.Set("X-RateLimit-Limit", strconv.Itoa(window.Requests))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(left-1))
	if left-1 < window.Requests/5 {
		header.Set("X-RateLimit-NearLimit", "true")
	}
	return reply{header: header}, true
}

// withinWrites counts a write against the limits of its issue.
func (c *call) withinWrites(i *issue) (answer reply, ok bool) {
	m := meterOf(c.writes, i.id)
	var longest time.Duration
	for _, window := range c.options.IssueWrites {
		if left, wait := m.left(c.now, window); left == 0 {
			return c.limited("jira-per-issue-on-write", window, wait), false
		}
		longest = max(longest, window.Per)
	}
	if longest > 0 {
		m.add(c.now, longest)
	}
	return reply{}, true
}

// limited is the answer to a request over a limit. The wait is rounded up to
// whole seconds, as the header demands.
func (s *Server) limited(reason string, window Window, wait time.Duration) reply {
	seconds := max(1, int((wait+time.Second-1)/time.Second))
	reset := s.options.Now().Add(time.Duration(seconds) * time.Second).UTC()
	header := http.Header{}
	header.Set("X-RateLimit-Limit", strconv.Itoa(window.Requests))
	header.Set("X-RateLimit-Remaining", "0")
	header.Set("X-RateLimit-Reset", reset.Format("2006-01-02T15:04Z"))
	header.Set("RateLimit-Reason", reason)
	return refused(http.StatusTooManyRequests, "Rate limit exceeded.").headers(header).retryAfter(seconds)
}

func meterOf(meters map[string]*meter, key string) *meter {
	if meters[key] == nil {
		meters[key] = &meter{}
	}
	return meters[key]
}
