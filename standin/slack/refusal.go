package slack

import (
	"errors"
	"time"
)

// refusal is Slack saying no: the error code of the Web API and what goes with
// it.
type refusal struct {
	code string
	// messages go to response_metadata.messages.
	messages []string
	// needed is the missing scope.
	needed string
	// retryAfter makes it HTTP 429.
	retryAfter time.Duration
}

func (r refusal) Error() string { return r.code }

// badArguments is the answer to arguments that Slack cannot read at all.
func badArguments(messages ...string) refusal {
	return refusal{code: "invalid_arguments", messages: messages}
}

// missingField is what Slack says about a required argument that is absent.
func missingField(name string) refusal {
	return badArguments("[ERROR] missing required field: " + name)
}

// asRefusal turns any error into what Slack would answer.
func asRefusal(err error) refusal {
	var no refusal
	if errors.As(err, &no) {
		return no
	}
	return refusal{code: "fatal_error", messages: []string{"[ERROR] " + err.Error()}}
}
