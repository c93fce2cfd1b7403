package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// webhooks post to the app's request URLs in HTTP mode.
type webhooks struct {
	secret string
	client *http.Client

	mu  sync.Mutex
	set RequestURLs
}

func newWebhooks(app App) *webhooks {
	return &webhooks{secret: app.SigningSecret, set: app.RequestURLs, client: &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 16, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (h *webhooks) urls() RequestURLs {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.set
}

func (h *webhooks) close() { h.client.CloseIdleConnections() }

// SetRequestURLs changes where Slack posts to; all empty returns to Socket Mode.
func (s *Server) SetRequestURLs(to RequestURLs) {
	s.webhooks.mu.Lock()
	defer s.webhooks.mu.Unlock()
	s.webhooks.set = to
}

// webhookCarrier delivers by signed HTTP requests.
type webhookCarrier struct{ s *Server }

func (c webhookCarrier) carry(ctx context.Context, p parcel) receipt {
	h := c.s.webhooks
	request := p.replay
	if request == nil {
		request = newSigned(h.secret, h.urls(), p, c.s.clock.now())
	}
	rc := receipt{sent: request}
	response, err := request.post(ctx, h.client)
	if err != nil {
		rc.failure = dispatchFailed
		if errors.Is(err, context.DeadlineExceeded) {
			rc.failure = operationTimeout
		}
		return rc
	}
	defer response.Body.Close()
	rc.noRetry = response.Header.Get("X-Slack-No-Retry") == "1"
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		rc.failure = operationTimeout
	case err != nil, response.StatusCode < 200, response.StatusCode > 299:
		rc.failure = dispatchFailed
	default:
		rc.acked, rc.payload = true, answeredWith(response, body)
	}
	return rc
}

// answeredWith is a response's body as the payload of an acknowledgement: JSON
// as it is, plain text as a JSON string.
func answeredWith(response *http.Response, body []byte) json.RawMessage {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if kind == "application/json" {
		return body
	}
	text, err := json.Marshal(string(body))
	if err != nil {
		return nil // a string always marshals
	}
	return text
}

// bodyOf is a parcel as Slack posts it: forms, except for events.
func bodyOf(p parcel) (body []byte, contentType string) {
	const form = "application/x-www-form-urlencoded"
	switch p.kind {
	case kindEvent:
		return p.payload, "application/json"
	case kindInteractive:
		return []byte(url.Values{"payload": {string(p.payload)}}.Encode()), form
	}
	fields := args{}
	values := url.Values{}
	if decode(p.payload, &fields) == nil {
		for name := range fields {
			values.Set(name, fields.text(name))
		}
	}
	return []byte(values.Encode()), form
}

func retryHeaders(h http.Header, p parcel) {
	if p.retryAttempt > 0 {
		h.Set("X-Slack-Retry-Num", strconv.Itoa(p.retryAttempt))
		h.Set("X-Slack-Retry-Reason", p.retryReason)
	}
}
