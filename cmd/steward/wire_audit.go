package main

import (
	"context"
	"errors"
	"os"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/actions"
	"github.com/steward-bot/steward/audit"
	"github.com/steward-bot/steward/internal/settings"
	"github.com/steward-bot/steward/internal/store"
)

// lookAgain is how long a job waits for a write that another process holds.
const lookAgain = 5 * time.Second

// handlers are the durable jobs: deliveries to the sinks, and the hand-over of
// a write whose process died.
func (p *product) handlers() map[string]store.Handler {
	return map[string]store.Handler{
		audit.DeliverJob: p.journal.Deliver,
		audit.ExecuteJob: func(ctx context.Context, payload []byte) error {
			err := p.runner.Execute(ctx, string(payload))
			if errors.Is(err, actions.ErrBusy) {
				return store.Snooze(lookAgain)
			}
			return err
		},
	}
}

// newSinks lists the places that the journal's records are delivered to.
func newSinks(s settings.Settings, state *store.Store, log *zap.Logger) ([]audit.Sink, error) {
	sinks := []audit.Sink{audit.NewLog(s.Log.Audit, os.Stdout)}
	if s.Jira.Site != "" {
		token, err := named("jira.token", s.Jira.Token)
		if err != nil {
			return nil, err
		}
		sink, err := audit.NewJira(audit.JiraConfig{
			Deployment: s.Jira.Deployment, Site: s.Jira.Site, URL: s.Jira.URL, Email: s.Jira.Email, Token: token,
			AuditProject: s.Jira.AuditProject, IssueType: s.Jira.IssueType,
		}, state, log)
		if err != nil {
			return nil, err
		}
		sinks = append(sinks, sink)
	}
	if s.PagerDuty.Account != "" {
		token, err := named("pagerduty.token", s.PagerDuty.Token)
		if err != nil {
			return nil, err
		}
		sink, err := audit.NewPagerDuty(audit.PagerDutyConfig{Account: s.PagerDuty.Account, APIURL: s.PagerDuty.APIURL, Token: token, From: s.PagerDuty.From}, state)
		if err != nil {
			return nil, err
		}
		sinks = append(sinks, sink)
	}
	return sinks, nil
}
