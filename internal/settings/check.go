package settings

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	slackID    = regexp.MustCompile(`^[A-Z][A-Z0-9]{2,20}$`)
	dnsLabel   = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$`)
	projectKey = regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`)
)

// check refuses settings that cannot work, in words that name the key.
func (s Settings) check() error {
	for _, check := range []func() error{s.checkSlack, s.checkVendors, s.checkClusters, s.checkJustify, s.checkChannels, s.checkHTTP} {
		if err := check(); err != nil {
			return err
		}
	}
	return oneOf("log.level", s.Log.Level, "debug", "info", "warn", "error")
}

func (s Settings) checkSlack() error {
	if err := oneOf("slack.mode", s.Slack.Mode, "socket", "http"); err != nil {
		return err
	}
	if s.Slack.TeamID != "" && !slackID.MatchString(s.Slack.TeamID) {
		return fmt.Errorf("slack.team_id %q is not a Slack id such as T0ACME", s.Slack.TeamID)
	}
	if s.Slack.Connections < 2 || s.Slack.Connections > 10 {
		return fmt.Errorf("slack.connections is %d: choose 2 to 10; with one there would be gaps, and Slack allows an app ten", s.Slack.Connections)
	}
	return address("slack.api_url", s.Slack.APIURL)
}

func (s Settings) checkVendors() error {
	if err := oneOf("jira.deployment", s.Jira.Deployment, "cloud", "datacenter"); err != nil {
		return err
	}
	if p := s.Jira.AuditProject; p != "" && !projectKey.MatchString(p) {
		return fmt.Errorf("jira.audit_project %q is not a project key such as INC", p)
	}
	if a := s.PagerDuty.Account; a != "" && !dnsLabel.MatchString(a) {
		return fmt.Errorf("pagerduty.account %q is not a subdomain: write acme for acme.pagerduty.com", a)
	}
	return errors.Join(
		address("jira.site", s.Jira.Site),
		address("jira.url", s.Jira.URL),
		address("pagerduty.api_url", s.PagerDuty.APIURL))
}

func (s Settings) checkClusters() error {
	seen := map[string]bool{}
	for i, cluster := range s.Clusters {
		if !dnsLabel.MatchString(cluster.Name) {
			return fmt.Errorf("clusters[%d].name %q: use lower-case letters, digits and dashes, since people type it", i, cluster.Name)
		}
		if seen[cluster.Name] {
			return fmt.Errorf("clusters[%d].name %q stands there twice", i, cluster.Name)
		}
		seen[cluster.Name] = true
	}
	return nil
}

func (s Settings) checkJustify() error {
	for i, rule := range s.Justify.Rules {
		if rule.Accept == nil { // left out is not the same as none: it would open what the rule was written for
			return fmt.Errorf("justify.rules[%d].accept is missing: name pagerduty, jira or both, or write [] if nothing has to be justified there", i)
		}
		for _, system := range rule.Accept {
			if err := oneOf(fmt.Sprintf("justify.rules[%d].accept", i), system, "pagerduty", "jira"); err != nil {
				return err
			}
		}
	}
	for i, service := range s.Justify.Services {
		if service.PagerDuty == "" && service.Jira.Project == "" {
			return fmt.Errorf("justify.services[%d] names neither a pagerduty service nor a jira project", i)
		}
		// An entry that can name nothing would leave the word to annotations.
		if _, err := path.Match(service.Workload, ""); err != nil {
			return fmt.Errorf("justify.services[%d].workload %q is no glob: * is any run of characters, ? is one, and [ opens a set that ] must close", i, service.Workload)
		}
		if n := service.Namespace; n != "" && n != "*" && !dnsLabel.MatchString(n) {
			return fmt.Errorf("justify.services[%d].namespace %q is not a namespace: write its name, or * for all", i, n)
		}
	}
	return nil
}

func (s Settings) checkChannels() error {
	for i, channel := range s.Channels {
		if !slackID.MatchString(channel.ID) {
			return fmt.Errorf("channels[%d].id %q is not a channel id such as C0SHOP: names can be taken over, ids cannot", i, channel.ID)
		}
		known := slices.ContainsFunc(s.Clusters, func(c Cluster) bool { return c.Name == channel.Cluster })
		if channel.Cluster != "" && !known {
			return fmt.Errorf("channels[%d].cluster %q is not one of clusters", i, channel.Cluster)
		}
	}
	return nil
}

func (s Settings) checkHTTP() error {
	return errors.Join(listen("http.listen", s.HTTP.Listen), listen("http.metrics", s.HTTP.Metrics))
}

func listen(key, value string) error {
	if _, _, err := net.SplitHostPort(value); err != nil {
		return fmt.Errorf("%s %q is not an address such as 127.0.0.1:8080", key, value)
	}
	return nil
}

func oneOf(key, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("%s is %q; allowed: %s", key, value, strings.Join(allowed, ", "))
}

func address(key, value string) error {
	if value == "" {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return fmt.Errorf("%s %q is not an address such as https://acme.atlassian.net", key, value)
	}
	return nil
}
