package diagnose

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzDecode feeds anything to the decoder, and diagnoses what it takes: no
// panic, whatever the fields.
func FuzzDecode(f *testing.F) {
	engine := theEngine(f)
	f.Add([]byte(`{"schema":"steward.snapshot/v1","target":{"kind":"Deployment","namespace":"shop","name":"checkout"},"objects":{"deployments":[null,{}],"pods":[{}]}}`))
	f.Add([]byte(`{"schema":"steward.snapshot/v1","target":{"kind":"Pod","namespace":"","name":""},"objects":{"pods":[{"status":{"containerStatuses":[{}],"initContainerStatuses":[{}]}}]},"events":[{}],"configs":[{}],"listed":[{"kind":"*"}]}`))
	f.Add([]byte(`{"schema":"other"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		snapshot, err := Decode(bytes.NewReader(raw))
		if err != nil {
			return
		}
		engine.Decide(snapshot)
		engine.Scan(snapshot)
	})
}

// FuzzLog feeds anything to the table of signatures.
func FuzzLog(f *testing.F) {
	for i := range signatures {
		f.Add([]byte(signatures[i].Sample))
	}
	f.Add([]byte("\x00\xff\x1b[31m\n\n"))
	meanings := map[meaning]bool{}
	for i := range signatures {
		meanings[signatures[i].Means] = true
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, means := range slices.Collect(maps.Keys(meanings)) {
			if found, ok := matchLog(string(raw), means); ok && strings.ContainsAny(found.Line, "\n\x00\x1b") {
				t.Errorf("the line %q can break a terminal", found.Line)
			}
		}
		lastLine(string(raw))
	})
}

// TestDamagedSnapshotsArePlainlyDiagnosed takes fields away from the snapshots
// of the pairs, one after the other at random, as an API of another release or
// a hand-written file would.
func TestDamagedSnapshotsArePlainlyDiagnosed(t *testing.T) {
	engine, random := theEngine(t), rand.New(rand.NewPCG(1, 2))
	for _, p := range readPairs(t) {
		raw, err := json.Marshal(snapshotOf(t, p.Base, p.Target, p.When...))
		if err != nil {
			t.Fatal(err)
		}
		for range 12 {
			var tree map[string]any
			if err := json.Unmarshal(raw, &tree); err != nil {
				t.Fatal(err)
			}
			for range 1 + random.IntN(6) {
				damage(tree, random)
			}
			damaged, err := json.Marshal(tree)
			if err != nil {
				t.Fatal(err)
			}
			snapshot, err := Decode(bytes.NewReader(damaged))
			if err != nil {
				continue
			}
			engine.Decide(snapshot)
			engine.Scan(snapshot)
		}
	}
}

// damage removes one field, or makes it null, at a random place.
func damage(node any, random *rand.Rand) {
	switch n := node.(type) {
	case map[string]any:
		if len(n) == 0 {
			return
		}
		key := slices.Sorted(maps.Keys(n))[random.IntN(len(n))]
		switch {
		case random.IntN(4) == 0 && key != "schema" && key != "target" && key != "objects":
			delete(n, key)
		case random.IntN(8) == 0 && key != "schema":
			n[key] = nil
		default:
			damage(n[key], random)
		}
	case []any:
		if len(n) > 0 {
			damage(n[random.IntN(len(n))], random)
		}
	}
}

func TestALongLogCostsABoundedTime(t *testing.T) {
	long := strings.Repeat(`{"level":"info","msg":"GET /cart?key=MISSING_KEY connection to server at pool failed"}`+"\n", 120_000)
	began := time.Now()
	for i := range signatures {
		matchLog(long, signatures[i].Means)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("%d MB took %s", len(long)>>20, took)
	}
}
