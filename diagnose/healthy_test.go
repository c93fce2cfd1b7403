package diagnose

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// harmless is a snapshot that looks like a fault to a tool that only greps, and
// is none.
type harmless struct {
	Title  string `json:"title"`
	Base   string `json:"base"`
	Target string `json:"target"`
	When   []op   `json:"when"`
}

func readHarmless(t *testing.T) []harmless {
	t.Helper()
	files, err := filepath.Glob("testdata/healthy/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no healthy cases: ", err)
	}
	var cases []harmless
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, document := range strings.Split(string(raw), "\n---\n") {
			var h harmless
			if err := yaml.UnmarshalStrict([]byte(document), &h); err != nil {
				t.Fatalf("%s: %v\n%s", file, err, document)
			}
			cases = append(cases, h)
		}
	}
	return cases
}

func TestWhatIsHarmlessIsHealthy(t *testing.T) {
	engine := theEngine(t)
	for _, h := range readHarmless(t) {
		t.Run(h.Title, func(t *testing.T) {
			got := engine.Decide(snapshotOf(t, h.Base, h.Target, h.When...))
			if !got.Healthy || len(got.Causes) > 0 {
				t.Errorf("it is %s\n%s", firstCause(got), pretty(got))
			}
			if len(got.Checks) == 0 && h.Target == "" {
				t.Error("nothing was checked")
			}
		})
	}
}

func TestAScanOfAHealthyClusterFindsNothing(t *testing.T) {
	scan := theEngine(t).Scan(snapshotOf(t, "daily", "Namespace/shop"))
	if len(scan.Diagnoses) != 0 || scan.Workloads != 5 {
		t.Errorf("%d workloads, %d diagnoses", scan.Workloads, len(scan.Diagnoses))
	}
}
