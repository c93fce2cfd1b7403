package rbac

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/ops"
)

// shopPolicy is the policy that the stories below are told about.
const shopPolicy = `# The shop's people see everything of theirs.
p, *,                ENV, *, shop,        *,                    *,      diagnose, allow
p, *,                ENV, *, shop,        *,                    *,      status,   allow
p, role:shop-oncall, ENV, *, shop,        deploy/checkout*,     C0SHOP, rollback, allow
p, role:shop-lead,   ENV, *, shop,        Deployment/*,         *,      *,        allow
p, group:S0CONTRACT, ENV, *, *,           *,                    *,      rollback, deny
p, user:U0OPS,       *,   *, *,           *,                    *,      *,        allow
p, role:shop-lead,   *,   *, kube-system, *,                    *,      *,        deny

g, group:S0ONCALL, role:shop-oncall
g, user:U0LEAD,    role:shop-lead
`

// open puts a policy into force; ENV stands for production.
func open(t testing.TB, text string, actions ...string) *Enforcer {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy.csv")
	write(t, path, text)
	e, err := Open(path, zap.NewNop(), actions...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// write puts a file in place at once, as an editor or a mounted ConfigMap does:
// a watcher that looks every few milliseconds sees the old one or the new one.
func write(t testing.TB, path, text string) {
	t.Helper()
	fresh := path + ".new"
	if err := os.WriteFile(fresh, []byte(strings.ReplaceAll(text, "ENV", "production")), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(fresh, path); err != nil {
		t.Fatal(err)
	}
}

func person(id string, groups ...string) ops.Actor { return ops.Actor{ID: id, Groups: groups} }

func deployment(namespace, name string) ops.Target {
	return ops.Target{Cluster: "prod-eu", Environment: "production", Namespace: namespace, Kind: "Deployment", Name: name}
}

func TestWhoMayDoWhatWhere(t *testing.T) {
	e := open(t, shopPolicy)
	ana, lead, temp := person("U0ANA", "S0ONCALL"), person("U0LEAD"), person("U0TEMP", "S0CONTRACT", "S0ONCALL")
	checkout := deployment("shop", "checkout")
	staging := checkout
	staging.Environment = "staging"
	for _, test := range []struct {
		story   string
		actor   ops.Actor
		target  ops.Target
		channel string
		action  string
		want    bool
	}{
		{"everybody sees the shop", person("U0NEW"), checkout, "C0ANY", "diagnose", true},
		{"nobody sees what no rule names", person("U0NEW"), deployment("billing", "ledger"), "C0ANY", "diagnose", false},
		{"on-call rolls back in the shop's channel", ana, checkout, "C0SHOP", "rollback", true},
		{"a glob reaches the names that begin so", ana, deployment("shop", "checkout-worker"), "C0SHOP", "rollback", true},
		{"but not the others", ana, deployment("shop", "cart"), "C0SHOP", "rollback", false},
		{"nor from another channel", ana, checkout, "C0ANY", "rollback", false},
		{"nor from the command line", ana, checkout, "", "rollback", false},
		{"nor in another environment", ana, staging, "C0SHOP", "rollback", false},
		{"nor another action", ana, checkout, "C0SHOP", "scale", false},
		{"one group's deny beats another's allow", temp, checkout, "C0SHOP", "rollback", false},
		{"the deny is about rollback only", temp, checkout, "C0SHOP", "diagnose", true},
		{"a lead may do everything to the shop's deployments", lead, checkout, "C0ANY", "scale", true},
		{"from the command line too", lead, checkout, "", "scale", true},
		{"but a kind that is not named stays out", lead, ops.Target{Cluster: "prod-eu", Environment: "production", Namespace: "shop", Kind: "StatefulSet", Name: "db"}, "C0ANY", "scale", false},
		{"ids are not prefixes", person("U0LEADER"), checkout, "C0ANY", "scale", false},
		{"ids have their case", person("u0lead"), checkout, "C0ANY", "scale", false},
		{"a group's id is no user's", person("S0ONCALL"), checkout, "C0SHOP", "rollback", false},
		{"an actor without an id gets nothing, not even what everybody may", person(""), checkout, "C0ANY", "diagnose", false},
	} {
		if got := e.Allowed(test.actor, test.target, test.channel, test.action); got != test.want {
			t.Errorf("%s: got %v", test.story, got)
		}
	}
}

func TestObjectsOutsideNamespacesNeedAStarAlone(t *testing.T) {
	node := ops.Target{Cluster: "prod-eu", Environment: "production", Kind: "Node", Name: "node-1"}
	for namespace, want := range map[string]bool{"*": true, "?*": false, "*?": false, "shop": false, "s*": false} {
		e := open(t, "p, *, *, *, "+namespace+", *, *, *, allow\n")
		if got := e.Allowed(person("U0ANA"), node, "C0", "diagnose"); got != want {
			t.Errorf("NAMESPACE %s reaches a node: %v", namespace, got)
		}
	}
}

func TestANamespaceLivesInItself(t *testing.T) {
	e := open(t, "p, *, *, *, shop, *, *, diagnose, allow\n")
	for name, want := range map[string]bool{"shop": true, "billing": false} {
		target := ops.Target{Cluster: "prod-eu", Environment: "production", Kind: "Namespace", Name: name}
		if got := e.Allowed(person("U0ANA"), target, "C0", "diagnose"); got != want {
			t.Errorf("namespace %s: %v", name, got)
		}
	}
}

func TestAHalfKnownTargetIsRefused(t *testing.T) {
	e := open(t, "p, *, *, *, *, *, *, *, allow\n")
	whole := deployment("shop", "checkout")
	if !e.Allowed(person("U0ANA"), whole, "C0", "rollback") {
		t.Fatal("the whole target is refused too")
	}
	for lacking, target := range map[string]ops.Target{
		"cluster":     {Environment: "production", Namespace: "shop", Kind: "Deployment", Name: "checkout"},
		"environment": {Cluster: "prod-eu", Namespace: "shop", Kind: "Deployment", Name: "checkout"},
		"kind":        {Cluster: "prod-eu", Environment: "production", Namespace: "shop", Name: "checkout"},
		"name":        {Cluster: "prod-eu", Environment: "production", Namespace: "shop", Kind: "Deployment"},
		"plain name":  {Cluster: "prod-eu", Environment: "production", Namespace: "shop", Kind: "Deployment", Name: "a/b"},
	} {
		if e.Allowed(person("U0ANA"), target, "C0", "rollback") {
			t.Errorf("a target without %s is allowed", lacking)
		}
	}
}

func TestNamesWithGlobCharactersWidenNothing(t *testing.T) {
	e := open(t, "p, *, production, *, shop, Deployment/checkout, *, *, allow\np, *, production, *, shop, Deployment/c?rt, *, *, allow\n")
	for _, name := range []string{"*", "check*", "????????", "c*rt", "[c]heckout", "checkout\n", "CHECKOUT", "../checkout"} {
		if e.Allowed(person("U0ANA"), deployment("shop", name), "C0", "rollback") {
			t.Errorf("an object named %q is allowed", name)
		}
	}
	if e.Allowed(person("U0ANA"), deployment("*", "checkout"), "C0", "rollback") {
		t.Error("a namespace named * is allowed")
	}
}
