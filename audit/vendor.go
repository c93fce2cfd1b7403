package audit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/ops"
)

// vendor is how a sink speaks to somebody else's HTTP API: what came back, told
// apart by what it means for trying again.
type vendor struct {
	name  string // for people
	token string // must never show
}

const (
	callDeadline = 30 * time.Second
	answerLimit  = 4 << 20 // bytes that are read of one answer
	defaultWait  = 30 * time.Second
)

// refusedError is a definite no: the vendor did not do it.
type refusedError struct {
	status int
	text   string
}

// Error says what the vendor said.
func (e *refusedError) Error() string { return e.text }

// unknownError leaves open whether the vendor did it: the answer got lost, or
// does not say.
type unknownError struct{ text string }

// Error says what is known.
func (e *unknownError) Error() string { return e.text }

// exchange is what the wire saw of one call. The libraries do not pass all of
// it on.
type exchange struct {
	reached bool // the request may have come to the server
	status  int  // 0 when no answer came
	wait    time.Duration
	invited bool // the vendor itself said when to come back
}

type exchangeKey struct{}

// call runs one request of a library and says what its error means.
func (v vendor) call(ctx context.Context, doing string, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	seen := &exchange{}
	err := do(context.WithValue(ctx, exchangeKey{}, seen))
	if err == nil {
		return nil
	}
	text := fmt.Sprintf("%s: %s", doing, v.safe(err.Error()))
	switch s := seen.status; {
	case s == http.StatusTooManyRequests, s == http.StatusServiceUnavailable && seen.invited:
		return &Later{After: seen.wait, Err: errors.New(v.name + " asks us to come back later, " + text)}
	case s == 0 && !seen.reached:
		return fmt.Errorf("%s cannot be reached, %s", v.name, text)
	case s == http.StatusUnauthorized:
		return fmt.Errorf("%s does not accept our credentials, %s", v.name, text)
	case s >= 300 && s < 500:
		return &refusedError{s, fmt.Sprintf("%s said no (%d), %s", v.name, s, text)}
	case s == 0:
		return &unknownError{fmt.Sprintf("%s gave no answer, %s", v.name, text)}
	}
	return &unknownError{fmt.Sprintf("%s gave an answer that says nothing (%d), %s", v.name, seen.status, text)}
}

// safe makes a text fit for our log: what others wrote may hold anything.
func (v vendor) safe(text string) string {
	if v.token != "" {
		text = strings.ReplaceAll(text, v.token, redact.Hidden)
	}
	return ops.Shorten(redact.Text(text), 400)
}

// client makes the HTTP client of a vendor. It follows no redirect: an API that
// sends steward elsewhere is not the API.
func client(authenticate func(http.RoundTripper) http.RoundTripper) *http.Client {
	base := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        90 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: 64 << 10,
	}
	return &http.Client{
		Timeout:       callDeadline,
		Transport:     wire{authenticate(base)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// wire notes what happens to each request, and bounds what is read of answers.
type wire struct{ next http.RoundTripper }

// RoundTrip sends the request once.
func (w wire) RoundTrip(request *http.Request) (*http.Response, error) {
	seen, _ := request.Context().Value(exchangeKey{}).(*exchange)
	if seen == nil {
		seen = &exchange{}
	}
	*seen = exchange{}
	response, err := w.next.RoundTrip(request)
	if err != nil {
		var dial *net.OpError
		seen.reached = !errors.As(err, &dial) || dial.Op != "dial"
		return nil, err
	}
	*seen = exchange{reached: true, status: response.StatusCode}
	seen.wait, seen.invited = waitOf(response.Header)
	response.Body = bounded{io.LimitReader(response.Body, answerLimit), response.Body}
	return response, nil
}

// waitOf is how long the vendor asks us to wait, and whether it said so. Jira
// says Retry-After, PagerDuty ratelimit-reset; both in seconds.
func waitOf(header http.Header) (wait time.Duration, said bool) {
	for _, name := range []string{"Retry-After", "ratelimit-reset"} {
		if seconds, err := strconv.Atoi(header.Get(name)); err == nil && seconds >= 0 {
			return min(time.Duration(seconds)*time.Second, longestWait), true
		}
	}
	return defaultWait, false
}

// bounded reads a part of a body and closes the whole.
type bounded struct {
	io.Reader
	io.Closer
}
