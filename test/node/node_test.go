//go:build node

package node

import (
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
	steward = testnode.Path("steward")
	build := exec.Command("go", "build", "-o", steward, "../../cmd/steward")
	if out, err := build.CombinedOutput(); err != nil {
		_, _ = fmt.Fprintf(os.Stderr, "building steward: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// patience is for the slowest of the kubelet's own delays, on two cores with
// all stories at once.
const (
	patience = 4 * time.Minute
	pause    = 4 * time.Second // between two questions
)

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
		d, raw, err := diagnose(c, ns, s.target)
		complaint := s.complaint(d, ns)
		if err != nil {
			complaint = err.Error() // a busy machine: the API server may be late
		}
		if complaint == "" && s.says == healthy {
			complaint = unready(c, ns) // before that, healthy means only that nothing is wrong yet
		}
		if complaint == "" {
			t.Logf("after %s; before that: %s\n%s", time.Since(began).Round(time.Second), strings.Join(others, ", "), d)
			return
		}
		if complaint != last {
			others = append(others, fmt.Sprintf("%s at %s", d.first(), time.Since(began).Round(time.Second)))
		}
		last = complaint
		if time.Since(began)+pause > patience {
			t.Fatalf("%s\nbefore that: %s\n%s\n%s", complaint, strings.Join(others, ", "), raw, c.Kubectl(t, "describe", "pods", "-n", ns))
		}
		time.Sleep(pause)
	}
}
