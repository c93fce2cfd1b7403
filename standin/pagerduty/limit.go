package pagerduty

import (
	"net/http"
	"strconv"
	"time"
)

// minute counts the requests of a token since the minute began.
type minute struct {
	began time.Time
	count int
}

// withinLimit counts the request. The answer carries the headers that every
// answer has, and is the refusal if not ok.
func (c *call) withinLimit() (answer reply, ok bool) {
	limit := c.options.RequestsPerMinute
	if limit == Unlimited {
		return reply{}, true
	}
	m := c.minutes[c.token.Value]
	if m == nil || c.now.Sub(m.began) >= time.Minute {
		m = &minute{began: c.now}
		c.minutes[c.token.Value] = m
	}
	reset := int((time.Minute - c.now.Sub(m.began) + time.Second - 1) / time.Second)
	if m.count >= limit {
		return c.limited(reset), false
	}
	m.count++
	return reply{header: limits(limit, limit-m.count, reset)}, true
}

// limited is the answer to a request over the limit. The vendor tells the
// seconds to wait in ratelimit-reset alone, not in Retry-After.
func (s *Server) limited(reset int) reply {
	header := limits(max(s.options.RequestsPerMinute, 0), 0, reset)
	return refused(http.StatusTooManyRequests, 2020, "Rate Limit Exceeded").headers(header)
}

func limits(limit, remaining, reset int) http.Header {
	header := http.Header{}
	header.Set("ratelimit-limit", strconv.Itoa(limit))
	header.Set("ratelimit-remaining", strconv.Itoa(remaining))
	header.Set("ratelimit-reset", strconv.Itoa(reset))
	return header
}
