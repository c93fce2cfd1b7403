package settings_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/steward-bot/steward/internal/settings"
)

func TestAMistakeIsNamedWithItsLineAndWhatIsAllowed(t *testing.T) {
	for name, tc := range map[string]struct{ yaml, want string }{
		"a misspelt key": {
			"slack:\n  mode: socket\n  bot_tokn: env:X\n",
			`steward.yaml:3: unknown key "bot_tokn"; allowed here: api_url, app_token, bot_token, connections, mode, signing_secret, team_id`,
		},
		"a secret in the file": {
			"slack:\n  bot_token: xoxb-123\n",
			"steward.yaml:2: a secret must not stand in the settings: write env:NAME or file:PATH",
		},
		"a wrong type": {
			"slack:\n  connections: many\n",
			"steward.yaml:2: cannot unmarshal !!str `many` into int",
		},
		"a mode that does not exist": {
			"slack: {mode: carrier-pigeon}\n",
			`steward.yaml: slack.mode is "carrier-pigeon"; allowed: socket, http`,
		},
		"one connection": {
			"slack: {connections: 1}\n",
			"steward.yaml: slack.connections is 1: choose 2 to 10; with one there would be gaps, and Slack allows an app ten",
		},
		"a channel by name": {
			"channels: [{id: \"#shop\"}]\n",
			`steward.yaml: channels[0].id "#shop" is not a channel id such as C0SHOP: names can be taken over, ids cannot`,
		},
		"a cluster twice": {
			"clusters: [{name: a}, {name: a}]\n",
			`steward.yaml: clusters[1].name "a" stands there twice`,
		},
		"a rule that forgot what it accepts": {
			"justify: {rules: [{environments: [production], verbs: [\"*\"]}]}\n",
			"steward.yaml: justify.rules[0].accept is missing: name pagerduty, jira or both, or write [] if nothing has to be justified there",
		},
		"a rule whose list is empty by mistake": {
			"justify:\n  rules:\n  - environments: [production]\n    verbs: [rollback]\n    accept:\n",
			"steward.yaml: justify.rules[0].accept is missing",
		},
		"a mapping that can name nothing": {
			"justify: {services: [{workload: \"check[out\", pagerduty: P1}]}\n",
			`steward.yaml: justify.services[0].workload "check[out" is no glob: * is any run of characters, ? is one, and [ opens a set that ] must close`,
		},
		"a mapping for namespaces by glob": {
			"justify: {services: [{namespace: \"shop-*\", pagerduty: P1}]}\n",
			`steward.yaml: justify.services[0].namespace "shop-*" is not a namespace: write its name, or * for all`,
		},
		"a second document": {
			"slack: {}\n---\nslack: {}\n",
			"steward.yaml: it holds a second document (---); steward reads one",
		},
		"broken YAML": {
			"slack: [\n",
			"steward.yaml:1: did not find expected node content",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := settings.Parse("steward.yaml", []byte(tc.yaml))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("got  %v\nwant %s", err, tc.want)
			}
		})
	}
}

func TestWhatIsLeftOutBecomesSensible(t *testing.T) {
	s, err := settings.Parse("steward.yaml", []byte("clusters: [{name: prod-eu}]\njira: {site: https://acme.atlassian.net}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if s.Clusters[0].Environment != "production" {
		t.Errorf("a cluster without an environment is %q: it must count as production, where most is demanded", s.Clusters[0].Environment)
	}
	if s.Jira.URL != "https://acme.atlassian.net" || s.Slack.Mode != "socket" || s.State.DSN != "sqlite:steward.db" || s.Justify.JiraStatuses[0] != "Approved" {
		t.Errorf("defaults: %+v", s)
	}
}

func TestARuleMaySayThatNothingHasToBeJustified(t *testing.T) {
	s, err := settings.Parse("steward.yaml", []byte("justify: {rules: [{environments: [sandbox], verbs: [\"*\"], accept: []}]}\n"))
	if err != nil || len(s.Justify.Rules[0].Accept) != 0 {
		t.Errorf("got %+v, %v", s.Justify, err)
	}
}

func TestPathsAreRelativeToTheFile(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "token"), "xoxb-1\n")
	write(t, filepath.Join(dir, "steward.yaml"), "slack: {bot_token: \"file:token\"}\nrbac: {policy: my.csv}\n")
	s, err := settings.Load(filepath.Join(dir, "steward.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if s.RBAC.Policy != filepath.Join(dir, "my.csv") || s.State.DSN != "sqlite:"+filepath.Join(dir, "steward.db") {
		t.Errorf("paths: %q %q", s.RBAC.Policy, s.State.DSN)
	}
	if value, err := s.Slack.BotToken.Value(); err != nil || value != "xoxb-1" {
		t.Errorf("the secret read %q, %v", value, err)
	}
}

func TestASecretNeverPrints(t *testing.T) {
	t.Setenv("BOT_TOKEN", "xoxb-very-secret")
	s, err := settings.Parse("steward.yaml", []byte("slack: {bot_token: env:BOT_TOKEN}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Slack.BotToken.String(); got != "env:BOT_TOKEN" {
		t.Errorf("it prints %q", got)
	}
	if value, _ := s.Slack.BotToken.Value(); value != "xoxb-very-secret" {
		t.Errorf("it reads %q", value)
	}
	t.Setenv("BOT_TOKEN", "")
	if _, err := s.Slack.BotToken.Value(); err == nil || err.Error() != "the secret env:BOT_TOKEN is empty" {
		t.Errorf("an empty secret gives %v", err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// It promises to show every key.
func TestTheExampleShowsEveryKey(t *testing.T) {
	path := filepath.Join("..", "..", "deploy", "steward.example.yaml")
	if _, err := settings.Load(path); err != nil {
		t.Error(err)
	}
	example, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keysOf(reflect.TypeFor[settings.Settings]()) {
		if !regexp.MustCompile(`\b` + key + `:`).Match(example) {
			t.Errorf("%s does not show %s", path, key)
		}
	}
}

func keysOf(section reflect.Type) []string {
	keys := []string{}
	for section.Kind() == reflect.Slice {
		section = section.Elem()
	}
	if section.Kind() != reflect.Struct {
		return nil
	}
	for i := range section.NumField() {
		if key := section.Field(i).Tag.Get("yaml"); key != "" {
			keys = append(append(keys, key), keysOf(section.Field(i).Type)...)
		}
	}
	return keys
}
