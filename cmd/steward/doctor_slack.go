package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/steward-bot/steward/internal/settings"
)

// slackScopes are what the bot's token needs, with what each is for.
var slackScopes = []struct{ scope, purpose string }{
	{"app_mentions:read", "to be mentioned in threads"},
	{"channels:read", "to see whether a channel is shared or archived"},
	{"chat:write", "to answer"},
	{"commands", "to receive /k8s"},
	{"groups:read", "to see private channels that it is in"},
	{"usergroups:read", "to know who is in a user group of the policy"},
	{"users:read", "to refuse guests, bots and closed accounts"},
	{"users:read.email", "to name people in Jira and PagerDuty"},
}

const slackAPI = "https://slack.com/api/"

func examineSlack(ctx context.Context, s settings.Settings) []finding {
	base := s.Slack.APIURL
	if base == "" {
		base = slackAPI
	}
	token, err := s.Slack.BotToken.Value()
	if err != nil {
		return []finding{unwell("slack: bot token", err.Error(), "Install the app in your workspace and put its bot token (xoxb-…) where slack.bot_token says.")}
	}
	var answer struct {
		OK                bool
		Error, Team, User string
		TeamID            string `json:"team_id"`
	}
	_, header, err := inquiry{method: http.MethodPost, url: base + "auth.test", headers: map[string]string{"Authorization": "Bearer " + token}}.ask(ctx, &answer)
	if err != nil {
		return []finding{unwell("slack: bot token", err.Error(), "Check slack.api_url, the network and any proxy.")}
	}
	if !answer.OK {
		return []finding{unwell("slack: bot token", "Slack says "+answer.Error, "Reinstall the app and put its new bot token where slack.bot_token says.")}
	}
	findings := []finding{well("slack: bot token", fmt.Sprintf("it is %s in %s", answer.User, answer.Team))}
	findings = append(findings, examineTeam(s.Slack.TeamID, answer.TeamID), examineScopes(header.Get("X-OAuth-Scopes")))
	if s.Slack.Mode == "http" {
		return append(findings, secretThere("slack: signing secret", s.Slack.SigningSecret))
	}
	return append(findings, secretThere("slack: app token", s.Slack.AppToken))
}

func examineTeam(want, got string) finding {
	if want == got {
		return well("slack: workspace", "slack.team_id is "+got)
	}
	return unwell("slack: workspace", fmt.Sprintf("slack.team_id is %q, the token belongs to %s", want, got), "Write team_id: "+got+" under slack, or use the other workspace's token.")
}

func examineScopes(header string) finding {
	granted := strings.FieldsFunc(header, func(r rune) bool { return r == ',' || r == ' ' })
	missing := []string{}
	for _, need := range slackScopes {
		if !slices.Contains(granted, need.scope) {
			missing = append(missing, need.scope+" ("+need.purpose+")")
		}
	}
	if len(missing) == 0 {
		return well("slack: scopes", "all granted")
	}
	return unwell("slack: scopes", "missing: "+strings.Join(missing, ", "), "Add them under OAuth & Permissions, or use deploy/slack-app-manifest.yaml, and reinstall the app.")
}

func secretThere(subject string, secret settings.Secret) finding {
	if _, err := secret.Value(); err != nil {
		return unwell(subject, err.Error(), "Put it where the settings say, or correct the settings.")
	}
	return well(subject, "there ("+secret.String()+")")
}
