package actions

import (
	"context"
	"fmt"
	"time"

	"github.com/steward-bot/steward/ops"
)

// Audit is the verb that reads the journal.
type Audit struct{ Journal Journal }

const (
	auditSince = 24 * time.Hour     // what is shown when nothing is typed
	auditLimit = 7 * 24 * time.Hour // the longest that Slack shows; the command line shows all
	auditRows  = 30                 // the newest so many steps
	auditReach = 2000               // the newest so many steps are looked through
)

// Spec describes audit.
func (Audit) Spec() ops.Spec {
	return ops.Spec{
		Verb:     "audit",
		Summary:  "Show who did what, when, why and how it ended",
		Target:   ops.OptionalTarget,
		Args:     []ops.Arg{{Name: "since", Value: "24h", Summary: "how far back, such as 90m or 24h, at most 168h"}},
		Examples: []string{"audit checkout", "audit checkout since=48h", "audit"},
	}
}

// Answer lists the steps of requests about objects that the asker may see.
func (a Audit) Answer(ctx context.Context, q Query) (ops.Answer, error) {
	since, err := window(q.Request.Arg("since"))
	if err != nil {
		return ops.Answer{}, err
	}
	query := ops.Query{Since: q.Request.At.Add(-since), Writes: true, Limit: auditReach}
	about := "everything you may see"
	if q.Target != nil {
		query.Cluster, query.Namespace, query.Kind, query.Name = q.Target.Cluster, q.Target.Namespace, q.Target.Kind, q.Target.Name
		about = q.Target.Object()
	}
	records, err := a.Journal.Records(ctx, query)
	if err != nil {
		return ops.Answer{}, fmt.Errorf("reading the journal: %w", err)
	}
	lines := auditLines(records, q.May)
	if len(lines) == 0 {
		return ops.Answer{Headline: fmt.Sprintf("Nobody did anything to %s in the last %s.", about, short(since))}, nil
	}
	return ops.Answer{
		Headline: fmt.Sprintf("What was done to %s in the last %s, newest last.", about, short(since)),
		Sections: []ops.Section{{Title: "Steps", Lines: lines}},
	}, nil
}

func auditLines(records []ops.Record, may func(ops.Target) bool) []string {
	lines := []string{}
	for _, record := range records {
		if record.Target == nil || !may(*record.Target) {
			continue
		}
		lines = append(lines, auditLine(record))
	}
	if len(lines) > auditRows {
		left := len(lines) - auditRows
		lines = append([]string{fmt.Sprintf("… %d earlier steps: `steward audit list` shows them all.", left)}, lines[left:]...)
	}
	return lines
}

func auditLine(record ops.Record) string {
	line := fmt.Sprintf("%s  %s  %s %s by %s: %s",
		record.At.UTC().Format("01-02 15:04:05Z"), record.Step, record.Request.Verb, record.Target.String(), whoDid(record.Request.Actor), ops.Shorten(record.Summary, 160))
	if record.Ticket != nil {
		line += " (" + record.Ticket.Key + ")"
	}
	return line
}

// whoDid names a person by the id too: anybody may call themselves like another.
func whoDid(actor ops.Actor) string {
	if actor.Name == "" {
		return ops.Shorten(actor.ID, 40)
	}
	return fmt.Sprintf("%s (%s)", ops.Shorten(actor.Name, 40), ops.Shorten(actor.ID, 40))
}

func window(text string) (time.Duration, error) {
	if text == "" {
		return auditSince, nil
	}
	since, err := time.ParseDuration(text)
	if err != nil || since <= 0 || since > auditLimit {
		return 0, &ops.Refusal{
			Reason: ops.BadArgument,
			What:   fmt.Sprintf("since=%s is not a time span that audit shows.", ops.Shorten(text, 20)),
			Why:    "It takes a number with a unit, up to 168h (a week).",
			Next:   "For example: `/k8s audit checkout since=24h`. `steward audit list` goes back to the beginning.",
		}
	}
	return since, nil
}

// short writes a duration without its zero parts: 24h, 1h30m.
func short(d time.Duration) string {
	hours, minutes := d/time.Hour, d%time.Hour/time.Minute
	switch {
	case minutes == 0 && hours > 0:
		return fmt.Sprintf("%dh", hours)
	case hours == 0:
		return fmt.Sprintf("%dm", minutes)
	default:
		return fmt.Sprintf("%dh%dm", hours, minutes)
	}
}
