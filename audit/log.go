package audit

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.elastic.co/ecszap"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/ops"
)

// Log writes every record as one line of JSON in the Elastic Common Schema. It
// has a core of its own: an application's log is sampled, a trail is not.
//
// A line's event.id is the record's hash. A line is not written again while it
// is among the last of its file; a consumer that wants more takes event.id as
// the document's id.
type Log struct {
	core zapcore.Core
	out  *lines
}

// NewLog makes the sink. An empty path means standard output. The file is
// opened for each line, so that it may be rotated away at any time, and only
// its owner may read it.
func NewLog(path string, stdout io.Writer) *Log {
	out := &lines{path: path, stdout: stdout}
	return &Log{core: ecszap.NewCore(ecszap.NewDefaultEncoderConfig(), out, zapcore.InfoLevel), out: out}
}

// Name is "log".
func (l *Log) Name() string { return "log" }

// Wants every record.
func (l *Log) Wants(ops.Record) bool { return true }

// Deliver writes the line unless it is there.
func (l *Log) Deliver(_ context.Context, r ops.Record) error {
	l.out.mu.Lock()
	defer l.out.mu.Unlock()
	if there, err := l.out.has(r.Hash); err != nil || there {
		return err
	}
	entry := zapcore.Entry{Level: zapcore.InfoLevel, Time: r.At, LoggerName: "audit", Message: ops.Shorten(redact.Text(message(r)), longText)}
	if err := l.core.Write(entry, fields(r)); err != nil {
		return fmt.Errorf("writing the audit log: %w", err)
	}
	l.out.remember(r.Hash)
	return nil
}

// message is the line for people.
func message(r ops.Record) string {
	object := ""
	if r.Target != nil {
		object = " " + r.Target.Object()
	}
	return fmt.Sprintf("%s%s %s: %s", r.Request.Verb, object, r.Step, r.Summary)
}

// fields are the record in the names of ECS 8; what ECS has no name for is a
// label. The values are bounded and redacted: a log is read by many.
func fields(r ops.Record) []zap.Field {
	actor := r.Request.Actor
	all := []zap.Field{
		zap.String("event.kind", "event"),
		zap.Strings("event.category", []string{"configuration"}),
		zap.Strings("event.type", []string{eventType(r)}),
		zap.String("event.dataset", "steward.audit"),
		zap.String("event.id", r.Hash),
		zap.Int64("event.sequence", r.Seq),
		zap.String("event.outcome", eventOutcome(r)),
		zap.String("labels.chain_head", r.Hash),
		zap.String("labels.chain_prev", r.Prev),
	}
	if r.Outcome != nil {
		all = append(all, zap.Int64("event.duration", r.Outcome.Took.Nanoseconds()))
	}
	text := func(key, value string) {
		if value != "" {
			all = append(all, zap.String(key, ops.Shorten(redact.Text(value), longText)))
		}
	}
	text("event.action", r.Request.Verb)
	text("trace.id", r.Request.ID)
	text("user.id", actor.ID)
	text("user.name", actor.Name)
	text("user.email", actor.Email)
	text("labels.step", string(r.Step))
	text("labels.request_id", r.Request.ID)
	text("labels.via", string(r.Request.Via))
	text("labels.slack_channel", r.Request.Place.Channel)
	text("labels.slack_team", actor.TeamID)
	text("labels.asked", asked(r.Request))
	about(r, text)
	return all
}

// about adds what the record holds beyond its request.
func about(r ops.Record, text func(key, value string)) {
	if t := r.Target; t != nil {
		text("orchestrator.type", "kubernetes")
		text("orchestrator.cluster.name", t.Cluster)
		text("orchestrator.namespace", t.Namespace)
		text("orchestrator.resource.type", t.Kind)
		text("orchestrator.resource.name", t.Name)
		text("orchestrator.resource.id", t.UID)
		text("labels.environment", t.Environment)
	}
	if t := r.Ticket; t != nil {
		text("labels.ticket_system", t.System)
		text("labels.ticket", t.Key)
		text("event.url", t.URL)
	}
	if r.Plan != nil {
		text("labels.plan", r.Plan.Headline)
		text("labels.fingerprint", string(r.Plan.Fingerprint()))
	}
	switch {
	case r.Refusal != nil:
		text("event.reason", r.Refusal.What)
		text("labels.reason", string(r.Refusal.Reason))
	case r.Outcome != nil:
		text("event.reason", r.Outcome.Summary)
		text("labels.reason", string(r.Outcome.Reason))
		text("labels.state", string(r.Outcome.State))
	}
}

// asked is the request as it was typed.
func asked(r ops.Request) string {
	words := []string{r.Verb, r.Target}
	for key, value := range r.Args {
		words = append(words, key+"="+redact.Value(key, value))
	}
	slices.Sort(words[2:])
	if r.Because != "" {
		words = append(words, "because", r.Because)
	}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

// eventType is one of the types that ECS allows for its category.
func eventType(r ops.Record) string {
	switch r.Step {
	case ops.StepAnswered, ops.StepPreviewed:
		return "access"
	case ops.StepApplied:
		return "change"
	default:
		return "info"
	}
}

// eventOutcome is ECS' word for how the step went, seen by who asked.
func eventOutcome(r ops.Record) string {
	switch {
	case r.Step == ops.StepRefused:
		return "failure"
	case r.Step == ops.StepAnswered:
		return "success"
	case r.Outcome == nil:
		return "unknown" // not over yet
	case r.Outcome.State == ops.Succeeded:
		return "success"
	}
	return "failure"
}
