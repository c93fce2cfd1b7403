package main

import (
	"fmt"
	"strings"

	"github.com/steward-bot/steward/bot"
	"github.com/steward-bot/steward/internal/settings"
	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

func clusterConfigs(s settings.Settings) []kube.Config {
	configs := make([]kube.Config, len(s.Clusters))
	for i, cluster := range s.Clusters {
		configs[i] = kube.Config{Name: cluster.Name, Environment: cluster.Environment, Kubeconfig: cluster.Kubeconfig, Context: cluster.Context, Kubelets: cluster.Kubelets}
	}
	return configs
}

// botConfig reads Slack's secrets; those of the other mode are left alone.
func botConfig(s settings.Settings) (bot.Config, error) {
	config := bot.Config{TeamID: s.Slack.TeamID, APIURL: s.Slack.APIURL, Mode: bot.Mode(s.Slack.Mode), Connections: s.Slack.Connections}
	if config.TeamID == "" {
		return config, fmt.Errorf("slack.team_id is missing: without it anybody's workspace could command steward")
	}
	if strings.HasPrefix(s.State.DSN, "sqlite:") {
		config.Instance = "steward" // its store is its own: what it left, it takes up at once
	}
	var err error
	if config.BotToken, err = named("slack.bot_token", s.Slack.BotToken); err != nil {
		return config, err
	}
	if config.Mode == bot.HTTPMode {
		config.SigningSecret, err = named("slack.signing_secret", s.Slack.SigningSecret)
	} else {
		config.AppToken, err = named("slack.app_token", s.Slack.AppToken)
	}
	return config, err
}

// named reads a secret, and names its key when that fails.
func named(key string, secret settings.Secret) (string, error) {
	value, err := secret.Value()
	if err != nil {
		return "", fmt.Errorf("%s: %w", key, err)
	}
	return value, nil
}

// channelDefaults gives a channel's targets their cluster and namespace. With
// one cluster only, it need not be named anywhere.
func channelDefaults(s settings.Settings) func(channel string) ops.Ref {
	only := ""
	if len(s.Clusters) == 1 {
		only = s.Clusters[0].Name
	}
	return func(channel string) ops.Ref {
		for _, c := range s.Channels {
			if c.ID == channel {
				return ops.Ref{Cluster: c.Cluster, Namespace: c.Namespace}
			}
		}
		return ops.Ref{Cluster: only}
	}
}

// secretNamespaces are, by cluster, where Secrets may be read.
func secretNamespaces(s settings.Settings) map[string][]string {
	byCluster := map[string][]string{}
	for _, cluster := range s.Clusters {
		byCluster[cluster.Name] = cluster.SecretNamespaces
	}
	return byCluster
}
