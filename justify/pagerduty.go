package justify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	pd "github.com/PagerDuty/go-pagerduty"

	"github.com/steward-bot/steward/ops"
)

// PagerDutyConfig is where PagerDuty is and who we are there.
type PagerDutyConfig struct {
	Account string // the subdomain of our links, "acme" or "acme.eu"
	APIURL  string // empty for PagerDuty's own, in the account's region
	Token   string // a REST API key; reading is enough
}

// PagerDuty accepts links of open incidents.
type PagerDuty struct {
	site   *url.URL
	token  string
	client *pd.Client
}

// Shapes of PagerDuty's ids: of incidents, and in general.
var (
	incidentID       = regexp.MustCompile(`^[A-Z0-9]{7,14}$`)
	pagerDutyAccount = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.eu)?$`)
)

// openIncident are the states in which an incident is somebody's to act on.
var openIncident = []string{"triggered", "acknowledged"}

// NewPagerDuty makes the source. It asks nothing yet.
func NewPagerDuty(config PagerDutyConfig) (*PagerDuty, error) {
	account := strings.ToLower(config.Account)
	if !pagerDutyAccount.MatchString(account) {
		return nil, fmt.Errorf("pagerduty.account %q is no subdomain: write acme for acme.pagerduty.com, acme.eu for acme.eu.pagerduty.com", config.Account)
	}
	if config.Token == "" {
		return nil, errors.New("pagerduty.token is empty: steward cannot read incidents without a REST API key")
	}
	api := strings.TrimSuffix(config.APIURL, "/")
	if api == "" {
		api = "https://api.pagerduty.com"
		if strings.HasSuffix(account, ".eu") {
			api = "https://api.eu.pagerduty.com"
		}
	}
	client := pd.NewClient(config.Token, pd.WithAPIEndpoint(api))
	client.HTTPClient = newClient(func(base http.RoundTripper) http.RoundTripper { return base })
	return &PagerDuty{
		site:   &url.URL{Scheme: "https", Host: account + ".pagerduty.com"},
		token:  config.Token,
		client: client,
	}, nil
}

// System is ops.PagerDuty.
func (p *PagerDuty) System() string { return ops.PagerDuty }

// Wants names the service whose open incidents count.
func (p *PagerDuty) Wants(concern Concern) string {
	if concern.PagerDuty == "" {
		return ""
	}
	return "the link of an open PagerDuty incident of service " + ops.Shorten(concern.PagerDuty, 40)
}

// Recognise knows https://ACCOUNT.pagerduty.com/incidents/ID.
func (p *PagerDuty) Recognise(pasted Pasted) (Check, error) {
	if pasted.Link == nil {
		return nil, nil
	}
	host := pasted.Link.Hostname()
	if host != "pagerduty.com" && !strings.HasSuffix(host, ".pagerduty.com") {
		return nil, nil
	}
	rest, ours := pasted.under(p.site)
	if !ours {
		return nil, &ops.Refusal{
			Reason: ops.JustificationForeign,
			What:   "That link is not of our PagerDuty account.",
			Why:    fmt.Sprintf("It leads to %s; only %s counts.", ops.Shorten(pasted.Link.Scheme+"://"+pasted.Link.Host, 100), p.site),
		}
	}
	id, isIncident := strings.CutPrefix(rest, "incidents/")
	if !isIncident || !incidentID.MatchString(id) {
		return nil, &ops.Refusal{
			Reason: ops.JustificationBad,
			What:   "That PagerDuty link is not an incident's.",
			Why:    fmt.Sprintf("An incident's link is %s/incidents/ID; an alert's page leads to its incident.", p.site),
		}
	}
	return func(ctx context.Context, concern Concern) (ops.Ticket, error) { return p.check(ctx, id, concern) }, nil
}

// check reads the incident and holds it against the concern.
func (p *PagerDuty) check(ctx context.Context, id string, concern Concern) (ops.Ticket, error) {
	incident, err := p.client.GetIncidentWithContext(ctx, id)
	if err != nil {
		return ops.Ticket{}, p.failed(ctx, id, err)
	}
	if incident.ID != id {
		return ops.Ticket{}, failure{system: ops.PagerDuty, err: fmt.Errorf("the answer is about incident %q", incident.ID), token: p.token}.refusal()
	}
	if !slices.Contains(openIncident, incident.Status) {
		return ops.Ticket{}, &ops.Refusal{
			Reason: ops.JustificationClosed,
			What:   fmt.Sprintf("Incident %s is %s.", id, state(incident)),
			Why:    "Only a triggered or acknowledged incident justifies an action.",
		}
	}
	if incident.Service.ID != concern.PagerDuty {
		return ops.Ticket{}, &ops.Refusal{
			Reason: ops.JustificationOther,
			What:   fmt.Sprintf("Incident %s is about another service.", id),
			Why: fmt.Sprintf("It is about %s; %s belongs to %s, %s.", named(incident.Service.Summary, incident.Service.ID),
				concern.Target.Object(), ops.Shorten(concern.PagerDuty, 40), concern.source()),
		}
	}
	return ops.Ticket{
		System:  ops.PagerDuty,
		Key:     id,
		URL:     p.site.JoinPath("incidents", id).String(),
		Title:   ops.Shorten(incident.Title, titleLimit),
		Status:  incident.Status,
		Concern: "service " + concern.PagerDuty,
		Checked: time.Now().UTC(),
	}, nil
}

// failed tells a missing incident from a vendor that is of no help.
func (p *PagerDuty) failed(ctx context.Context, id string, err error) *ops.Refusal {
	f := failure{system: ops.PagerDuty, late: ctx.Err() != nil, err: err, token: p.token}
	var answer pd.APIError
	if errors.As(err, &answer) {
		f.status = answer.StatusCode
	}
	if f.status != http.StatusNotFound {
		return f.refusal()
	}
	return &ops.Refusal{
		Reason: ops.JustificationUnknown,
		What:   fmt.Sprintf("PagerDuty knows no incident %s.", id),
		Why:    fmt.Sprintf("It is not at %s, or steward's key may not see it.", p.site.Host),
	}
}

// state is the incident's status in words, with where a merged one went.
func state(incident *pd.Incident) string {
	if into := incident.ResolveReason.Incident.ID; incidentID.MatchString(into) {
		return "resolved: it was merged into " + into
	}
	if status := ops.Shorten(incident.Status, 40); status != "" {
		return status
	}
	return "in no known state"
}

// titleLimit is the longest title that is kept, in characters.
const titleLimit = 200

// named writes something with its id: "search (PSRCH01)".
func named(name, id string) string {
	if name == "" {
		return ops.Shorten(id, 40)
	}
	return ops.Shorten(name, 60) + " (" + ops.Shorten(id, 40) + ")"
}
