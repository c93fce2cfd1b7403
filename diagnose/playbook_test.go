package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/steward-bot/steward/ops"
)

// crashed is checkout's new revision that ends with exit code 1.
func crashed(log string) []op {
	ops := []op{{Container: "checkout-42-a/checkout", Waiting: "CrashLoopBackOff", Ended: &ended{Exit: 1, Ran: "2s", Ago: "30s"}, Restarts: 6}}
	if log != "" {
		ops = append(ops, op{Log: "checkout-42-a/checkout", Text: log})
	}
	return ops
}

func engineWith(t *testing.T, texts ...string) *Engine {
	t.Helper()
	files := make([]PlaybookFile, len(texts))
	for i, text := range texts {
		files[i] = PlaybookFile{fmt.Sprintf("%d.yaml", i), []byte(text)}
	}
	engine, err := NewEngine(files...)
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

// checking is a playbook whose one check is an expression.
func checking(cel string) string {
	return aHead + "checks:\n  - {id: full, question: 'Is it?', cel: '" + strings.ReplaceAll(cel, "'", "''") + "', missing: the figures}\n" + aFlow +
		"causes:\n  - {id: acme/full, title: It is, means: It is., summary: '{name} is.', remedies: [{text: 'Mend {name}.'}]}\n"
}

func askedIn(d ops.Diagnosis, id string) (ops.Verdict, string) {
	for _, c := range d.Checks {
		if c.ID == id {
			for _, gap := range d.Unknown {
				if gap.Check == id {
					return c.Verdict, gap.Missing
				}
			}
			return c.Verdict, ""
		}
	}
	return "not asked", ""
}

func TestExpressionsSeeTheSnapshot(t *testing.T) {
	when := append(crashed("INFO start\nthe pool is full: total=10, active=10"),
		op{Write: "ConfigMap/checkout-config", Manager: "kubectl-edit", Ago: "20m", Fields: []string{"data.LOG_LEVEL"}},
		op{Event: "Pod/checkout-42-a", Reason: "BackOff", Message: "back-off", Ago: "1m"},
		op{Change: "Deployment/checkout", Source: "flags", Manager: "ana", Message: "flag on", Ago: "15m"},
		op{Add: "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: team}\nspec: {hard: {pods: \"4\"}}"})
	snapshot := snapshotOf(t, "rollout", "", when...)
	for _, c := range []struct {
		cel  string
		want ops.Verdict
	}{
		{`object.kind == "Deployment" && object.metadata.name == "checkout" && object.spec.replicas == 3`, ops.Yes},
		{`pods.size() == 4 && pods.exists(p, p.metadata.name == "checkout-42-a")`, ops.Yes},
		{`pods.all(p, p.spec.nodeName == "node-1")`, ops.No},
		{`failure.container == "checkout" && failure.class == "crashing" && failure.exitCode == 1 && failure.reason == "CrashLoopBackOff"`, ops.Yes},
		{`log.find("total=[0-9]+").substring(6) == "10"`, ops.Yes},
		{`log.matches("(?i)POOL IS FULL")`, ops.Yes},
		{`events.exists(e, e.reason == "BackOff" && e.object == "Pod/shop/checkout-42-a" && e.last > now - duration("5m"))`, ops.Yes},
		{`nodes.filter(n, n.status.nodeInfo.architecture == "amd64").size() == 3`, ops.Yes},
		{`configs.exists(c, c.name == "checkout-config" && "REDIS_URL" in c.keys && c.keys.REDIS_URL.hash != "")`, ops.Yes},
		{`secrets.exists(c, c.name == "checkout-secret")`, ops.Yes},
		{`changes.exists(c, c.source == "rollout" && c.object == "Deployment/shop/checkout")`, ops.Yes},
		{`cluster == "local" && now == timestamp("2026-03-10T12:00:00Z")`, ops.Yes},
		{`objects("ResourceQuota").exists(q, quantity(q.spec.hard.pods).isLessThan(quantity("5")))`, ops.Yes},
		{`objects("Service").exists(s, selects(s.spec.selector, object.spec.template.metadata.labels))`, ops.Yes},
		{`selects(object.spec.selector, {"app": "catalog"})`, ops.No},
		{`selects({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, {"app": "catalog"})`, ops.Yes},
		{`nearest("chekcout", objects("Service").map(s, s.metadata.name)) == "checkout"`, ops.Yes},
		{`containersNotReady(pods).map(c, c.pod + "/" + c.reason) == ["checkout-42-a/CrashLoopBackOff"]`, ops.Yes},
		{`onlyNewRevision(failure)`, ops.Yes},
		{`changed("spec.template", duration("1h"))`, ops.Yes},
		{`changed("spec.replicas", duration("1h"))`, ops.No},
		{`changed("ConfigMap/checkout-config", duration("1h"))`, ops.Yes},
		{`changed("ConfigMap/shop/checkout-config", "data.LOG_LEVEL", duration("1h"))`, ops.Yes},
		{`changed("ConfigMap/checkout-config", "data.REDIS_URL", duration("1h"))`, ops.No},
		{`changed("data.LOG_LEVEL", duration("1h"))`, ops.Yes},
		{`changed("ConfigMap/checkout-config", duration("5m"))`, ops.No},
		{`changed("ConfigMap/no-such-thing", duration("1h"))`, ops.No},
		// Kubernetes' own libraries.
		{`ip("10.0.0.1").family() == 4 && isURL("https://acme.example") && semver("1.2.3").isLessThan(semver("1.3.0"))`, ops.Yes},
		{`object.spec.?paused.orValue(false)`, ops.No},
	} {
		d := engineWith(t, checking(c.cel)).Decide(snapshot)
		if got, missing := askedIn(d, "mine/full"); got != c.want {
			t.Errorf("%s: %s (%s), want %s", c.cel, got, missing, c.want)
		}
	}
}

func TestWhatKeepsAnExpressionFromAnAnswerIsUnknownAndSaid(t *testing.T) {
	for _, c := range []struct {
		name, cel, missing string
		log                string
		more               []op
	}{
		{"no log", `log.contains("x")`, "the figures (the log of checkout in Pod/shop/checkout-42-a was not read, or is empty)", "", nil},
		{"a log that may not be read", `log.contains("x")`, "the figures (steward may not read logs)", "", []op{{Gap: "Log", Message: "steward may not read logs"}}},
		{"a field that is not there", `object.spec.nope == 1`, "the figures (its expression failed: no such key: nope)", "x", nil},
		{"a wrong type", `object.metadata.name + object.spec.replicas == "x"`, "the figures (its expression failed: no such overload)", "x", nil},
		{"a division by zero", `1 / (object.spec.replicas - 3) == 1`, "the figures (its expression failed: division by zero)", "x", nil},
		{"no condition", `object.metadata.name`, "the figures (its expression gives neither true nor false)", "x", nil},
		{
			"a cost above the limit", `pods.all(a, pods.all(b, pods.all(c, pods.all(d, pods.all(e, pods.all(f, pods.all(g, pods.all(h, pods.all(i, pods.all(k, a.metadata.name != "x"))))))))))`,
			"the figures (its expression costs more than 1000000, the most for one evaluation)", "x", nil,
		},
		{"nodes that may not be listed", `nodes.size() == 0`, "the figures (steward may not list nodes)", "x", []op{{Gap: "Node", Message: "steward may not list nodes"}}},
		{"a kind that may not be listed", `objects("ResourceQuota").size() == 0`, "the figures (no quotas)", "x", []op{{Gap: "ResourceQuota", Message: "no quotas"}}},
		{"ConfigMaps that may not be listed", `configs.exists(c, c.name == "x")`, "the figures (no maps)", "x", []op{{Gap: "ConfigMap", Message: "no maps"}}},
		{"a change of what may not be read", `changed("ConfigMap/pool", duration("1h"))`, "the figures (no maps)", "x", []op{{Gap: "ConfigMap", Message: "no maps"}}},
		{"a change of what may not be seen", `changed("Service/redis", duration("1h"))`, "the figures (a dependency you may not see)", "x", []op{{Hide: "Service/redis"}}},
		{"objects some of which may not be seen", `objects("Service").size() == 2`, "the figures (some of the services you may not see)", "x", []op{{Hide: "Service/redis"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			snapshot := snapshotOf(t, "rollout", "", append(crashed(c.log), c.more...)...)
			for i := range snapshot.Gaps {
				if snapshot.Gaps[i].Kind == "Node" {
					snapshot.Gaps[i].Namespace = ""
				}
			}
			got, missing := askedIn(engineWith(t, checking(c.cel)).Decide(snapshot), "mine/full")
			if got != ops.Unknown || missing != c.missing {
				t.Errorf("got %s: %s\nwant unknown: %s", got, missing, c.missing)
			}
		})
	}
	t.Run("what is not needed may be missing", func(t *testing.T) {
		snapshot := snapshotOf(t, "rollout", "", crashed("")...)
		if got, _ := askedIn(engineWith(t, checking(`log.contains("x") || failure.exitCode == 1`)).Decide(snapshot), "mine/full"); got != ops.Yes {
			t.Errorf("got %s", got)
		}
	})
}

func TestAPlaybookHasABudgetForOneObject(t *testing.T) {
	dear := `pods.all(a, pods.all(b, pods.all(c, pods.all(d, pods.all(e, pods.all(f, pods.all(g, pods.all(h, pods.all(i, pods.all(k, a.metadata.name != "x"))))))))))`
	text := aHead + "checks:\n"
	flow := "flow:\n"
	for i := range 16 {
		text += fmt.Sprintf("  - {id: dear-%d, question: 'Is it?', cel: '%s'}\n", i, dear)
		flow += fmt.Sprintf("  - {ask: dear-%d, yes: {gap: x}}\n", i)
	}
	d := engineWith(t, text+flow).Decide(snapshotOf(t, "rollout", "", crashed("x")...))
	if _, first := askedIn(d, "mine/dear-0"); first != "its expression costs more than 1000000, the most for one evaluation" {
		t.Error(first)
	}
	if _, last := askedIn(d, "mine/dear-15"); last != "the playbook mine has cost 10000000 already, the most for one object" {
		t.Error(last)
	}
}

// placedAt is a playbook at a place of the tree crash.
func placedAt(word, when, cel string) string {
	text := strings.Replace(checking(cel), "each: crashing", word+": crash", 1)
	if when != "" {
		text = strings.Replace(text, "checks:", "when: "+when+"\nchecks:", 1)
	}
	return text
}

func TestAPlaybookRunsBeforeInsteadOfOrAfterABuiltInTree(t *testing.T) {
	unexplained := append(crashed("panic: no orders today"), op{Container: "checkout-42-a/checkout", Ready: is(false)})
	for _, c := range []struct{ name, playbook, want string }{
		{"before, and it finds something", placedAt("before", "", "true"), "acme/full"},
		{"before, and it finds nothing", placedAt("before", "", "false"), "app-exception"},
		{"before, where it does not apply", placedAt("before", `'cluster == "elsewhere"'`, "true"), "app-exception"},
		{"before, where it cannot be told", placedAt("before", `object.spec.nope`, "true"), "app-exception"},
		{"instead, and it finds something", placedAt("instead", "", "true"), "acme/full"},
		{"instead, and it finds nothing", placedAt("instead", "", "false"), "unknown"},
		{"instead, where it does not apply", placedAt("instead", `failure.exitCode == 78`, "false"), "app-exception"},
		{"after, and the tree has found something", placedAt("after", "", "true"), "app-exception"},
		{"beside, by order", checking("true"), "acme/full"},
		{"another kind", strings.Replace(placedAt("before", "", "true"), "[Deployment]", "[StatefulSet]", 1), "app-exception"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := engineWith(t, c.playbook).Decide(snapshotOf(t, "rollout", "", unexplained...))
			got := firstCause(d)
			if c.name == "beside, by order" && len(d.Causes) == 2 {
				got = d.Causes[1].ID // both stand; app-exception is likelier
			}
			if got != c.want {
				t.Errorf("got %s, want %s\n%s", got, c.want, pretty(d))
			}
		})
	}
	t.Run("after, and the tree has found nothing", func(t *testing.T) {
		ready := append(crashed(""), op{Container: "checkout-41-a/checkout", Running: "1m"})
		first := placedAt("instead", "", "false")
		last := strings.ReplaceAll(strings.Replace(placedAt("after", "", "true"), "playbook: mine", "playbook: last", 1), "acme/full", "acme/last")
		if got := firstCause(engineWith(t, first, last).Decide(snapshotOf(t, "rollout", "", ready...))); got != "acme/last" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("a gap of the condition is told", func(t *testing.T) {
		d := engineWith(t, placedAt("before", `object.spec.nope`, "true")).Decide(snapshotOf(t, "rollout", "", unexplained...))
		if !slices.Contains(d.Unknown, ops.Gap{Check: "mine/when", Missing: "its expression failed: no such key: nope"}) {
			t.Errorf("got %v", d.Unknown)
		}
	})
}

func TestABuiltInCheckAskedInTheWrongPlaceDoesNotEndTheDiagnosis(t *testing.T) {
	text := "playbook: mine\ntitle: My own\nabout: [workload]\nflow:\n  - ask: fatal-signal\n    yes: {gap: x}\n  - then: {tree: memory}\n"
	d := engineWith(t, text).Decide(snapshotOf(t, "steady", ""))
	if got, missing := askedIn(d, "fatal-signal"); got != ops.Unknown || !strings.HasPrefix(missing, "the check fatal-signal cannot be asked there") {
		t.Errorf("got %s: %s", got, missing)
	}
}

func TestWhatAPlaybookConcludesHasItsFactsItsChangeAndItsConfidence(t *testing.T) {
	text := aHead + `collect:
  - {kind: ConfigMap, name: pool}
checks:
  - id: full
    question: Is it full?
    cel: log.contains("full")
    proof: signature
    observed: "{program} is full: {total}"
    facts: {total: 'log.find("total=[0-9]+").substring(6)', none: object.nope}
    evidence:
      - {object: "Pod/{namespace}/{pod}", field: "log[{container}]", value: 'log.findAll("[^\n]*full[^\n]*").last().orValue("")'}
      - {field: left out, value: object.nope}
  - id: shrunk
    question: Was it made smaller?
    cel: changed("ConfigMap/pool", "data.SIZE", duration("2h"))
    proof: change
    blames: "ConfigMap/{namespace}/pool"
flow:
  - ask: full
    no: {end: true}
  - ask: shrunk
    yes: {cause: acme/full}
causes:
  - id: acme/full
    title: It is full
    means: It is.
    summary: "{subject_name} is full ({total})[[, {none}]]; {who} changed {name} at {when}."
    remedies:
      - {text: "Never: {none}."}
      - {text: "Restart.", action: restart, args: {}}
`
	snapshot := snapshotOf(t, "rollout", "", append(crashed("a\nit is full total=10\nb"),
		op{Add: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pool}\ndata: {SIZE: \"10\"}"},
		op{Write: "ConfigMap/pool", Manager: "ana", Ago: "20m", Fields: []string{"data.SIZE"}})...)
	d := engineWith(t, text).Decide(snapshot)
	at := slices.IndexFunc(d.Causes, func(c ops.Cause) bool { return c.ID == "acme/full" })
	if at < 0 {
		t.Fatal(pretty(d))
	}
	cause := d.Causes[at]
	if cause.Summary != "checkout is full (10); ana changed pool at 11:40." || cause.Confidence != ops.Likely || cause.Object != "ConfigMap/shop/pool" {
		t.Error(pretty(d))
	}
	if len(cause.Evidence) != 2 || cause.Evidence[0].Value != "it is full total=10" || cause.Evidence[0].Object != "Pod/shop/checkout-42-a" {
		t.Errorf("the evidence is %v", cause.Evidence)
	}
	if len(cause.Remedy) != 1 || cause.Remedy[0].Action != "restart" {
		t.Errorf("the remedies are %v", cause.Remedy)
	}
	if !slices.ContainsFunc(d.Changes, func(c ops.ChangeEvent) bool { return c.Implicated && c.Who == "ana" }) {
		t.Errorf("the change is not implicated: %v", d.Changes)
	}
}

func TestWhatAPlaybookCollectsIsReadOnlyWhereItWouldBeWalked(t *testing.T) {
	text := strings.Replace(checking("true"), "checks:", "collect:\n  - {kind: ConfigMap, name: pool}\n  - {kind: APIService}\n  - {kind: Role, namespace: kube-system}\nchecks:", 1)
	engine := engineWith(t, text)
	wants := func(changes ...op) []Query {
		h := &horizon{view: index(snapshotOf(t, "rollout", "", changes...)), Target: targetOf("")}
		h.Workloads = []*workload{h.workload(h.Target)}
		return engine.library.wants[len(engine.library.wants)-1](h)
	}
	if got := wants(); len(got) != 0 {
		t.Errorf("a healthy workload wants %v", got)
	}
	want := []Query{{Kind: "ConfigMap", Namespace: "shop", Name: "pool"}, {Kind: "APIService"}, {Kind: "Role", Namespace: "kube-system"}}
	if got := wants(crashed("x")...); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func BenchmarkPlaybookOf4000Pods(b *testing.B) {
	engine, err := NewEngine(PlaybookFile{"mine.yaml", []byte(checking(`pods.filter(p, p.status.phase == "Running").size() < 10`))})
	if err != nil {
		b.Fatal(err)
	}
	w := newWorld("rollout")
	for _, change := range crashed("x") {
		if err := w.apply(change); err != nil {
			b.Fatal(err)
		}
	}
	for i := range 4000 {
		pod := runningPod(fmt.Sprintf("checkout-41-x%d", i), template("checkout", version(41)), day, "node-1")
		pod.ObjectMeta = owned(pod.ObjectMeta, "ReplicaSet", "checkout-41")
		w.add(pod)
	}
	snapshot := w.take(targetOf(""))
	b.ResetTimer()
	for b.Loop() {
		engine.Decide(snapshot)
	}
}
