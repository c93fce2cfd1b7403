package diagnose

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/steward-bot/steward/ops"
)

// examples writes the snapshots of the worked examples anew.
var examples = flag.Bool("examples", false, "write the snapshots in deploy/playbooks anew")

const exampleFolder = "../deploy/playbooks"

// exampleSnapshots are what the worked examples are tested with.
var exampleSnapshots = map[string][]op{
	"pool-exhausted": append(crashed("INFO checkout 2.42.0 starting\nHikariPool-1 - Connection is not available, request timed out after 30000ms (total=10, active=10, idle=0, waiting=37)\nERROR giving up"),
		poolSettings("10"), op{Write: "ConfigMap/pool-settings", Manager: "ana", Ago: "25m", Fields: []string{"data.POOL_SIZE"}}),
	"pool-free": append(crashed("INFO checkout 2.42.0 starting\nTraceback (most recent call last):\n  File \"/app/main.py\", line 31, in <module>\nZeroDivisionError: division by zero"),
		poolSettings("10"), op{Write: "ConfigMap/pool-settings", Manager: "ana", Ago: "25m", Fields: []string{"data.POOL_SIZE"}}),
	"licence-expired": append(unlicensed(), licence("2026-03-09")...),
	"licence-valid":   append(unlicensed(), licence("2026-03-10")...),
}

func poolSettings(size string) op {
	return op{Add: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pool-settings}\ndata: {POOL_SIZE: \"" + size + "\"}"}
}

func licence(until string) []op {
	return []op{{Add: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: licence, labels: {acme.example/valid-until: \"" + until + "\"}}\ndata: {licence.key: x}"}}
}

func unlicensed() []op {
	return []op{
		{Set: "Deployment/checkout", To: map[string]any{"metadata": map[string]any{"labels": map[string]any{"acme.example/licensed": "yes"}}}},
		{Container: "checkout-42-a/checkout", Waiting: "CrashLoopBackOff", Ended: &ended{Exit: 78, Ran: "1s", Ago: "30s"}, Restarts: 4},
		{Log: "checkout-42-a/checkout", Text: "configuration error"},
	}
}

func TestTheWorkedExamplesHoldAndAreInTheGuide(t *testing.T) {
	for name, when := range exampleSnapshots {
		var text bytes.Buffer
		if err := snapshotOf(t, "rollout", "", when...).Encode(&text); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(exampleFolder, "snapshots", name+".json")
		if *examples {
			if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if written, err := os.ReadFile(path); err != nil || !bytes.Equal(written, text.Bytes()) {
			t.Errorf("%s is not what its world gives (%v): run `go test ./diagnose -run TheWorkedExamples -examples`", path, err)
		}
	}
	results, err := RunPlaybookTests(exampleFolder)
	if err != nil {
		t.Fatal(err)
	}
	for _, result := range results {
		if !result.Passed {
			t.Error(result)
		}
	}
	guide, err := os.ReadFile("../docs/playbooks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pool-exhausted.yaml", "pool-exhausted_test.yaml", "licence-expired.yaml"} {
		example, err := os.ReadFile(filepath.Join(exampleFolder, name))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(guide), "```yaml\n"+string(example)+"```") {
			t.Errorf("docs/playbooks.md does not show %s as it is", name)
		}
	}
}

func TestTheWorkedExamplesSayWhatToDo(t *testing.T) {
	files, err := ReadPlaybooks(exampleFolder)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := NewEngine(files...)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, summary, object, remedy string
		confidence                    ops.Confidence
	}{
		{
			"pool-exhausted", "The database pool of checkout is exhausted: all 10 connections are taken, 37 requests wait; ana changed POOL_SIZE in pool-settings at 11:35.",
			"ConfigMap/shop/pool-settings", "Put POOL_SIZE in pool-settings back: ana changed it at 11:35. `kubectl -n shop edit configmap pool-settings`, then restart checkout.", ops.Likely,
		},
		{
			"licence-expired", "checkout does not start because its licence was valid until 2026-03-09.",
			"ConfigMap/shop/licence", "Get the new licence from licences@acme.example, and put it in place: `kubectl -n shop create configmap licence", ops.Proven,
		},
	} {
		d := engine.Decide(snapshotOf(t, "rollout", "", exampleSnapshots[c.name]...))
		if len(d.Causes) == 0 {
			t.Fatal(pretty(d))
		}
		got := d.Causes[0]
		if got.Summary != c.summary || got.Object != c.object || got.Confidence != c.confidence || len(got.Evidence) == 0 || !strings.HasPrefix(got.Remedy[0].Text, c.remedy) {
			t.Error(pretty(d))
		}
		for _, remedy := range got.Remedy {
			if remedy.Action == "restart" && len(remedy.Args) > 0 {
				t.Errorf("what was diagnosed is to be restarted, not what is blamed: %v", remedy.Args)
			}
		}
	}
}

// TestEveryVariableAndHelperIsInTheGuide holds the tables of the guide to what
// expressions can use.
func TestEveryVariableAndHelperIsInTheGuide(t *testing.T) {
	guide, err := os.ReadFile("../docs/playbooks.md")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, v := range variables {
		names = append(names, "| `"+v.name+"` |")
	}
	for _, h := range helperUses {
		names = append(names, "`"+h.name+"(")
	}
	for _, part := range []string{"playbook", "collected", "ownCheck", "ownEvidence", "ownCause", "ownRemedy"} {
		for _, key := range keysOfType(part) {
			names = append(names, "`"+key+"`")
		}
	}
	for _, name := range names {
		if !strings.Contains(string(guide), name) {
			t.Errorf("docs/playbooks.md does not tell of %s", name)
		}
	}
}
