package audit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	pd "github.com/PagerDuty/go-pagerduty"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
)

// PagerDutyConfig is where PagerDuty is and who we are there.
type PagerDutyConfig struct {
	Account string // the subdomain of our links, "acme" or, in the EU region, "acme.eu"
	APIURL  string // empty for PagerDuty's own, in the account's region
	Token   string // a REST API key that may write notes
	From    string // e-mail address of the user that notes are written as
}

// PagerDuty writes a note on the incident that justified a write.
type PagerDuty struct {
	vendor
	client *pd.Client
	from   string
	notes  once
}

// NewPagerDuty makes the sink. It asks PagerDuty nothing yet.
func NewPagerDuty(config PagerDutyConfig, st *store.Store) (*PagerDuty, error) {
	if config.Token == "" {
		return nil, errors.New("pagerduty.token is empty: steward cannot write notes without a REST API key")
	}
	if !strings.Contains(config.From, "@") {
		return nil, fmt.Errorf("pagerduty.from %q is not the e-mail address of a PagerDuty user: notes are written in somebody's name", config.From)
	}
	api := strings.TrimSuffix(config.APIURL, "/")
	if api == "" {
		api = "https://api.pagerduty.com"
		if strings.HasSuffix(strings.ToLower(config.Account), ".eu") {
			api = "https://api.eu.pagerduty.com"
		}
	}
	library := pd.NewClient(config.Token, pd.WithAPIEndpoint(api))
	library.HTTPClient = client(func(base http.RoundTripper) http.RoundTripper { return base })
	return &PagerDuty{
		vendor: vendor{name: "PagerDuty", token: config.Token},
		client: library,
		from:   config.From,
		notes:  once{store: st, now: time.Now, settle: commentSettles},
	}, nil
}

// Name is "pagerduty".
func (p *PagerDuty) Name() string { return "pagerduty" }

// Wants what started and how it ended, when an incident justified it.
func (p *PagerDuty) Wants(r ops.Record) bool { return told(r) && r.Ticket.System == ops.PagerDuty }

// Deliver writes the record's note. Its hash stands in it, and is the mark by
// which it is found again.
func (p *PagerDuty) Deliver(ctx context.Context, r ops.Record) error {
	id := r.Ticket.Key
	if !incidentID.MatchString(id) { // the library does not escape
		return &refusedError{0, fmt.Sprintf("%q is not an incident's id", ops.Shorten(id, 40))}
	}
	return p.notes.do(ctx, fmt.Sprintf("pagerduty/note/%d", r.Seq),
		func(ctx context.Context) (there bool, err error) {
			err = p.call(ctx, "reading the notes of incident "+id, func(ctx context.Context) error {
				notes, err := p.client.ListIncidentNotesWithContext(ctx, id)
				for _, note := range notes {
					there = there || strings.Contains(note.Content, r.Hash)
				}
				return err
			})
			return there, err
		},
		func(ctx context.Context) error {
			return p.call(ctx, "writing a note on incident "+id, func(ctx context.Context) error {
				note := pd.IncidentNote{User: pd.APIObject{Summary: p.from}, Content: noteText(r)}
				_, err := p.client.CreateIncidentNoteWithContext(ctx, id, note)
				return err
			})
		})
}

// noteText tells one record in plain text.
func noteText(r ops.Record) string {
	line := func(text string) string { return ops.Shorten(redact.Text(text), longText) }
	lines := []string{line(headline(r)), line("By " + who(r.Request.Actor))}
	switch {
	case r.Outcome != nil:
		lines = append(lines, line(r.Outcome.Summary))
		if r.Outcome.Next != "" {
			lines = append(lines, line(r.Outcome.Next))
		}
	case r.Plan != nil:
		lines = append(lines, line(r.Plan.Headline+". "+r.Plan.Blast))
	}
	return strings.Join(append(lines, fmt.Sprintf("Request %s. Journal record %d, head of the chain %s.", ops.Shorten(r.Request.ID, 64), r.Seq, r.Hash)), "\n")
}
