package diagnose

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/steward-bot/steward/ops"
)

var update = flag.Bool("update", false, "write the generated documents anew")

// causePages is where the catalogue is written down for people.
const causePages = "../docs/causes"

// familyTitles are the chapters of the catalogue.
var familyTitles = map[string]string{
	"workload": "From outside", "image": "Images", "crash": "Crash loops", "dependency": "Dependencies", "memory": "Memory and CPU", "config": "Configuration",
	"probe": "Probes", "rollout": "Rollouts and availability", "causal": "Change", "scheduling": "Scheduling", "admission": "Admission", "access": "Access",
	"autoscaling": "Autoscaling", "node": "Nodes", "storage": "Storage", "service": "Services", "ingress": "Ingresses and certificates", "network": "Network policies and meshes", "dns": "DNS", "batch": "Batch and lifecycle",
}

func TestEveryCauseHasAPageThatIsInStep(t *testing.T) {
	engine := theEngine(t)
	examples := map[string]pair{}
	for _, p := range readPairs(t) {
		if _, known := examples[p.Cause]; !known {
			examples[p.Cause] = p
		}
	}
	pages := map[string]string{"README.md": causeIndex(engine.Catalogue())}
	for _, entry := range engine.Catalogue() {
		p := examples[entry.ID]
		pages[entry.ID+".md"] = causePage(entry, engine.Decide(snapshotOf(t, p.Base, p.Target, p.When...)))
	}
	if *update {
		if err := os.MkdirAll(causePages, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, page := range pages {
		path := filepath.Join(causePages, name)
		if *update {
			if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if is, err := os.ReadFile(path); err != nil || string(is) != page {
			t.Errorf("%s is not what the code says: run `make golden` (%v)", path, err)
		}
	}
	there, err := filepath.Glob(filepath.Join(causePages, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range there {
		if _, known := pages[filepath.Base(path)]; !known {
			t.Errorf("%s is about no cause", path)
		}
	}
}

func causeIndex(entries []Entry) string {
	var out bytes.Buffer
	out.WriteString("# The causes that steward can name\n\nWritten by `make golden` from the code. The ids are stable.\n")
	family := ""
	for _, entry := range entries {
		if entry.Family != family {
			family = entry.Family
			fmt.Fprintf(&out, "\n## %s\n\n", familyTitles[family])
		}
		fmt.Fprintf(&out, "- [%s](%s.md): %s\n", entry.ID, entry.ID, entry.Title)
	}
	return out.String()
}

func causePage(entry Entry, example ops.Diagnosis) string {
	var out bytes.Buffer
	fmt.Fprintf(&out, "# %s\n\n`%s` · [%s](README.md)\n\n## What it means\n\n%s\n", entry.Title, entry.ID, familyTitles[entry.Family], markdown(entry.Means))
	out.WriteString("\n## How steward proves it\n\n")
	for _, way := range entry.Ways {
		said := strings.Join(way.Questions, " → ")
		if way.OrElse {
			said = strings.TrimPrefix(said+" → nothing deeper is proven", " → ")
		}
		fmt.Fprintf(&out, "- %s: %s\n", markdown(way.Tree), markdown(said))
	}
	out.WriteString("\n## How to mend it\n\n")
	for i, text := range entry.Remedies {
		fmt.Fprintf(&out, "%d. %s\n", i+1, remedyMarkdown(text))
	}
	cause := example.Causes[0]
	fmt.Fprintf(&out, "\n## An example\n\n> %s\n\nIt is %s, by\n\n", markdown(cause.Summary), cause.Confidence)
	for _, e := range cause.Evidence {
		fmt.Fprintf(&out, "- `%s` `%s`: `%s`\n", e.Object, e.Field, codeSafe(e.Value))
	}
	for i, r := range cause.Remedy {
		if i == 0 {
			out.WriteString("\nand what to do is\n\n")
		}
		fmt.Fprintf(&out, "%d. %s\n", i+1, remedyMarkdown(r.Text))
	}
	return out.String()
}

// markdown escapes what would be markup outside of code.
func markdown(text string) string {
	parts := strings.Split(text, "`")
	for i := range parts {
		if i%2 == 0 {
			parts[i] = strings.NewReplacer("<", "&lt;", "*", `\*`).Replace(parts[i])
		}
	}
	return strings.Join(parts, "`")
}

func codeSafe(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "`", "'")
}

// remedyMarkdown shows the parts of a text that may be left out.
func remedyMarkdown(text string) string {
	return markdown(strings.NewReplacer("[[", "", "]]", "").Replace(text))
}

func TestEveryFamilyHasAChapter(t *testing.T) {
	for _, f := range families() {
		if familyTitles[f.Name] == "" {
			t.Errorf("the family %s has no chapter", f.Name)
		}
	}
}

func TestEveryCauseCanBeConcluded(t *testing.T) {
	for _, entry := range theEngine(t).Catalogue() {
		if len(entry.Ways) == 0 {
			t.Errorf("no tree concludes %s", entry.ID)
		}
		if entry.Means == "" || len(entry.Remedies) == 0 || !strings.HasSuffix(entry.Means, ".") {
			t.Errorf("%s does not say what it means, or what to do", entry.ID)
		}
	}
}

// The ids are public: they are in answers, journals and playbooks. One that is
// missing here was renamed.
func TestTheCatalogueHasEveryIDThatWasPromised(t *testing.T) {
	raw, err := os.ReadFile("testdata/catalogue.txt")
	if err != nil {
		t.Fatal(err)
	}
	promised := strings.Fields(string(raw))
	if len(promised) != 113 {
		t.Errorf("%d ids are promised, not 113", len(promised))
	}
	known := map[string]bool{}
	for _, entry := range theEngine(t).Catalogue() {
		known[entry.ID] = true
		if !slices.Contains(promised, entry.ID) {
			t.Errorf("%s is not in testdata/catalogue.txt: add it, for good", entry.ID)
		}
	}
	paired := map[string]bool{}
	for _, p := range readPairs(t) {
		paired[p.Cause] = true
	}
	for _, id := range promised {
		if !known[id] || !paired[id] {
			t.Errorf("%s: the engine knows it: %v; it has a pair: %v", id, known[id], paired[id])
		}
	}
}
