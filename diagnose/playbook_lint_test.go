package diagnose

import (
	"strings"
	"testing"
)

// aHead, aCheck and aCause make a playbook that is right, with a flow.
const (
	aHead = `playbook: mine
title: My own
about: [Deployment]
each: crashing
`
	aCheck = `checks:
  - id: full
    question: Is it full?
    cel: log.contains("full")
    proof: signature
    observed: "it is full in {where}"
    facts: {where: object.metadata.namespace}
    evidence: [{field: "log", value: log}]
`
	aFlow = `flow:
  - ask: full
    yes: {cause: acme/full}
`
	aCause = `causes:
  - id: acme/full
    title: It is full
    means: It has no room.
    summary: "{name} is full in {where}."
    remedies: [{text: "Empty {where}."}]
`
	right = aHead + aCheck + aFlow + aCause
)

func problemsOf(t *testing.T, text string) string {
	t.Helper()
	_, err := NewEngine(PlaybookFile{"mine.yaml", []byte(text)})
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestAPlaybookThatIsRightIsTaken(t *testing.T) {
	if got := problemsOf(t, right); got != "" {
		t.Error(got)
	}
}

func TestAPlaybookThatIsWrongIsRefusedByLine(t *testing.T) {
	steps := func(steps string) string { return aHead + "flow:\n" + steps }
	instead := func(old, with string) string {
		if !strings.Contains(right, old) {
			t.Fatalf("%q is not there", old)
		}
		return strings.Replace(right, old, with, 1)
	}
	for _, c := range []struct{ name, text, want string }{
		// The flow, by the same rules as the built-in trees.
		{
			"a check that is not there", steps("  - ask: image-not-fuond\n    yes: {cause: image-not-found}\n"),
			`mine.yaml:6: there is no check "image-not-fuond"; did you mean image-not-found`,
		},
		{
			"a cause that is not there", steps("  - ask: image-not-found\n    yes: {cause: image-notfound}\n"),
			`mine.yaml:6: yes: there is no cause "image-notfound"; did you mean image-not-found`,
		},
		{
			"two outcomes in one", steps("  - ask: image-not-found\n    yes: {cause: image-not-found, end: true}\n"),
			`mine.yaml:6: yes: an outcome is exactly one of cause, end, go, tree, diagnose, gap`,
		},
		{
			"a way back up", steps("  - label: up\n    ask: image-not-found\n    yes: {gap: x}\n    no: {go: up}\n"),
			`mine.yaml:6: no: the label "up" is not further down: a tree has no circles`,
		},
		{"a label that is not there", steps("  - ask: image-not-found\n    no: {go: down}\n    yes: {gap: x}\n"), `mine.yaml:6: no: there is no label "down"`},
		{"a label twice", steps("  - {label: a, then: {gap: x}}\n  - {label: a, then: {gap: x}}\n"), `mine.yaml:6: there are two steps with the label "a"`},
		{"a tree that is not there", steps("  - then: {tree: crsh}\n"), `mine.yaml:6: then: there is no tree "crsh"; did you mean crash`},
		{"a relation that is not there", steps("  - then: {diagnose: neighbours}\n"), `mine.yaml:6: then: there is no relation "neighbours"`},
		{"a step without a question", steps("  - yes: {gap: x}\n"), `mine.yaml:6: it needs ask, or then alone`},
		{"a way that says nothing", steps("  - ask: image-not-found\n    yes: {end: true}\n"), `mine.yaml:6: flow: no way through it ends in a cause, a gap, or another tree: it could never say anything`},
		{
			"a circle with the tree that it is placed at", instead("each: crashing", "before: crash") + "---\nplaybook: b\ntitle: B\nbefore: crash\nflow:\n  - then: {tree: crash}\n",
			`the trees call each other in a circle: crash → b → crash`,
		},
		// Keys.
		{"a key that is misspelt", steps("  - aks: image-not-found\n"), `mine.yaml:6: unknown key "aks"; did you mean ask, yes?; allowed here: ask, label, no, then, unknown, yes`},
		{"an empty file", "", `mine.yaml: it is empty: a playbook begins with "playbook: NAME"`},
		{"a tree", "tree: mine\n", `mine.yaml:1: unknown key "tree"; allowed here: about, after, before, causes, checks, collect, each, flow, instead, order, playbook, title, when`},
		{"no YAML", "playbook: [\n", `mine.yaml:1: did not find expected node content`},
		{"no title", strings.Replace(right, "title: My own\n", "", 1), `mine.yaml:1: it needs a name, title, about and flow`},
		{"a name that is none", instead("playbook: mine", "playbook: My Own"), `mine.yaml:1: playbook: "My Own" is no name: it is lower-case words with hyphens, such as pool-exhausted or acme/pool-exhausted`},
		{"a kind that is not there", instead("[Deployment]", "[Deploymnet]"), `mine.yaml:3: about: "Deploymnet" cannot be diagnosed; did you mean Deployment, ReplicaSet?; choose from CronJob, DaemonSet,`},
		{"a class that is not there", instead("each: crashing", "each: crshing"), `mine.yaml:4: each: "crshing" is neither a class of failures nor a relation; choose from unscheduled, refused, creating, pulling,`},
		{"two of a name", right + "---\n" + strings.ReplaceAll(right, "acme/full", "acme/more"), `mine.yaml:23: there are two called "mine": the other one is in mine.yaml`},
		// Places.
		{"a place that is not there", instead("each: crashing", "before: crsh"), `mine.yaml:4: before: there is no tree "crsh"; did you mean crash`},
		{"two places", instead("each: crashing", "before: crash\nafter: crash"), `mine.yaml:1: it has one place: one of before, instead and after`},
		{"an order beside a place", instead("each: crashing", "before: crash\norder: 3"), `mine.yaml:5: order: it has none beside before: it is walked where the tree crash is`},
		{"another class than its place", instead("each: crashing", "before: crash\neach: pulling"), `mine.yaml:5: each: pulling does not go with before: crash, which is for each that is crashing: leave it out, or name a relation`},
		// What is collected.
		{"a kind that cannot be read", instead("checks:", "collect: [{kind: Quota}]\nchecks:"), `mine.yaml:5: collect: steward does not read the kind "Quota"; did you mean ResourceQuota`},
		{"all ConfigMaps", instead("checks:", "collect: [{kind: ConfigMap}]\nchecks:"), `mine.yaml:5: collect: a ConfigMap needs a name: its keys are read, and nobody needs those of all`},
		{"a namespace of a node", instead("checks:", "collect:\n  - {kind: Node, namespace: own}\nchecks:"), `mine.yaml:6: collect: Nodes are in no namespace: leave it out`},
		{"one Role", instead("checks:", "collect: [{kind: Role, name: a}]\nchecks:"), `mine.yaml:5: collect: name goes with a ConfigMap only: of any other kind all are read`},
		// Checks.
		{"a check without a question", instead("    question: Is it full?\n", ""), `mine.yaml:6: the check "full" needs a question and cel`},
		{"a proof that is not there", instead("proof: signature", "proof: log"), `mine.yaml:9: proof: there is no proof "log"; choose from field, signature, change, or leave it out where the check only leads on`},
		{"a proof without evidence", instead(`    evidence: [{field: "log", value: log}]`+"\n", ""), `mine.yaml:9: proof: signature needs evidence: the field that was looked at, and its value`},
		{"evidence without a value", instead(`value: log}`, "}"), `mine.yaml:12: evidence needs a field and a value`},
		{"a fact that no check gives", instead("it is full in {where}", "it is full in {wher}"), `mine.yaml:10: observed: there is no fact {wher}; did you mean when, where, who?`},
		{"a fact that every case has", instead("facts: {where:", "facts: {name: cluster, where:"), `mine.yaml:11: facts: "name" is a fact of every case already: choose another name`},
		{"a check that nobody asks", instead("  - ask: full\n", "  - ask: log-readable\n"), `mine.yaml:6: nothing in the flow asks the check "full"`},
		// Causes.
		{"an id without a prefix", instead("  - id: acme/full", "  - id: full"), `mine.yaml:17: id: "full" needs a prefix of your own, such as acme/full: the ids without one are steward's`},
		{"a cause without remedies", instead(`    remedies: [{text: "Empty {where}."}]`+"\n", ""), `mine.yaml:17: the cause "acme/full" needs title, means, summary and remedies`},
		{"a cause that nobody concludes", instead("yes: {cause: acme/full}", "yes: {cause: overload}"), `mine.yaml:17: nothing concludes the cause "acme/full"`},
		{"a verb that is not there", instead(`"Empty {where}."`, `"Empty {where}.", action: reboot`), `mine.yaml:21: action: steward has no verb "reboot"; choose from restart, rollback, rollforward, scale, or leave it out`},
		{"a fact in a cause", instead("is full in {where}.", "is full in {wher}."), `mine.yaml:20: summary: no check gives a fact {wher}; did you mean when, where, who?`},
		// Expressions.
		{"a variable that is not there", instead(`cel: log.contains("full")`, `cel: lgo.contains("full")`), `mine.yaml:8: cel: there is no "lgo"; did you mean log`},
		{"a helper with too little", instead(`cel: log.contains("full")`, `cel: changed("spec")`), `mine.yaml:8: cel: changed is called as changed("spec.template", duration("1h")), changed(`},
		{"no condition", instead(`cel: log.contains("full")`, `cel: log + "x"`), `mine.yaml:8: cel: it gives string, and must give bool`},
		{"no CEL", instead(`cel: log.contains("full")`, `cel: log.contains(`), `mine.yaml:8: cel: Syntax error:`},
		{"a line of several", instead(`cel: log.contains("full")`, "cel: |\n      log.contains(\"full\")\n      && nope"), `mine.yaml:10: cel: there is no "nope"`},
		{"a fact that is a list", instead("where: object.metadata.namespace", `where: "pods"`), `mine.yaml:11: facts.where: it gives list(dyn), and must give string, int, uint, double, bool,`},
		{"a pattern that is none", instead(`cel: log.contains("full")`, `cel: log.matches("(")`), `mine.yaml:8: cel: invalid matches argument`},
		{"a log where nothing fails", instead("each: crashing\n", ""), `mine.yaml:7: cel: log is there only where a container fails: give the playbook each: crashing, or another class`},
		{"a related object without a relation", instead(`cel: log.contains("full")`, `cel: related.name == "x"`), `mine.yaml:8: cel: related is there only where a playbook has each: hosts, or another relation`},
		{"a kind that is not collected", instead(`cel: log.contains("full")`, `cel: objects("Role").size() > 0`), `mine.yaml:8: cel: objects("Role"): they are read only for a playbook with collect: [{kind: Role}]`},
		{"a kind that nobody knows", instead(`cel: log.contains("full")`, `cel: objects("Rol").size() > 0`), `mine.yaml:8: cel: objects("Rol"): steward does not read that kind; did you mean Role`},
		{"a kind with a variable", instead(`cel: log.contains("full")`, `cel: objects("ConfigMap").size() > 0`), `mine.yaml:8: cel: objects("ConfigMap"): use the variable configs`},
		{"a kind that is worked out", instead(`cel: log.contains("full")`, `cel: objects(cluster).size() > 0`), `mine.yaml:8: cel: objects wants a kind in quotes, such as objects("ResourceQuota")`},
		{"a condition that is none", instead("each: crashing\n", "each: crashing\nwhen: cluster\n"), `mine.yaml:5: when: it gives string, and must give bool`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := problemsOf(t, c.text); !strings.Contains(got, c.want) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAllThatIsWrongIsSaidAtOnceInOrder(t *testing.T) {
	text := strings.Replace(right, "title: My own", "title: \"\"", 1)
	text = strings.Replace(text, "proof: signature", "proof: x", 1)
	_, err := NewEngine(PlaybookFile{"b.yaml", []byte(text)}, PlaybookFile{"a.yaml", []byte("playbok: x\n")})
	want := `a.yaml:1: unknown key "playbok"; did you mean playbook?; allowed here: about, after, before, causes, checks, collect, each, flow, instead, order, playbook, title, when
b.yaml:1: it needs a name, title, about and flow
b.yaml:9: proof: there is no proof "x"; choose from field, signature, change, or leave it out where the check only leads on`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestPlaybooksAreBounded(t *testing.T) {
	if got := problemsOf(t, right+"#"+strings.Repeat("x", playbookBytes)); got != "mine.yaml: it is longer than 256 KiB, the most that is read" {
		t.Error(got)
	}
	many := aHead + "flow:\n" + strings.Repeat("  - then: {gap: x}\n", stepsLimit+1)
	if got := problemsOf(t, many); !strings.Contains(got, "mine.yaml:6: flow: there are 201, and the most are 200") {
		t.Error(got)
	}
}

func FuzzPlaybook(f *testing.F) {
	f.Add([]byte(right))
	f.Add([]byte(strings.Replace(right, "each: crashing", "before: crash", 1)))
	f.Add([]byte("playbook: [x]\n---\nflow:\n"))
	f.Add([]byte("playbook: x\nwhen: |\n  a.b(\nchecks: [{cel: \"[1].map(x, x\"}]\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("playbook: x\ntitle: x\nabout: [Deployment]\ncollect: [{kind: Node}]\nflow: [{then: {tree: crash, as: overload}}]\n"))
	f.Add([]byte(aHead + "flow:\n  - ask: fatal-signal\n    yes: {tree: memory}\n"))
	snapshot := snapshotOf(f, "rollout", "")
	f.Fuzz(func(t *testing.T, raw []byte) {
		engine, err := NewEngine(PlaybookFile{"mine.yaml", raw})
		if err == nil {
			engine.Decide(snapshot)
		}
	})
}
