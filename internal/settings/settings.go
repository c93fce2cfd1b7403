// Package settings reads steward.yaml: one file, decoded strictly, with every
// default filled in once. Secrets never stand in the file: it says where they
// are (env:NAME or file:PATH), and they are read when they are needed.
package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Settings is the whole of steward.yaml.
type Settings struct {
	Slack     Slack     `yaml:"slack"`
	Jira      Jira      `yaml:"jira"`
	PagerDuty PagerDuty `yaml:"pagerduty"`
	Clusters  []Cluster `yaml:"clusters"`
	State     State     `yaml:"state"`
	RBAC      RBAC      `yaml:"rbac"`
	Justify   Justify   `yaml:"justify"`
	Diagnose  Diagnose  `yaml:"diagnose"`
	Channels  []Channel `yaml:"channels"`
	HTTP      HTTP      `yaml:"http"`
	Log       Log       `yaml:"log"`
}

// Slack says how steward reaches Slack.
type Slack struct {
	Mode          string `yaml:"mode"`           // "socket" or "http"
	TeamID        string `yaml:"team_id"`        // the only workspace that is served
	AppToken      Secret `yaml:"app_token"`      // xapp-…, for socket mode
	BotToken      Secret `yaml:"bot_token"`      // xoxb-…
	SigningSecret Secret `yaml:"signing_secret"` // for http mode
	APIURL        string `yaml:"api_url"`        // empty for Slack itself; with its trailing slash
	Connections   int    `yaml:"connections"`    // Socket Mode connections, 2 to 10
}

// Jira says where Jira is. An empty site means that Jira is not used.
type Jira struct {
	Deployment   string `yaml:"deployment"`    // "cloud" or "datacenter"
	Site         string `yaml:"site"`          // what people paste: https://acme.atlassian.net
	URL          string `yaml:"url"`           // where the API is; the site when empty
	Email        string `yaml:"email"`         // of the bot's account, on cloud
	Token        Secret `yaml:"token"`         //
	AuditProject string `yaml:"audit_project"` // key of the project that holds one issue an incident
	IssueType    string `yaml:"issue_type"`    // of those issues
}

// PagerDuty says where PagerDuty is. An empty account means that PagerDuty is
// not used.
type PagerDuty struct {
	Account string `yaml:"account"` // the subdomain: acme in acme.pagerduty.com
	APIURL  string `yaml:"api_url"` // empty for PagerDuty itself
	Token   Secret `yaml:"token"`   //
	From    string `yaml:"from"`    // e-mail address of the user that notes are written as
}

// Cluster is one cluster that steward serves.
type Cluster struct {
	Name        string `yaml:"name"`
	Environment string `yaml:"environment"` // "production" unless it says otherwise
	Kubeconfig  string `yaml:"kubeconfig"`  // empty inside the cluster
	Context     string `yaml:"context"`     // empty for the kubeconfig's current one
	// SecretNamespaces are where the values of the Secrets that a target names may
	// be read, to be hashed, and certificates with them. None unless it says so.
	SecretNamespaces []string `yaml:"secret_namespaces"`
	// Kubelets lets steward ask kubelets how full volumes are and how much CPU
	// limits hold back. Each that is asked is given steward's own credentials.
	Kubelets bool `yaml:"kubelets"`
}

// State says where the journal is kept.
type State struct {
	DSN string `yaml:"dsn"` // sqlite:FILE or postgres://…; may be env:NAME or file:PATH, since it can hold a password
}

// Read gives the DSN, from its place when it has one.
func (s State) Read() (string, error) {
	if strings.HasPrefix(s.DSN, "env:") || strings.HasPrefix(s.DSN, "file:") {
		return Secret{s.DSN}.Value()
	}
	return s.DSN, nil
}

// RBAC says where the policy is.
type RBAC struct {
	Policy string `yaml:"policy"`
}

// Diagnose says what the diagnosis knows besides what is built in, and what it
// hides besides secrets.
type Diagnose struct {
	Playbooks string `yaml:"playbooks"` // a folder of the administrators' own; empty for none
	// RedactEmails hides e-mail addresses in logs, events and annotations too,
	// before anybody sees them.
	RedactEmails bool `yaml:"redact_emails"`
}

// Justify says which writes need which justification.
type Justify struct {
	Rules        []Rule    `yaml:"rules"`
	JiraStatuses []string  `yaml:"jira_statuses"`
	Services     []Service `yaml:"services"`
}

// Rule demands a justification for some verbs in some environments.
type Rule struct {
	Environments []string `yaml:"environments"`
	Verbs        []string `yaml:"verbs"`
	Accept       []string `yaml:"accept"` // "pagerduty", "jira"; empty means that none is needed
}

// Service ties workloads to the service or project whose tickets justify
// actions on them. It beats annotations, which whoever owns the workload
// controls.
type Service struct {
	Namespace string      `yaml:"namespace"`
	Workload  string      `yaml:"workload"`  // a glob of names
	PagerDuty string      `yaml:"pagerduty"` // a service id
	Jira      ServiceJira `yaml:"jira"`
}

// ServiceJira names a project, and a component if only one is meant.
type ServiceJira struct {
	Project   string `yaml:"project"`
	Component string `yaml:"component"`
}

// Channel gives a channel's targets their cluster and namespace.
type Channel struct {
	ID        string `yaml:"id"`
	Cluster   string `yaml:"cluster"`
	Namespace string `yaml:"namespace"`
}

// HTTP says where steward listens.
type HTTP struct {
	Listen  string `yaml:"listen"`  // health, Slack in http mode
	Metrics string `yaml:"metrics"` // on a port of its own, since metrics tell names
}

// Log says how much is logged.
type Log struct {
	Level string `yaml:"level"` // debug, info, warn, error
	Audit string `yaml:"audit"` // file of the audit's JSON lines; empty for standard output
}

// missing is the path of a settings file that is not there.
type missing string

// Error says what to do about it.
func (m missing) Error() string {
	return fmt.Sprintf("there is no settings file %s: name one with --config FILE, or start from deploy/steward.example.yaml", string(m))
}

// Is lets errors.Is find os.ErrNotExist.
func (missing) Is(target error) bool { return target == os.ErrNotExist }

// Load reads, fills in and checks the file. The error names the file, the line
// and what is allowed; it is os.ErrNotExist when there is no such file.
func Load(path string) (Settings, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return Settings{}, missing(path)
		}
		return Settings{}, fmt.Errorf("reading the settings: %w", err)
	}
	s, err := Parse(path, raw)
	if err != nil {
		return Settings{}, err
	}
	return s.relativeTo(filepath.Dir(path)), nil
}

// Parse decodes settings that came from the named file.
func Parse(name string, raw []byte) (Settings, error) {
	var s Settings
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(&s); err != nil && !errors.Is(err, io.EOF) {
		return Settings{}, explain(name, err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Settings{}, fmt.Errorf("%s: it holds a second document (---); steward reads one", name)
	}
	s = s.withDefaults()
	if err := s.check(); err != nil {
		return Settings{}, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}
