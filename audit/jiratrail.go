package audit

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
)

// Jira comments on the issue that justified a write; for a PagerDuty
// justification, on the audit project's issue of that incident. The issue also
// gets labels for people who search, and a property for machines.
type Jira struct {
	api       *jiraAPI
	project   string
	issueType string
	store     *store.Store
	log       *zap.Logger
	comments  once
	issues    once
}

// How long an attempt may still come true that gave no answer. A comment can
// be read as soon as it is written; a new issue is found by search only once
// it is indexed, which takes seconds and at worst minutes.
const (
	commentSettles = 10 * time.Second
	issueSettles   = 2 * time.Minute
)

var projectKey = regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`)

// NewJira makes the sink. It asks Jira nothing yet. What it must remember from
// one delivery to the next it keeps in the store.
func NewJira(config JiraConfig, st *store.Store, log *zap.Logger) (*Jira, error) {
	api, err := newJiraAPI(config)
	if err != nil {
		return nil, err
	}
	if config.AuditProject != "" && !projectKey.MatchString(config.AuditProject) {
		return nil, fmt.Errorf("jira.audit_project %q is not a project key such as INC", config.AuditProject)
	}
	if config.IssueType == "" {
		config.IssueType = "Task"
	}
	return &Jira{
		api: api, project: config.AuditProject, issueType: config.IssueType, store: st, log: log,
		comments: once{store: st, now: time.Now, settle: commentSettles},
		issues:   once{store: st, now: time.Now, settle: issueSettles},
	}, nil
}

// Name is "jira".
func (j *Jira) Name() string { return "jira" }

// Wants what started and how it ended, when a ticket justified it.
func (j *Jira) Wants(r ops.Record) bool {
	return told(r) && (r.Ticket.System == ops.Jira || r.Ticket.System == ops.PagerDuty && j.project != "")
}

// Deliver comments once, then sees to the labels, the property and the link,
// which are the same however often they are set.
func (j *Jira) Deliver(ctx context.Context, r ops.Record) error {
	release, err := j.alone(ctx, *r.Ticket)
	if err != nil {
		return err
	}
	defer release()
	key := r.Ticket.Key
	if r.Ticket.System == ops.PagerDuty {
		if key, err = j.incidentIssue(ctx, *r.Ticket); err != nil {
			return err
		}
	}
	if !issueKey.MatchString(key) {
		return &refusedError{0, fmt.Sprintf("%q is not an issue's key", ops.Shorten(key, 40))}
	}
	if err := j.comment(ctx, key, r); err != nil {
		return err
	}
	for _, mark := range []func(context.Context, string, ops.Record) error{j.labels, j.actions, j.backLink} {
		if err := j.tolerate(mark(ctx, key, r), key); err != nil {
			return err
		}
	}
	return nil
}

// alone takes the lease of the ticket: what follows reads, decides and writes.
func (j *Jira) alone(ctx context.Context, ticket ops.Ticket) (release func(), err error) {
	lease, holder := "deliver/jira/"+ticket.System+"/"+ticket.Key, rand.Text()
	present, err := j.store.Lock(ctx, lease, holder)
	if err != nil {
		return nil, err
	}
	if present != "" {
		return nil, &Later{After: inOrder, Err: errors.New("another delivery to the same ticket is under way")}
	}
	return func() {
		if err := j.store.Unlock(context.WithoutCancel(ctx), lease, holder); err != nil {
			j.log.Warn("a lease was not given back and will run out", zap.Error(err))
		}
	}, nil
}

// comment writes the record's comment. Its hash stands in it, and is the mark
// by which it is found again.
func (j *Jira) comment(ctx context.Context, key string, r ops.Record) error {
	return j.comments.do(ctx, fmt.Sprintf("jira/comment/%d", r.Seq),
		func(ctx context.Context) (bool, error) {
			return j.api.hasComment(ctx, key, r.Hash, r.At.Add(-time.Hour)) // an hour between two clocks is a lot
		},
		func(ctx context.Context) error {
			return j.api.addComment(ctx, key, commentText(r), jiraProperty{"steward", actionOf(r)})
		})
}

// tolerate lets a definite no pass: the comment is there, and whoever forbids
// the rest has a reason.
func (j *Jira) tolerate(err error, key string) error {
	var refused *refusedError
	if errors.As(err, &refused) {
		j.log.Warn("Jira did not let us mark an issue; the comment is there", zap.String("issue", key), zap.Error(err))
		return nil
	}
	return err
}

// backLink ties an incident's issue to the incident.
func (j *Jira) backLink(ctx context.Context, key string, r ops.Record) error {
	if r.Ticket.System != ops.PagerDuty {
		return nil
	}
	title := "PagerDuty incident " + r.Ticket.Key
	return j.api.link(ctx, key, "steward:pagerduty:"+r.Ticket.Key, r.Ticket.URL, title, "is the trail of")
}
