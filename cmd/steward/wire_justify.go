package main

import (
	"github.com/steward-bot/steward/internal/settings"
	"github.com/steward-bot/steward/justify"
)

// newJustifier makes the justifier from the settings. A vendor that is not set
// accepts nothing.
func newJustifier(s settings.Settings) (*justify.Justifier, error) {
	sources := []justify.Source{}
	if s.PagerDuty.Account != "" {
		token, err := named("pagerduty.token", s.PagerDuty.Token)
		if err != nil {
			return nil, err
		}
		source, err := justify.NewPagerDuty(justify.PagerDutyConfig{Account: s.PagerDuty.Account, APIURL: s.PagerDuty.APIURL, Token: token})
		if err != nil {
			return nil, err
		}
		sources = append(sources, source)
	}
	if s.Jira.Site != "" {
		token, err := named("jira.token", s.Jira.Token)
		if err != nil {
			return nil, err
		}
		source, err := justify.NewJira(justify.JiraConfig{
			Deployment: s.Jira.Deployment, Site: s.Jira.Site, URL: s.Jira.URL, Email: s.Jira.Email, Token: token, Statuses: s.Justify.JiraStatuses,
		})
		if err != nil {
			return nil, err
		}
		sources = append(sources, source)
	}
	return justify.New(justifyConfig(s.Justify), sources...), nil
}

func justifyConfig(s settings.Justify) justify.Config {
	config := justify.Config{}
	for _, rule := range s.Rules {
		config.Rules = append(config.Rules, justify.Rule{Environments: rule.Environments, Verbs: rule.Verbs, Accept: rule.Accept})
	}
	for _, service := range s.Services {
		config.Services = append(config.Services, justify.Service{
			Namespace: service.Namespace, Workload: service.Workload, PagerDuty: service.PagerDuty,
			Jira: justify.JiraProject{Project: service.Jira.Project, Component: service.Jira.Component},
		})
	}
	return config
}
