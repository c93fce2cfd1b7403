package slack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// signed is one HTTP request to the app, complete with its signature, so that
// it can be sent again byte for byte.
type signed struct {
	url    string
	header http.Header
	body   []byte
}

// newSigned makes the request for a parcel and signs it.
func newSigned(secret string, to RequestURLs, p parcel, at time.Time) *signed {
	body, contentType := bodyOf(p)
	request := &signed{body: body, header: http.Header{}}
	switch p.kind {
	case kindCommand:
		request.url = to.Commands
	case kindInteractive:
		request.url = to.Interactive
	default:
		request.url = to.Events
	}
	request.header.Set("Content-Type", contentType)
	request.header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	retryHeaders(request.header, p)
	request.sign(secret, at)
	return request
}

// sign adds the two headers of
// https://docs.slack.dev/authentication/verifying-requests-from-slack.
func (r *signed) sign(secret string, at time.Time) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, r.body)
	r.header.Set("X-Slack-Request-Timestamp", stamp)
	r.header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}

// post sends the request. The body of the response is the caller's to close.
func (r *signed) post(ctx context.Context, client *http.Client) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(r.body))
	if err != nil {
		return nil, fmt.Errorf("making the request to the app's request URL %q: %w", r.url, err)
	}
	request.Header = r.header.Clone()
	return client.Do(request)
}
