package actions

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/ops"
)

// refuse records a refusal and gives it back for the person to read. A refusal
// stands even if the journal does not answer: nothing was done, so nothing is
// missing from the trail but the question.
func (r *Runner) refuse(ctx context.Context, req ops.Request, target *ops.Target, err error) (ops.Reply, error) {
	refusal := asRefusal(err, req)
	log := r.log(req).With(zap.String("reason", string(refusal.Reason)), zap.String("what", refusal.What))
	if refusal.Err != nil {
		log = log.With(zap.Error(refusal.Err))
	}
	log.Info("refused")
	record := &ops.Record{Step: ops.StepRefused, Request: bounded(req), Target: target, Refusal: refusal, Summary: refusal.What}
	if err := r.record(context.WithoutCancel(ctx), record); err != nil {
		log.Error("the refusal could not be recorded", zap.Error(err))
	}
	return ops.Reply{}, refusal
}

// asRefusal keeps a refusal as it is, and turns any other error into one that
// tells a person no more than helps.
func asRefusal(err error, req ops.Request) *ops.Refusal {
	var refusal *ops.Refusal
	if errors.As(err, &refusal) {
		return refusal
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &ops.Refusal{
			Reason: ops.Unavailable,
			What:   "Nothing was changed: this took too long.",
			Why:    "The cluster or a service that steward asks did not answer in time.",
			Next:   "Try again in a moment.",
			Err:    err,
		}
	}
	return &ops.Refusal{
		Reason: ops.Internal,
		What:   "Nothing was changed: something went wrong inside steward.",
		Why:    "It is in steward's log under request " + req.ID + ".",
		Next:   "Try again; if it stays so, give that id to whoever runs steward.",
		Err:    err,
	}
}

// unrecorded is the refusal to do what could not be recorded.
func unrecorded(err error) *ops.Refusal {
	return &ops.Refusal{
		Reason: ops.Unavailable,
		What:   "Nothing was changed: steward could not write its journal.",
		Why:    "What cannot be recorded is not done.",
		Next:   "Ask whoever runs steward to look at its store and at /readyz.",
		Err:    fmt.Errorf("appending to the journal: %w", err),
	}
}

// withoutQuery cuts a pasted link before its query and fragment. No ticket is
// known by them, and they carry what nobody means to record: sessions, tokens.
func withoutQuery(link string) string {
	if at := strings.IndexAny(link, "?#"); at >= 0 && strings.Contains(link[:at], "://") {
		return link[:at]
	}
	return link
}

// bounded keeps what a person typed from filling the journal.
func bounded(req ops.Request) ops.Request {
	const longest = 500 // characters; the longest sensible command is far shorter
	req.Verb = ops.Shorten(req.Verb, longest)
	req.Target = ops.Shorten(req.Target, longest)
	req.Because = ops.Shorten(withoutQuery(req.Because), longest)
	args := make(map[string]string, len(req.Args))
	for key, value := range req.Args {
		args[ops.Shorten(key, longest)] = ops.Shorten(value, longest)
	}
	req.Args = args
	return req
}
