package test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/standin/jira"
	"github.com/steward-bot/steward/standin/pagerduty"
	"github.com/steward-bot/steward/standin/shop"
	"github.com/steward-bot/steward/standin/slack"
)

// patience is how long a story waits for something to come true.
const patience = 30 * time.Second

// unlimited lets a benchmark ask more often than Slack would bear.
var unlimited = slack.NoLimits()

// world is what one story plays in: a namespace of its own, the vendors, and
// one steward process.
type world struct {
	dir       string
	namespace string
	binary    string
	cluster   *testcluster.Cluster

	slack     *httptest.Server
	jira      *httptest.Server
	pagerduty *httptest.Server
	servers   []func()

	process *exec.Cmd
	http    string // where steward serves health
	logs    *lockedBuffer

	people map[string]string // name → Slack id
	thread string            // the thread that the story is in
	asker  string            // who spoke last
	place  string            // the channel they spoke in
}

// newWorld sets the scene. A crowd of so many further people is in the shop's
// channel; none of them has a role.
func newWorld(dir, binary string, cluster *testcluster.Cluster, limits slack.Limits, crowd int) (*world, error) {
	w := &world{dir: dir, binary: binary, cluster: cluster, logs: &lockedBuffer{}, people: map[string]string{}, place: "C0SHOP"}
	if err := w.makeNamespace(); err != nil {
		return nil, err
	}
	if err := w.openVendors(limits, crowd); err != nil {
		return nil, err
	}
	return w, w.writeSettings()
}

// makeNamespace gives the story a namespace that no other has. The whole
// cluster goes away after the tests, and the namespace with it.
func (w *world) makeNamespace() error {
	made, err := w.cluster.Client.CoreV1().Namespaces().Create(context.Background(), &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "story-"},
	}, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("making the story's namespace: %w", err)
	}
	w.namespace = made.Name
	return nil
}

func (w *world) openVendors(limits slack.Limits, crowd int) error {
	var workspace slack.Workspace
	var site jira.Site
	var account pagerduty.Account
	for name, into := range map[string]any{"workspace.json": &workspace, "jira.json": &site, "pagerduty.json": &account} {
		if err := shop.Decode(name, into); err != nil {
			return err
		}
	}
	for n := range crowd {
		id := fmt.Sprintf("U0CROWD%02d", n)
		workspace.People = append(workspace.People, slack.Person{ID: id, Name: id})
		workspace.Channels[0].Members = append(workspace.Channels[0].Members, id)
	}
	for _, person := range workspace.People {
		w.people[person.Name] = person.ID
	}
	s, err := slack.New(slack.Options{Workspace: workspace, Limits: limits})
	if err != nil {
		return err
	}
	j, err := jira.New(site, jira.Options{})
	if err != nil {
		return err
	}
	p, err := pagerduty.New(account, pagerduty.Options{})
	if err != nil {
		return err
	}
	w.slack, w.jira, w.pagerduty = httptest.NewServer(s), httptest.NewServer(j), httptest.NewServer(p)
	w.servers = append(w.servers, s.Close)
	return nil
}

func (w *world) close() {
	w.kill()
	for _, shut := range w.servers {
		shut()
	}
	for _, s := range []*httptest.Server{w.slack, w.jira, w.pagerduty} {
		s.CloseClientConnections()
		s.Close()
	}
}

// writeSettings writes steward.yaml and policy.csv as an administrator would.
func (w *world) writeSettings() error {
	text := fmt.Sprintf(`
slack:     {mode: socket, team_id: T0ACME, app_token: env:SLACK_APP_TOKEN, bot_token: env:SLACK_BOT_TOKEN, api_url: "%s/api/"}
jira:      {deployment: cloud, site: "https://acme.atlassian.net", url: "%s", email: bot@acme.example, token: env:JIRA_TOKEN, audit_project: INC}
pagerduty: {account: acme, api_url: "%s", token: env:PAGERDUTY_TOKEN, from: bot@acme.example}
clusters:  [{name: prod-eu, environment: production, kubeconfig: "%s"}]
state:     {dsn: "sqlite:steward.db"}
rbac:      {policy: policy.csv}
channels:  [{id: C0SHOP, cluster: prod-eu, namespace: "%s"}]
http:      {listen: "127.0.0.1:0", metrics: "127.0.0.1:0"}
log:       {audit: audit.jsonl}
`, w.slack.URL, w.jira.URL, w.pagerduty.URL, w.cluster.Kubeconfig, w.namespace)
	policy := strings.ReplaceAll(string(shop.File("policy.csv")), " shop,", " "+w.namespace+",")
	if err := os.WriteFile(filepath.Join(w.dir, "steward.yaml"), []byte(text), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(w.dir, "policy.csv"), []byte(policy), 0o600)
}

// environment is the secrets, as steward's own process has them.
func (w *world) environment() []string {
	return append(os.Environ(),
		"SLACK_APP_TOKEN=xapp-standin", "SLACK_BOT_TOKEN=xoxb-standin", "SLACK_SIGNING_SECRET=standin-signing-secret",
		"JIRA_TOKEN=jira-standin", "PAGERDUTY_TOKEN=pagerduty-standin")
}

func (w *world) kill() {
	if w.process == nil {
		return
	}
	_ = w.process.Process.Kill()
	_ = w.process.Wait()
	w.process = nil
}

// until asks again and again until the answer is "", and gives the last
// complaint when patience ends.
func until(ask func() string) string {
	deadline := time.Now().Add(patience)
	for {
		complaint := ask()
		if complaint == "" || time.Now().After(deadline) {
			return complaint
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// call sends JSON and gives the answer's body.
func call(method, url string, body any) (status int, answer []byte, err error) {
	var raw []byte
	switch b := body.(type) {
	case nil:
	case string:
		raw = []byte(b)
	default:
		if raw, err = json.Marshal(b); err != nil {
			return 0, nil, err
		}
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(raw))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}

// lockedBuffer keeps a process's output while it is being written.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
