package rbac

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/casbin/casbin/v2"
	"pgregory.net/rapid"
)

// Casbin by itself, with our model and the policy as a file, must decide as
// our split into one enforcer a subject does.
func TestStockCasbinReadsTheSameFileTheSameWay(t *testing.T) {
	dir := t.TempDir()
	modelPath, policyPath := filepath.Join(dir, "model.conf"), filepath.Join(dir, "policy.csv")
	write(t, modelPath, modelConf)
	rapid.Check(t, func(rt *rapid.T) {
		rules, members := rules(rt), drawMembers.Draw(rt, "members")
		if len(rules) == 0 {
			return // Casbin's file adapter refuses an empty policy
		}
		var text strings.Builder
		text.WriteString("# a policy\n\n")
		for _, rule := range rules {
			text.WriteString(rule.String() + "\n")
		}
		for _, m := range members {
			text.WriteString("g, " + m.holder + ", " + m.role + "\n")
		}
		write(t, policyPath, text.String())
		stock, err := casbin.NewEnforcer(modelPath, policyPath)
		if err != nil {
			rt.Fatal(err)
		}
		stock.AddFunction("glob", func(args ...any) (any, error) { return glob(args[0].(string), args[1].(string)), nil })
		q := drawQuestion.Draw(rt, "question")
		want, err := stock.Enforce("user:U1", q.environment, q.cluster, q.namespace, q.object, q.channel, q.action)
		if err != nil {
			rt.Fatal(err)
		}
		p := load(rt, rules, members)
		if got := p.allows(p.held(person("U1")), q); got != want {
			rt.Fatalf("ours says %v, Casbin %v about %+v in\n%s", got, want, q, text.String())
		}
	})
}

func TestManyMayAskAtOnceWhileThePolicyChanges(t *testing.T) {
	e := open(t, shopPolicy)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 200 {
				if !e.Allowed(person("U0ANA", "S0ONCALL"), deployment("shop", "checkout"), "C0SHOP", "rollback") {
					t.Error("refused while the policy was swapped")
				}
			}
		})
	}
	for range 20 {
		p, err := e.compile([]byte(strings.ReplaceAll(shopPolicy, "ENV", "production")))
		if err != nil {
			t.Fatal(err)
		}
		e.use(p)
	}
	group.Wait()
}
