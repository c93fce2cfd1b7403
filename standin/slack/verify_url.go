package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// VerifyRequestURL sends the url_verification challenge to the events request
// URL, as Slack does before it accepts one, and says what is wrong with the
// answer.
func (s *Server) VerifyRequestURL(ctx context.Context) error {
	urls := s.webhooks.urls()
	if urls.Events == "" {
		return errors.New("there is no request URL for events: set one first")
	}
	challenge := newSecret()
	body, err := json.Marshal(answer{"token": "", "challenge": challenge, "type": "url_verification"})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timing.AckDeadline)
	defer cancel()
	p := parcel{kind: kindEvent, payload: body}
	response, err := newSigned(s.webhooks.secret, urls, p, s.clock.now()).post(ctx, s.webhooks.client)
	if err != nil {
		return fmt.Errorf("sending the challenge to %s: %w", urls.Events, err)
	}
	defer response.Body.Close()
	said, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return fmt.Errorf("reading the answer of %s: %w", urls.Events, err)
	}
	var wrapped struct{ Challenge string }
	// An error here means that the answer is the challenge itself, or nothing.
	_ = json.Unmarshal(said, &wrapped)
	if response.StatusCode != http.StatusOK || wrapped.Challenge != challenge && string(bytes.TrimSpace(said)) != challenge {
		return fmt.Errorf("%s answered %s and not with the challenge's value", urls.Events, response.Status)
	}
	return nil
}
