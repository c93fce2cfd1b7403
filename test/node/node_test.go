//go:build node

package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/internal/testnode"
)

// steward is the program under test, as people run it.
var steward string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if os.Getenv(testnode.Env) == "" {
		_, _ = fmt.Fprintln(os.Stderr, "There is no real node: run make test-node, on a Debian machine, as root.")
		return 1
	}
	dir, err := os.MkdirTemp("", "steward-node-test-")
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	steward = filepath.Join(dir, "steward")
	build := exec.Command("go", "build", "-o", steward, "../../cmd/steward")
	if out, err := build.CombinedOutput(); err != nil {
		_, _ = fmt.Fprintf(os.Stderr, "building steward: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// patience is for the slowest of the kubelet's own delays, on two cores with
// all stories at once.
const patience = 4 * time.Minute

func TestStewardNamesWhatReallyHappens(t *testing.T) {
	c := testcluster.Get(t)
	t.Run("stories", func(t *testing.T) {
		for _, s := range stories(t) {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				ns := c.Namespace(t)
				c.Apply(t, ns, s.manifest)
				s.until(t, c, ns)
			})
		}
	})
	t.Run("the kubelet dies", func(t *testing.T) { kubeletDies(t, c) })
}

// kubeletDies is the last: nothing else happens on the node afterwards.
func kubeletDies(t *testing.T, c *testcluster.Cluster) {
	ns := c.Namespace(t)
	text, err := os.ReadFile(filepath.Join("stories", "healthy.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := readStory("healthy", text)
	if err != nil {
		t.Fatal(err)
	}
	c.Apply(t, ns, s.manifest)
	s.until(t, c, ns)
	if err := testnode.KillKubelet(); err != nil {
		t.Fatal(err)
	}
	s.says = "node-unreachable"
	s.until(t, c, ns)
}

// until asks steward again and again until it says what the story wants.
func (s story) until(t *testing.T, c *testcluster.Cluster, ns string) {
	t.Helper()
	began, last, others := time.Now(), "", []string(nil)
	for time.Since(began) < patience {
		d, raw := diagnose(t, c, ns, s.target)
		complaint := s.complaint(d)
		if complaint == "" {
			t.Logf("after %s; before that: %s\n%s", time.Since(began).Round(time.Second), strings.Join(others, ", "), d)
			return
		}
		if says := fmt.Sprintf("%s at %s", d.first(), time.Since(began).Round(time.Second)); complaint != last {
			others = append(others, says)
		}
		last = complaint
		if time.Since(began)+3*time.Second > patience {
			t.Fatalf("%s\nbefore that: %s\n%s\n%s", complaint, strings.Join(others, ", "), raw, c.Kubectl(t, "describe", "pods", "-n", ns))
		}
		time.Sleep(3 * time.Second)
	}
}

// complaint is what is not as the story wants it, or "".
func (s story) complaint(d diagnosis) string {
	if got := d.first(); got != s.says {
		return fmt.Sprintf("steward says %s, not %s", got, s.says)
	}
	if s.says == healthy {
		return ""
	}
	first := d.Causes[0]
	if s.summary != "" && first.Summary != s.summary {
		return fmt.Sprintf("the summary is %q, not %q", first.Summary, s.summary)
	}
	if s.remedy != "" && (len(first.Remedy) == 0 || first.Remedy[0].Text != s.remedy) {
		return fmt.Sprintf("the remedies are %q; the first is not %q", first.Remedy, s.remedy)
	}
	return ""
}

const healthy = "healthy"

// diagnosis is as much of steward's answer as the stories look at.
type diagnosis struct {
	Status string
	Causes []struct {
		ID, Confidence, Summary string
		Remedy                  []struct{ Text string }
	}
	Target struct{ Name string }
}

// first is the id of the first cause, or the status where there is none.
func (d diagnosis) first() string {
	if len(d.Causes) == 0 {
		return d.Status
	}
	return d.Causes[0].ID
}

// String is what a person reads first.
func (d diagnosis) String() string {
	var lines []string
	for _, cause := range d.Causes {
		lines = append(lines, fmt.Sprintf("%s (%s): %s", cause.ID, cause.Confidence, cause.Summary))
		for _, r := range cause.Remedy {
			lines = append(lines, "  - "+r.Text)
		}
	}
	return strings.Join(lines, "\n")
}

func diagnose(t *testing.T, c *testcluster.Cluster, ns, target string) (d diagnosis, raw string) {
	t.Helper()
	out, err := exec.Command(steward, "diagnose", target, "-n", ns, "--kubeconfig", c.Kubeconfig, "-o", "json").Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &d); err != nil {
		t.Fatalf("steward's answer is no JSON (%v): %s%s", err, out, exit.Stderr)
	}
	return d, string(out)
}
