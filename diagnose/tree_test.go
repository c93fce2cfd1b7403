package diagnose

import (
	"strings"
	"testing"
	"testing/fstest"
)

const aTree = `tree: mine
title: My own
about: [Deployment]
order: 5
steps:
`

func TestAPlaybookThatIsWrongIsRefusedByLine(t *testing.T) {
	for _, c := range []struct{ name, steps, want string }{
		{
			"a check that is not there", "  - ask: image-not-fuond\n    yes: {cause: image-not-found}\n",
			`playbook mine.yaml: tree "mine": line 6: there is no check "image-not-fuond"; did you mean image-not-found`,
		},
		{
			"a cause that is not there", "  - ask: image-not-found\n    yes: {cause: image-notfound}\n",
			`line 6: yes: there is no cause "image-notfound"; did you mean image-not-found`,
		},
		{"a field that is misspelt", "  - aks: image-not-found\n", `line 6: field aks not found in type diagnose.step`},
		{
			"two outcomes in one", "  - ask: image-not-found\n    yes: {cause: image-not-found, end: true}\n",
			`line 6: yes: an outcome is exactly one of cause, end, go, tree, diagnose, gap`,
		},
		{
			"a way back up", "  - label: up\n    ask: image-not-found\n    no: {go: up}\n",
			`line 6: no: the label "up" is not further down: a tree has no circles`,
		},
		{"a label that is not there", "  - ask: image-not-found\n    no: {go: down}\n", `line 6: no: there is no label "down"`},
		{"a tree that calls itself", "  - then: {tree: mine}\n", `the trees call each other in a circle: mine → mine`},
		{"a relation that is not there", "  - then: {diagnose: neighbours}\n", `line 6: then: there is no relation "neighbours"`},
		{"a step without a question", "  - yes: {end: true}\n", `line 6: it needs ask, or then alone`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := NewEngine(fstest.MapFS{"mine.yaml": {Data: []byte(aTree + c.steps)}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestAnAdministratorsPlaybookIsWalkedBeforeTheBuiltIn(t *testing.T) {
	engine, err := NewEngine(fstest.MapFS{"mine.yaml": {Data: []byte(aTree + "  - ask: controller-behind\n    no: {gap: the moon}\n")}})
	if err != nil {
		t.Fatal(err)
	}
	got := engine.Decide(snapshotOf(t, "steady", ""))
	if len(got.Unknown) != 1 || got.Unknown[0].Missing != "the moon" {
		t.Errorf("got %v", got.Unknown)
	}
}

func FuzzPlaybook(f *testing.F) {
	f.Add([]byte(aTree + "  - ask: image-not-found\n    yes: {cause: image-not-found}\n"))
	f.Add([]byte("tree: [x]\n---\nsteps:\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, _ = NewEngine(fstest.MapFS{"mine.yaml": {Data: raw}})
	})
}
