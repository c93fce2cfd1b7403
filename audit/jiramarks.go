package audit

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/ops"
)

// labelLimit is the longest label that Jira takes, in characters.
const labelLimit = 255

// labels make an issue findable by JQL, by the service and by the person.
func (j *Jira) labels(ctx context.Context, key string, r ops.Record) error {
	labels := []string{"steward", label("steward-by-", r.Request.Actor.ID)}
	if r.Target != nil {
		namespace := r.Target.Namespace
		if namespace == "" {
			namespace = strings.ToLower(r.Target.Kind)
		}
		labels = append(labels, label("steward-svc-", namespace+"-"+r.Target.Name))
	}
	return j.api.addLabels(ctx, key, labels)
}

// label makes a label of what others named: a label has no spaces.
func label(prefix, name string) string {
	clean := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-._", c) {
			return c
		}
		return '-'
	}, name)
	return prefix + clean[:min(len(clean), labelLimit-len(prefix))]
}

// The property for machines, and its bounds: the vendor's limit in characters,
// and one of our own that keeps it readable.
const (
	propertyKey     = "steward.actions"
	propertySchema  = "steward.actions/v1"
	propertyLimit   = 32_768
	propertyActions = 100
)

// actionsProperty is the value of the property: the newest actions, in the
// order of the journal.
type actionsProperty struct {
	Schema  string   `json:"schema"`
	Actions []action `json:"actions"`
}

// action is one record, for machines.
type action struct {
	Seq     int64     `json:"seq"`
	Hash    string    `json:"hash"`
	At      time.Time `json:"at"`
	Step    string    `json:"step"`
	State   string    `json:"state,omitempty"`
	Request string    `json:"request"`
	Verb    string    `json:"verb"`
	Cluster string    `json:"cluster,omitempty"`
	Target  string    `json:"target,omitempty"`
	By      string    `json:"by"`
	Summary string    `json:"summary"`
}

func actionOf(r ops.Record) action {
	a := action{
		Seq: r.Seq, Hash: r.Hash, At: r.At, Step: string(r.Step), Request: ops.Shorten(r.Request.ID, 64), Verb: ops.Shorten(r.Request.Verb, 64),
		By: ops.Shorten(r.Request.Actor.ID, 64), Summary: ops.Shorten(redact.Text(r.Summary), 300),
	}
	if r.Target != nil {
		a.Cluster, a.Target = ops.Shorten(r.Target.Cluster, 100), ops.Shorten(r.Target.Object(), 400)
	}
	if r.Outcome != nil {
		a.State = string(r.Outcome.State)
	}
	return a
}

// actions adds the record to the property.
func (j *Jira) actions(ctx context.Context, key string, r ops.Record) error {
	var present actionsProperty
	if err := j.api.property(ctx, key, propertyKey, &present); err != nil {
		return err
	}
	return j.api.setProperty(ctx, key, jiraProperty{propertyKey, present.with(actionOf(r))})
}

// with gives the property with one more action, and without the oldest that do
// not fit.
func (p actionsProperty) with(added action) actionsProperty {
	next := actionsProperty{Schema: propertySchema}
	for _, a := range p.Actions {
		if a.Seq != added.Seq {
			next.Actions = append(next.Actions, a)
		}
	}
	next.Actions = append(next.Actions, added)
	slices.SortFunc(next.Actions, func(a, b action) int { return int(a.Seq - b.Seq) })
	for len(next.Actions) > 1 && (len(next.Actions) > propertyActions || next.size() > propertyLimit) {
		next.Actions = next.Actions[1:]
	}
	return next
}

func (p actionsProperty) size() int {
	raw, err := json.Marshal(p)
	if err != nil { // strings and numbers always marshal
		return propertyLimit + 1
	}
	return utf8.RuneCount(raw)
}
