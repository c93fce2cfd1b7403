package actions

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/steward-bot/steward/ops"
)

// pastLimit is how many of a workload's newest journal records a plan looks
// at: some eighty writes, of up to six steps each.
const pastLimit = 500

// deed is one write on a workload that reached the cluster.
type deed struct {
	verb          string
	who           string
	at            time.Time
	before, after string // template hashes
	ticket        string
	state         ops.State // empty while it runs
}

// past is what steward did to one workload, oldest first.
type past []deed

// pastOf reads from the journal what steward did to the target.
func pastOf(ctx context.Context, journal Journal, target ops.Target) (past, error) {
	records, err := journal.Records(ctx, ops.Query{
		Cluster: target.Cluster, Namespace: target.Namespace, Kind: target.Kind, Name: target.Name,
		Writes: true, Limit: pastLimit,
	})
	if err != nil {
		return nil, fmt.Errorf("reading what the journal says of %s: %w", target.Object(), err)
	}
	var p past
	place := map[string]int{} // of a request in p
	for _, record := range records {
		if record.Plan == nil || record.Target == nil || record.Target.UID != target.UID || !touched(record) {
			continue
		}
		at, known := place[record.Request.ID]
		if !known {
			at = len(p)
			place[record.Request.ID] = at
			p = append(p, deedOf(record))
		}
		if record.Outcome != nil {
			p[at].state = record.Outcome.State
		}
	}
	return p, nil
}

// touched tells whether the record proves that the patch went in.
func touched(record ops.Record) bool {
	if record.Step == ops.StepApplied {
		return true
	}
	return record.Step == ops.StepEnded && record.Outcome != nil &&
		(record.Outcome.State == ops.Succeeded || record.Outcome.State == ops.Unhealthy)
}

func deedOf(record ops.Record) deed {
	d := deed{
		verb: record.Request.Verb, who: personOf(record.Request.Actor), at: record.At,
		before: templateOf(record.Plan.Basis.Before), after: templateOf(record.Plan.Basis.After),
	}
	if record.Ticket != nil {
		d.ticket = record.Ticket.Key
	}
	return d
}

// maker says who brought the template in through steward, or "".
func (p past) maker(template string) string {
	for i := len(p) - 1; i >= 0; i-- {
		if p[i].after == template && p[i].verb != "scale" {
			return fmt.Sprintf("%s through steward's %s", p[i].who, p[i].verb)
		}
	}
	return ""
}

// failure says how the template did the last time that steward dealt with it,
// or "" when that was well or is not known.
func (p past) failure(template string) string {
	verdict := ""
	for _, d := range p {
		switch {
		case d.verb == "scale":
		case d.after == template && (d.state == ops.Failed || d.state == ops.Unhealthy):
			verdict = fmt.Sprintf("When %s brought it back on %s, it ended %s.", d.who, moment(d.at), d.state)
		case d.after == template:
			verdict = ""
		case d.before == template && d.verb == "rollback":
			verdict = fmt.Sprintf("%s rolled back from it on %s%s.", d.who, moment(d.at), d.because())
		}
	}
	return verdict
}

// forward gives the hash of the template that was current before the unbroken
// run of rollbacks that led to the present one, or "" when there is no such
// run. A restart in between is no change of version and does not break the run;
// anything else that changed the template does.
func (p past) forward(present string) (template string) {
	for i := len(p) - 1; i >= 0; i-- {
		switch d := p[i]; {
		case d.verb == "scale":
			continue
		case d.after != present:
			return template
		case d.verb == "rollback":
			template, present = d.before, d.before
		case d.verb == "restart":
			present = d.before
		default:
			return template
		}
	}
	return template
}

func (d deed) because() string {
	if d.ticket == "" {
		return ""
	}
	return " because of " + ops.Shorten(d.ticket, 40)
}

// templateOf gives the template's part of a Basis.Before or Basis.After, which
// may carry the annotations' behind a "+".
func templateOf(basis string) string {
	template, _, _ := strings.Cut(basis, "+")
	return template
}

func personOf(actor ops.Actor) string {
	if actor.Name != "" {
		return ops.Shorten(actor.Name, 40)
	}
	return ops.Shorten(actor.ID, 40)
}

// moment writes a time for people, in UTC and to the minute.
func moment(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 UTC") }
