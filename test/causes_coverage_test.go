package test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unplayed are the causes that no script brings about, and why.
var unplayed = map[string]string{
	"cpu-throttled":         "how often a container is held back is told by a kubelet's own metrics, which the simulated ones do not serve",
	"load-balancer-pending": "a Service may wait for its load balancer for five minutes",
	"stuck-terminating":     "what is being deleted has five minutes beyond its own grace period, and nobody can date a deletion back",
	"cluster-dns-down":      "the cluster's DNS is everybody's, and every other story would fail by it",
	"mesh-mtls-mismatch":    "a mesh's kinds are installed for the whole cluster, and every other story would be in it",
}

// expects is a line of a script that expects a cause first.
var expects = regexp.MustCompile(`(?m)^names \S+ ([a-z-]+)`)

// TestEveryCauseIsPlayedOrExcused holds the scripts to the catalogue: a cause
// appears in a script, or is an exception with its reason, and never both.
func TestEveryCauseIsPlayedOrExcused(t *testing.T) {
	raw, err := os.ReadFile("../diagnose/testdata/catalogue.txt")
	if err != nil {
		t.Fatal(err)
	}
	catalogue := strings.Fields(string(raw))
	played := playedCauses(t)
	for _, id := range catalogue {
		_, excused := unplayed[id]
		switch {
		case !played[id] && !excused:
			t.Errorf("no script brings %s about, and nothing says why", id)
		case played[id] && excused:
			t.Errorf("a script brings %s about, and it is still excused", id)
		}
	}
	for id := range unplayed {
		if !slices.Contains(catalogue, id) {
			t.Errorf("%s is excused, and no such cause exists", id)
		}
	}
	for id := range played {
		if id != "healthy" && !slices.Contains(catalogue, id) {
			t.Errorf("a script expects %s, and no such cause exists", id)
		}
	}
}

func playedCauses(t *testing.T) map[string]bool {
	scripts, err := filepath.Glob("causes/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("there are no scripts: %v", err)
	}
	played := map[string]bool{}
	for _, path := range scripts {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range expects.FindAllStringSubmatch(string(raw), -1) {
			played[found[1]] = true
		}
	}
	return played
}
