package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/steward-bot/steward/standin/chat"
	"github.com/steward-bot/steward/standin/jira"
	"github.com/steward-bot/steward/standin/pagerduty"
	"github.com/steward-bot/steward/standin/shop"
	"github.com/steward-bot/steward/standin/slack"
)

// vendors are the demo's Slack, Jira and PagerDuty, each on a loopback address.
type vendors struct {
	slackHandler           http.Handler
	app                    slack.App
	slack, jira, pagerduty string // addresses
	closers                []func()
}

func openVendors() (*vendors, error) {
	var workspace slack.Workspace
	var site jira.Site
	var account pagerduty.Account
	for name, into := range map[string]any{"workspace.json": &workspace, "jira.json": &site, "pagerduty.json": &account} {
		if err := shop.Decode(name, into); err != nil {
			return nil, err
		}
	}
	v := &vendors{}
	s, err := slack.New(slack.Options{Workspace: workspace})
	if err != nil {
		return nil, fmt.Errorf("opening the stand-in Slack: %w", err)
	}
	v.closers = append(v.closers, s.Close)
	j, err := jira.New(site, jira.Options{})
	if err != nil {
		return nil, fmt.Errorf("opening the stand-in Jira: %w", err)
	}
	p, err := pagerduty.New(account, pagerduty.Options{})
	if err != nil {
		return nil, fmt.Errorf("opening the stand-in PagerDuty: %w", err)
	}
	v.slackHandler, v.app = s, s.App()
	for address, handler := range map[*string]http.Handler{&v.slack: s, &v.jira: j, &v.pagerduty: p} {
		if *address, err = v.listen(handler); err != nil {
			v.close()
			return nil, err
		}
	}
	return v, nil
}

func (v *vendors) listen(handler http.Handler) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a loopback address is there at once
	if err != nil {
		return "", fmt.Errorf("serving a stand-in: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	go server.Serve(listener) //nolint:errcheck // ends with Close
	v.closers = append(v.closers, func() { server.Close() })
	return "http://" + listener.Addr().String(), nil
}

func (v *vendors) close() {
	for i := len(v.closers) - 1; i >= 0; i-- {
		v.closers[i]()
	}
}

// The credentials that the shop's files give to steward.
const (
	jiraEmail      = "bot@acme.example"
	jiraToken      = "jira-standin"      //nolint:gosec // a stand-in's token, in a file of this repository
	pagerdutyToken = "pagerduty-standin" //nolint:gosec // the same
)

// describe says where the stand-ins are and what lets one in, for other
// programs.
func (v *vendors) describe() map[string]any {
	return map[string]any{
		"slack": map[string]string{
			"url": v.slack, "api_url": v.slack + "/api/", "bot_token": v.app.BotToken, "app_token": v.app.AppToken,
			"signing_secret": v.app.SigningSecret, "team_id": "T0ACME",
		},
		"jira":      map[string]string{"url": v.jira, "site": v.jira, "email": jiraEmail, "token": jiraToken, "audit_project": "INC"},
		"pagerduty": map[string]string{"url": v.pagerduty, "account": "acme", "token": pagerdutyToken, "from": jiraEmail},
	}
}

// writeSettings writes steward.yaml and the files that its secrets are in.
func (v *vendors) writeSettings(dir, kubeconfig, context string) error {
	secrets := map[string]string{
		"slack-app-token": v.app.AppToken, "slack-bot-token": v.app.BotToken, "slack-signing-secret": v.app.SigningSecret,
		"jira-token": jiraToken, "pagerduty-token": pagerdutyToken,
	}
	for name, value := range secrets {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(value), 0o600); err != nil {
			return fmt.Errorf("writing the demo's secrets: %w", err)
		}
	}
	text := fmt.Sprintf(`
slack:     {mode: socket, team_id: T0ACME, app_token: "file:slack-app-token", bot_token: "file:slack-bot-token", api_url: "%s/api/"}
jira:      {deployment: cloud, site: "%s", email: %s, token: "file:jira-token", audit_project: INC}
pagerduty: {account: acme, api_url: "%s", token: "file:pagerduty-token", from: %s}
clusters:  [{name: prod-eu, environment: production, kubeconfig: %q, context: %q}]
channels:  [{id: C0SHOP, cluster: prod-eu, namespace: shop}]
http:      {listen: "127.0.0.1:0", metrics: "127.0.0.1:0"}
log:       {audit: audit.jsonl}
`, v.slack, v.jira, jiraEmail, v.pagerduty, jiraEmail, kubeconfig, context)
	if err := os.WriteFile(filepath.Join(dir, "steward.yaml"), []byte(text), 0o600); err != nil {
		return fmt.Errorf("writing the demo's settings: %w", err)
	}
	return nil
}

// guide is what the chat page offers beside the chat.
func guide(v *vendors, ownCluster bool) chat.Guide {
	g := chat.Guide{
		Title: "steward", User: "U0ANA", Channel: "C0SHOP", Command: "/k8s",
		Links: []chat.Link{{Title: "Jira", URL: v.jira + "/browse"}, {Title: "PagerDuty", URL: v.pagerduty + "/incidents"}},
		Notes: []string{"The lock is real: be Ben, a developer, and try to roll back. Be Gus, a guest, and try anything."},
	}
	if ownCluster {
		g.User = "U0CLEO"
		g.Try = []chat.Try{{Title: "Your own cluster", Lines: []string{"/k8s help", "/k8s access", "/k8s status NAMESPACE/NAME", "/k8s diagnose NAMESPACE/NAME"}}}
		return g
	}
	g.Try = []chat.Try{
		{Title: "A release that never arrived", Lines: []string{"/k8s diagnose checkout", "/k8s rollback checkout because https://acme.pagerduty.com/incidents/Q1XCHK0001", "/k8s audit checkout"}},
		{Title: "A configuration tidied away", Lines: []string{"/k8s diagnose cart", "/k8s rollback cart because " + v.jira + "/browse/SHOP-7"}},
		{Title: "The fault is next door", Lines: []string{"/k8s diagnose storefront", "/k8s scale catalog replicas=3 because https://acme.pagerduty.com/incidents/Q1XCAT0001"}},
		{Title: "It says no", Lines: []string{"/k8s rollback checkout because https://acme.pagerduty.com/incidents/Q1XOLD0001", "/k8s rollback checkout because SHOP-8", "/k8s rolback checkout", "/k8s diagnose chekcout"}},
		{Title: "And", Lines: []string{"/k8s help", "/k8s access", "/k8s status checkout"}},
	}
	return g
}
