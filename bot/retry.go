package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/slack-go/slack"
)

// callDeadline bounds one call of the Web API.
const callDeadline = 10 * time.Second

// try calls Slack until it answers for good: what Slack could not do at the
// moment is tried again, after the time that it asks for, as long as the
// context lasts. A call whose answer was lost may be done twice: a message said
// twice is better than one not said.
func (c *Client) try(ctx context.Context, method string, call func(context.Context) error) error {
	patience := time.Duration(0) // without end
	if deadline, ok := ctx.Deadline(); ok {
		patience = max(time.Until(deadline), time.Millisecond)
	}
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = 200*time.Millisecond, 20*time.Second
	var last error
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		attempt, cancel := context.WithTimeout(ctx, callDeadline)
		defer cancel()
		last = call(attempt)
		return struct{}{}, retryable(last)
	}, backoff.WithBackOff(wait), backoff.WithMaxElapsedTime(patience), backoff.WithNotify(func(error, time.Duration) {
		c.metrics.calls.WithLabelValues(method, "retried").Inc()
	}))
	if err == nil {
		c.metrics.calls.WithLabelValues(method, "ok").Inc()
		return nil
	}
	c.metrics.calls.WithLabelValues(method, "failed").Inc()
	return fmt.Errorf("calling Slack's %s: %w", method, last)
}

// once calls Slack a single time within the deadline.
func (c *Client) once(ctx context.Context, method string, within time.Duration, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	if err := call(ctx); err != nil {
		c.metrics.calls.WithLabelValues(method, "failed").Inc()
		return fmt.Errorf("calling Slack's %s: %w", method, err)
	}
	c.metrics.calls.WithLabelValues(method, "ok").Inc()
	return nil
}

// retryable marks an error for backoff: when to try again, or not at all.
func retryable(err error) error {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	var refused slack.SlackErrorResponse
	switch {
	case err == nil:
		return nil
	case errors.As(err, &limited):
		return &backoff.RetryAfterError{Duration: limited.RetryAfter}
	case errors.As(err, &status):
		if status.Retryable() {
			return err
		}
		return backoff.Permanent(err)
	case errors.As(err, &refused):
		if slices.Contains(passing, refused.Err) {
			return err
		}
		return backoff.Permanent(err)
	default:
		return err // the connection, or an answer that was no JSON
	}
}

// passing are the error codes by which Slack says that the fault is its own.
// https://docs.slack.dev/reference/methods/chat.postMessage#errors
var passing = []string{"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}

// slackCode gives the code by which Slack refused a call, or "".
func slackCode(err error) string {
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) {
		return refused.Err
	}
	return ""
}
