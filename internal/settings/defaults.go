package settings

import (
	"path/filepath"
	"strings"
)

// withDefaults fills in what was left out. What is required is left to check.
func (s Settings) withDefaults() Settings {
	fill(&s.Slack.Mode, "socket")
	if s.Slack.Connections == 0 {
		s.Slack.Connections = 2
	}
	fill(&s.Jira.Deployment, "cloud")
	fill(&s.Jira.URL, s.Jira.Site)
	fill(&s.Jira.IssueType, "Task")
	for i := range s.Clusters {
		fill(&s.Clusters[i].Environment, "production")
	}
	fill(&s.State.DSN, "sqlite:steward.db")
	fill(&s.RBAC.Policy, "policy.csv")
	if len(s.Justify.JiraStatuses) == 0 {
		s.Justify.JiraStatuses = []string{"Approved"}
	}
	fill(&s.HTTP.Listen, "127.0.0.1:8080")
	fill(&s.HTTP.Metrics, "127.0.0.1:9090")
	fill(&s.Log.Level, "info")
	return s
}

func fill(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

// relativeTo makes the file's relative paths relative to its own folder, so
// that they mean the same wherever steward is started.
func (s Settings) relativeTo(dir string) Settings {
	in := func(path string) string {
		if path == "" || filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(dir, path)
	}
	for i := range s.Clusters {
		s.Clusters[i].Kubeconfig = in(s.Clusters[i].Kubeconfig)
	}
	s.RBAC.Policy = in(s.RBAC.Policy)
	s.Diagnose.Playbooks = in(s.Diagnose.Playbooks)
	s.Log.Audit = in(s.Log.Audit)
	if path, ok := strings.CutPrefix(s.State.DSN, "sqlite:"); ok {
		s.State.DSN = "sqlite:" + in(path)
	}
	s.State.DSN = Secret{s.State.DSN}.in(dir).where
	for _, secret := range []*Secret{&s.Slack.AppToken, &s.Slack.BotToken, &s.Slack.SigningSecret, &s.Jira.Token, &s.PagerDuty.Token} {
		*secret = secret.in(dir)
	}
	return s
}
