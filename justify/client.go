package justify

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// answerLimit is how much of an answer is read, in bytes.
const answerLimit = 1 << 20

// newClient makes the HTTP client of a source. The request's context bounds it
// as a whole. It follows no redirect: an API that sends steward elsewhere is
// not the API.
func newClient(authenticate func(http.RoundTripper) http.RoundTripper) *http.Client {
	return &http.Client{
		Timeout: deadline,
		Transport: patient{authenticate(&http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
			TLSHandshakeTimeout:    3 * time.Second,
			MaxIdleConnsPerHost:    4,
			IdleConnTimeout:        90 * time.Second,
			ForceAttemptHTTP2:      true,
			MaxResponseHeaderBytes: 64 << 10,
		})},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// patient waits once when it is told to slow down, if the wait fits into the
// request's deadline, and bounds what is read of an answer. Its requests are
// reads, so asking twice does no harm.
type patient struct{ next http.RoundTripper }

// RoundTrip sends the request, and sends it again after a short 429.
func (p patient) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := p.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if wait, ok := toldToWait(request, response); ok {
		_ = response.Body.Close()
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-request.Context().Done():
			return nil, request.Context().Err()
		case <-timer.C:
		}
		if response, err = p.next.RoundTrip(request); err != nil {
			return nil, err
		}
	}
	response.Body = bounded{io.LimitReader(response.Body, answerLimit), response.Body}
	return response, nil
}

// toldToWait gives the wait that a 429 asks for, if there is time for it.
// Jira says Retry-After, PagerDuty ratelimit-reset; both in seconds.
func toldToWait(request *http.Request, response *http.Response) (time.Duration, bool) {
	if response.StatusCode != http.StatusTooManyRequests {
		return 0, false
	}
	said := response.Header.Get("Retry-After")
	if said == "" {
		said = response.Header.Get("ratelimit-reset")
	}
	seconds, err := strconv.Atoi(said)
	ends, bound := request.Context().Deadline()
	if err != nil || seconds < 0 || !bound {
		return 0, false
	}
	wait := time.Duration(seconds) * time.Second
	return wait, wait < time.Until(ends)
}

// bounded reads a part of a body and closes the whole.
type bounded struct {
	io.Reader
	io.Closer
}
