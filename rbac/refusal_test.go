package rbac

import (
	"strings"
	"testing"

	"github.com/steward-bot/steward/ops"
)

func TestARefusalSaysWhyAndWhomToAsk(t *testing.T) {
	const others = `
p, user:U0BEN,    production, *, shop, Deployment/cart,     *,      restart,  allow
p, role:nobodys,  production, *, shop, *,                   *,      *,        allow
p, *,             staging,    *, shop, *,                   *,      *,        allow
p, *,             production, prod-us, shop, Deployment/cart, *,    scale,    allow
p, user:U0ANA,    production, *, cart, *,                   *,      rollforward, allow
p, group:S0ONCALL, production, *, shop, Deployment/cart,    C0CART, rollforward, allow
`
	e := open(t, shopPolicy+others)
	ana, guest, temp := person("U0ANA", "S0ONCALL"), person("U0NEW"), person("U0TEMP", "S0CONTRACT", "S0ONCALL")
	for _, test := range []struct {
		story           string
		actor           ops.Actor
		target          ops.Target
		channel, action string
		want            string
	}{
		{
			"the channel is missing", ana, deployment("shop", "checkout"), "C0ANY", "rollback",
			"You can see checkout but not roll it back here. Your rules allow rollback from channel C0SHOP, not from this one. " +
				"Ask somebody in role shop-lead (user U0LEAD), or user U0OPS, or use channel C0SHOP.",
		},
		{
			"there is no channel", ana, deployment("shop", "checkout"), "", "rollback",
			"You can see checkout but not roll it back here. Your rules allow rollback from channel C0SHOP, not from the command line. " +
				"Ask somebody in role shop-lead (user U0LEAD), or user U0OPS, or use channel C0SHOP.",
		},
		{
			"the subject is missing", guest, deployment("shop", "checkout"), "C0SHOP", "rollback",
			"You can see checkout but not roll it back here. Your rules allow rollback in environment staging, not in production. " +
				"Ask somebody in role shop-oncall (group S0ONCALL) or role shop-lead (user U0LEAD), or user U0OPS.",
		},
		{
			"the object is missing", ana, deployment("shop", "search"), "C0SHOP", "rollback",
			"You can see search but not roll it back here. Your rules allow rollback on Deployment/checkout*, not on Deployment/search. " +
				"Ask somebody in role shop-lead (user U0LEAD), or user U0OPS.",
		},
		{
			"the namespace or the channel is missing", ana, deployment("shop", "cart"), "C0ANY", "rollforward",
			"You can see cart but not roll it forward here. Your rules allow rollforward in environment staging, not in production. " +
				"Ask somebody in role shop-lead (user U0LEAD), or user U0OPS, or use channel C0CART.",
		},
		{
			"the cluster is missing", guest, deployment("shop", "cart"), "C0ANY", "scale",
			"You can see cart but not scale it here. Your rules allow scale in environment staging, not in production. " +
				"Ask somebody in role shop-lead (user U0LEAD), or user U0OPS.",
		},
		{
			"persons only", guest,
			ops.Target{Cluster: "prod-eu", Environment: "production", Namespace: "shop", Kind: "Pod", Name: "cart-0"},
			"C0ANY", "restart",
			"You can see cart-0 but not restart it here. Your rules allow restart in environment staging, not in production. Ask user U0OPS.",
		},
		{
			"a deny", temp, deployment("shop", "checkout"), "C0SHOP", "rollback",
			"You can see checkout but not roll it back here. Line 6 of policy.csv denies it to group S0CONTRACT, and a deny beats every allow. " +
				"Ask somebody in role shop-lead (user U0LEAD), or user U0OPS.",
		},
		{
			"an object out of sight", ana, deployment("billing", "ledger"), "C0SHOP", "rollback",
			"You may not roll back ledger here. Nothing of that name is within what you may see from this channel. " +
				"Check the name, look at `/k8s access`, or ask whoever keeps steward's policy.",
		},
		{
			"nobody", person(""), deployment("shop", "checkout"), "C0SHOP", "promote",
			"You may not use promote on checkout here. Nothing of that name is within what you may see from this channel. " +
				"Check the name, look at `/k8s access`, or ask whoever keeps steward's policy.",
		},
	} {
		refusal := e.Refusal(test.actor, test.target, test.channel, test.action)
		if got := refusal.Error(); got != test.want || refusal.Reason != ops.NotAllowed {
			t.Errorf("%s\n got %s\nwant %s", test.story, got, test.want)
		}
	}
}

func TestARefusalSaysThatNobodyMay(t *testing.T) {
	e := open(t, "p, *, production, *, shop, *, *, diagnose, allow\n")
	got := e.Refusal(person("U0ANA"), deployment("shop", "checkout"), "C0", "restart").Error()
	want := "You can see checkout but not restart it here. None of your rules allows restart on it. Ask whoever keeps policy.csv: nobody may do this here."
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestARefusalNamesAFewOfMany(t *testing.T) {
	var text strings.Builder
	text.WriteString("p, *, *, *, *, *, *, status, allow\n")
	for _, id := range []string{"A", "B", "C", "D", "E"} {
		text.WriteString("p, group:S0" + id + ", *, *, *, *, *, restart, allow\n")
	}
	got := open(t, text.String()).Refusal(person("U0ANA"), deployment("shop", "checkout"), "C0", "restart").Next
	if want := "Ask somebody in group S0A, group S0B, group S0C or 2 more."; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestARefusalOfAnUnseenObjectIsTheSameWhetherItExistsOrNot(t *testing.T) {
	e := open(t, shopPolicy)
	ledger := deployment("billing", "ledger")
	nothing := ledger
	nothing.Kind, nothing.Namespace, nothing.UID = "", "", ""
	if a, b := e.Refusal(person("U0ANA"), ledger, "C0", "rollback").Error(), e.Refusal(person("U0ANA"), nothing, "C0", "rollback").Error(); a != b {
		t.Errorf("%s\n%s", a, b)
	}
}
