package diagnose

import (
	"strings"
	"testing"
)

// TestAClaimThatIsBeingDeletedLosesNoPod holds that nobody is told to start the
// pods anew that keep a deleted claim, and its data, alive.
func TestAClaimThatIsBeingDeletedLosesNoPod(t *testing.T) {
	for _, p := range readPairs(t) {
		if p.name() != "volume-lost with its last pod" {
			continue
		}
		got := theEngine(t).Decide(snapshotOf(t, p.Base, p.Target, p.When...))
		for _, remedy := range got.Causes[0].Remedy {
			if remedy.Action != "" || strings.Contains(remedy.Text, "anew") {
				t.Errorf("the data would go: %+v", remedy)
			}
		}
		return
	}
	t.Fatal("there is no such pair")
}
