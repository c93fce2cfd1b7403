package diagnose

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/steward-bot/steward/ops"
)

// pair is a snapshot that must give exactly one cause first, and a near miss:
// one fact is different, and the cause is another, or none.
type pair struct {
	Cause      string         `json:"cause"`
	Title      string         `json:"title"` // where a cause has several pairs
	Target     string         `json:"target"`
	Base       string         `json:"base"`
	When       []op           `json:"when"`
	Object     string         `json:"object"`     // what is blamed
	Confidence ops.Confidence `json:"confidence"` //
	Summary    string         `json:"summary"`    // the exact words
	Remedy     string         `json:"remedy"`     // the first one's action and arguments, or the beginning of its text
	Effects    []string       `json:"effects"`    // ids that must be among the effects
	Implicated string         `json:"implicated"` // the beginning of the summary of the change that is blamed
	Near       []op           `json:"near"`       // on top of when
	Instead    []op           `json:"instead"`    // or in its place
	Gives      string         `json:"gives"`      // what the near miss gives: an id, healthy or unknown
}

func (p pair) name() string { return strings.TrimSpace(p.Cause + " " + p.Title) }

func readPairs(t *testing.T) []pair {
	t.Helper()
	files, err := filepath.Glob("testdata/pairs/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no pairs: ", err)
	}
	var pairs []pair
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, document := range strings.Split(string(raw), "\n---\n") {
			var p pair
			if err := yaml.UnmarshalStrict([]byte(document), &p); err != nil {
				t.Fatalf("%s: %v\n%s", file, err, document)
			}
			pairs = append(pairs, p)
		}
	}
	return pairs
}

func theEngine(t testing.TB) *Engine {
	t.Helper()
	engine, err := NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

func snapshotOf(t testing.TB, base, target string, changes ...op) *Snapshot {
	t.Helper()
	w := newWorld(base)
	for _, change := range changes {
		if err := w.apply(change); err != nil {
			t.Fatal(err)
		}
	}
	return w.take(targetOf(target))
}

func TestEveryCauseIsNamedAndItsNearMissIsNot(t *testing.T) {
	engine := theEngine(t)
	for _, p := range readPairs(t) {
		t.Run(p.name(), func(t *testing.T) {
			p.holds(t, engine.Decide(snapshotOf(t, p.Base, p.Target, p.When...)))
			near := append(slices.Clone(p.When), p.Near...)
			if len(p.Instead) > 0 {
				near = p.Instead
			}
			if len(p.Near)+len(p.Instead) == 0 {
				t.Fatal("it has no near miss")
			}
			if got := engine.Decide(snapshotOf(t, p.Base, p.Target, near...)); firstCause(got) != p.Gives || p.Gives == p.Cause {
				t.Errorf("the near miss gives %s, want %s\n%s", firstCause(got), p.Gives, pretty(got))
			}
		})
	}
}

func (p pair) holds(t *testing.T, got ops.Diagnosis) {
	t.Helper()
	if firstCause(got) != p.Cause {
		t.Fatalf("got %s, want %s\n%s", firstCause(got), p.Cause, pretty(got))
	}
	cause := got.Causes[0]
	if strings.ContainsAny(cause.Summary, "{}") || strings.Contains(cause.Summary, "[[") {
		t.Errorf("the summary was not filled: %s", cause.Summary)
	}
	if p.Summary != "" && cause.Summary != p.Summary {
		t.Errorf("the summary is\n  %s\nwant\n  %s", cause.Summary, p.Summary)
	}
	if p.Object != "" && cause.Object != named(p.Object).String() {
		t.Errorf("%s is blamed, want %s", cause.Object, named(p.Object))
	}
	if p.Confidence != "" && cause.Confidence != p.Confidence {
		t.Errorf("it is %s, want %s\n%s", cause.Confidence, p.Confidence, pretty(got))
	}
	if len(cause.Evidence) == 0 {
		t.Error("there is no evidence")
	}
	if len(cause.Remedy) == 0 {
		t.Fatal("there is no remedy")
	}
	if first := remedyText(cause.Remedy[0]); p.Remedy != "" && !strings.HasPrefix(first, p.Remedy) && !strings.HasPrefix(cause.Remedy[0].Text, p.Remedy) {
		t.Errorf("the first remedy is %s (%s), want %s", first, cause.Remedy[0].Text, p.Remedy)
	}
	for _, id := range p.Effects {
		if !slices.ContainsFunc(cause.Effects, func(e ops.Effect) bool { return e.ID == id }) {
			t.Errorf("%s is not among the effects %v", id, cause.Effects)
		}
	}
	if p.Implicated != "" && !slices.ContainsFunc(got.Changes, func(c ops.ChangeEvent) bool { return c.Implicated && strings.HasPrefix(c.Summary, p.Implicated) }) {
		t.Errorf("no implicated change begins with %q: %v", p.Implicated, got.Changes)
	}
}

func remedyText(r ops.Remedy) string {
	text := r.Action
	for _, name := range slices.Sorted(maps.Keys(r.Args)) {
		text += fmt.Sprintf(" %s=%s", name, r.Args[name])
	}
	return text
}

func pretty(d ops.Diagnosis) string {
	raw, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

func TestEveryCauseOfTheCatalogueHasAPair(t *testing.T) {
	engine, has := theEngine(t), map[string]bool{}
	for _, p := range readPairs(t) {
		has[p.Cause] = true
	}
	for _, id := range slices.Sorted(maps.Keys(engine.library.causes)) {
		if !has[id] {
			t.Errorf("%s has no pair in testdata/pairs", id)
		}
	}
}

func TestTheSameSnapshotGivesTheSameBytesAlsoFromAFile(t *testing.T) {
	engine := theEngine(t)
	for _, p := range readPairs(t) {
		first := snapshotOf(t, p.Base, p.Target, p.When...)
		var file bytes.Buffer
		if err := first.Encode(&file); err != nil {
			t.Fatal(err)
		}
		read, err := Decode(&file)
		if err != nil {
			t.Fatal(err)
		}
		live, replayed := pretty(engine.Decide(first)), pretty(engine.Decide(read))
		if live != replayed || live != pretty(theEngine(t).Decide(first)) {
			t.Errorf("%s: the snapshot's file gives another diagnosis:\n%s\n%s", p.name(), live, replayed)
		}
	}
}
