package diagnose

import (
	"slices"
	"strings"
	"testing"

	"github.com/steward-bot/steward/ops"
)

// silence is what the control plane writes when a node's kubelet stops
// reporting: the node is unknown, and its pods count as not ready, though their
// containers' last word was that they run.
func silence(node string, pods ...string) []op {
	changes := []op{{Set: "Node/" + node, To: map[string]any{"status": map[string]any{"conditions": []any{
		map[string]any{"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown", "lastTransitionTime": "2026-03-10T11:50:00Z"},
	}}}}}
	for _, pod := range pods {
		changes = append(changes, op{Set: "Pod/" + pod, To: map[string]any{"status": map[string]any{"conditions": []any{
			map[string]any{"type": "Ready", "status": "False", "lastTransitionTime": "2026-03-10T11:50:00Z"},
		}}}})
	}
	return changes
}

func TestAScanMakesOneGroupOfAllThatASilentNodeTakesDown(t *testing.T) {
	scan := theEngine(t).Scan(snapshotOf(t, "daily", "Namespace/shop", silence("node-1", "checkout-41-a", "ledger-0", "agent-a", "catalog-7-a")...))
	groups := scan.Groups
	if len(groups) != 1 || groups[0].Cause.ID != "node-unreachable" || groups[0].Cause.Object != "Node/node-1" || len(groups[0].Targets) != 4 {
		t.Fatalf("got %d groups: %+v", len(groups), groups)
	}
	for _, name := range []string{"checkout", "ledger", "agent", "catalog"} {
		if !slices.ContainsFunc(groups[0].Cause.Effects, func(e ops.Effect) bool { return strings.HasSuffix(e.Object, "/shop/"+name) }) {
			t.Errorf("%s is not among the effects %v", name, groups[0].Cause.Effects)
		}
	}
}

func TestANodeThatIsTheTargetIsBlamedBeforeAnotherFaultThere(t *testing.T) {
	got := decide(t, "daily", "Node/node-1", append(silence("node-1", "ledger-0"),
		op{Container: "checkout-41-*/checkout", Waiting: "ErrImagePull", Message: "registry.acme.example/shop/checkout:2.41.0: not found", Since: "20m"})...)
	if ids := causes(got); len(ids) != 2 || ids[0] != "node-unreachable" || ids[1] != "image-not-found" {
		t.Errorf("got %v\n%s", ids, pretty(got))
	}
}

func TestAFaultOnEveryNodeIsNotTheSilentOnes(t *testing.T) {
	got := decide(t, "steady", "", append(silence("node-1"),
		op{Container: "checkout-41-*/checkout", Waiting: "ErrImagePull", Message: "registry.acme.example/shop/checkout:2.41.0: not found", Since: "20m"})...)
	if ids := causes(got); len(ids) != 1 || ids[0] != "image-not-found" {
		t.Errorf("got %v\n%s", ids, pretty(got))
	}
}

func TestNodesThatMayNotBeReadAreUnknown(t *testing.T) {
	got := decide(t, "steady", "", op{Gap: "Node", Message: "steward may not list nodes: its role lacks that rule"},
		op{Container: "checkout-41-a/checkout", Waiting: "ContainerCreating"})
	if !slices.ContainsFunc(got.Unknown, func(g ops.Gap) bool { return g.Check == "node-unreachable" }) {
		t.Errorf("got %s %v", firstCause(got), got.Unknown)
	}
}
