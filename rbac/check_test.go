package rbac

import (
	"path/filepath"
	"testing"
)

func TestAPolicyIsTestedByAFileOfCases(t *testing.T) {
	e := open(t, shopPolicy, "diagnose", "status", "rollback", "scale")
	path := filepath.Join(t.TempDir(), "cases.yaml")
	write(t, path, `# what the shop expects
- {who: U0ANA, groups: [S0ONCALL], environment: ENV, cluster: prod-eu, namespace: shop, target: deploy/checkout, channel: C0SHOP, action: rollback, expect: allow}
- who: user:U0ANA
  groups: ["group:S0ONCALL"]
  environment: ENV
  cluster: prod-eu
  namespace: shop
  target: Deployment/checkout
  channel: C0ANY
  action: rollback
  expect: deny
- {who: role:shop-lead, environment: ENV, cluster: prod-eu, target: shop/checkout, action: scale, expect: allow}
- {who: S0CONTRACT, environment: ENV, cluster: prod-eu, namespace: shop, target: sts/db, channel: C0SHOP, action: rollback, expect: allow}
- {who: U0OPS, environment: staging, cluster: prod-us, target: node/node-1, action: diagnose, expect: allow}
`)
	results, err := e.Test(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"line 2: U0ANA rollback on deploy/checkout: ok (allowed by policy.csv:4: p, role:shop-oncall, production, *, shop, Deployment/checkout*, C0SHOP, rollback, allow)",
		"line 3: user:U0ANA rollback on Deployment/checkout: ok (denied: no rule allows it)",
		"line 12: role:shop-lead scale on shop/checkout: ok (allowed by policy.csv:5: p, role:shop-lead, production, *, shop, Deployment/*, *, *, allow)",
		"line 13: S0CONTRACT rollback on sts/db: FAIL: expected allow (denied by policy.csv:6: p, group:S0CONTRACT, production, *, *, *, *, rollback, deny)",
		"line 14: U0OPS diagnose on node/node-1: ok (allowed by policy.csv:7: p, user:U0OPS, *, *, *, *, *, *, allow)",
	}
	if len(results) != len(want) {
		t.Fatalf("%d results", len(results))
	}
	for i, result := range results {
		if got := result.String(); got != want[i] {
			t.Errorf("got  %s\nwant %s", got, want[i])
		}
	}
}

func TestAMistakeInACaseIsNamedWithItsLine(t *testing.T) {
	const whole = "who: U0ANA, environment: production, cluster: prod-eu, namespace: shop, target: deploy/checkout, action: rollback, expect: allow"
	for _, test := range []struct{ text, want string }{
		{"- {" + whole + "}\n- {" + whole + ", chanel: C0}\n", `FILE:2: unknown key "chanel": a case is {who, groups, environment, cluster, namespace, target, channel, action, expect}`},
		{"who: U0ANA\n", `FILE:1: this is no list: write a list of {who, groups, environment, cluster, namespace, target, channel, action, expect}`},
		{"", `FILE: it holds no cases: write a list of {who, groups, environment, cluster, namespace, target, channel, action, expect}`},
		{"- {" + whole + "}\n---\n- {" + whole + "}\n", `FILE: it holds a second document (---), which would not be tested`},
		{"- {who: 'U0ANA\n", "FILE:2: found unexpected end of stream"},
		{"- {" + whole + ", channel: '#shop'}\n", `FILE:1: channel "#shop": write a channel's id such as C0123ABCD, or leave it out for the command line`},
		{"\n- {who: ana, environment: e, cluster: c, target: deploy/x, action: rollback, expect: deny}\n", `FILE:2: who is "ana": write user:U… or group:S… with Slack's id, or role:NAME`},
		{"- {who: U0ANA, groups: [oncall], environment: e, cluster: c, target: deploy/x, action: rollback, expect: deny}\n", `FILE:1: groups has "group:oncall": write S…, Slack's id of a user group`},
		{"- {who: U0ANA, environment: e, cluster: c, target: 'deploy/*', action: rollback, expect: deny}\n", `FILE:1: target is "deploy/*": write KIND/NAME such as deploy/checkout`},
		{"- {who: U0ANA, environment: e, cluster: c, namespace: a, target: b/deploy/x, action: rollback, expect: deny}\n", `FILE:1: the target names namespace "b", the case "a": write it once`},
		{"- {who: U0ANA, environment: e, cluster: c, target: deploy/x, action: promte, expect: deny}\n", `FILE:1: action "promte": write one of diagnose, status, rollback`},
		{"- {who: U0ANA, cluster: c, target: deploy/x, action: rollback, expect: deny}\n", `FILE:1: environment, cluster and action must be given`},
		{"- {who: U0ANA, environment: e, cluster: c, target: deploy/x, action: rollback}\n", `FILE:1: expect is "": write allow or deny`},
	} {
		path := filepath.Join(t.TempDir(), "cases.yaml")
		write(t, path, test.text)
		_, err := open(t, shopPolicy, "diagnose", "status", "rollback").Test(path)
		want := path + test.want[len("FILE"):]
		if err == nil || err.Error() != want {
			t.Errorf("%s\n got %v\nwant %s", test.text, err, want)
		}
	}
}
