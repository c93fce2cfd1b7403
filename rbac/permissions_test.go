package rbac

import (
	"strings"
	"testing"

	"github.com/steward-bot/steward/ops"
)

// page writes sections as a person reads them.
func page(sections []ops.Section) string {
	var b strings.Builder
	for _, section := range sections {
		b.WriteString("[" + section.Title + "]\n" + strings.Join(section.Lines, "\n") + "\n")
	}
	return b.String()
}

func TestAccessTellsWhatIMayHereAndWhoCanLetMe(t *testing.T) {
	e := open(t, shopPolicy)
	for _, test := range []struct {
		story   string
		actor   ops.Actor
		channel string
		want    string
	}{
		{
			"on-call in the shop's channel", person("U0ANA", "S0ONCALL"), "C0SHOP",
			`[What you may do here]
diagnose, status on everything in namespace shop, environment production (as everybody may)
rollback on Deployment/checkout* in namespace shop, environment production (through role shop-oncall)
[Whom to ask for the rest]
every action on Deployment/* in namespace shop, environment production: role shop-lead (user U0LEAD)
every action on everything in namespace shop, environment production: user U0OPS
`,
		},
		{
			"on-call elsewhere", person("U0ANA", "S0ONCALL"), "C0ANY",
			`[What you may do here]
diagnose, status on everything in namespace shop, environment production (as everybody may)
[What you may do from other channels]
rollback on Deployment/checkout* in namespace shop, environment production, from channel C0SHOP (through role shop-oncall)
[Whom to ask for the rest]
every action on Deployment/* in namespace shop, environment production: role shop-lead (user U0LEAD)
every action on everything in namespace shop, environment production: user U0OPS
`,
		},
		{
			"the lead, who is kept out of kube-system", person("U0LEAD"), "C0SHOP",
			`[What you may do here]
diagnose, status on everything in namespace shop, environment production (as everybody may)
every action on Deployment/* in namespace shop, environment production (through role shop-lead)
[What you may not, whatever allows it]
every action on everything in namespace kube-system (through role shop-lead)
[Whom to ask for the rest]
every action on everything in namespace shop, environment production: user U0OPS
`,
		},
		{
			"one who may everything", person("U0OPS"), "",
			`[What you may do here]
diagnose, status on everything in namespace shop, environment production (as everybody may)
every action on everything everywhere (through user U0OPS)
`,
		},
		{"nobody", person(""), "C0SHOP", "[What you may do here]\nNothing. Ask whoever keeps steward's policy, policy.csv.\n"},
	} {
		if got := page(e.Access(test.actor, test.channel)); got != test.want {
			t.Errorf("%s\n got:\n%s\nwant:\n%s", test.story, got, test.want)
		}
	}
}

func TestAccessShowsNothingBeyondTheAskersSight(t *testing.T) {
	e := open(t, `
p, *,             production, *, shop,    *,                    *, diagnose, allow
p, *,             production, *, shop,    Deployment/merger-*,  *, *,        deny
p, group:S0BOARD, production, *, shop,    Deployment/merger-x,  *, restart,  allow
p, group:S0BOARD, production, *, secret,  *,                    *, restart,  allow
p, group:S0BOARD, production, *, s*,      Deployment/cart,      *, scale,    allow
p, group:S0BOARD, production, *, shop,    Deployment/cart,      C0BOARD, rollback, allow
p, role:nobodys,  production, *, shop,    *,                    *, rollback, allow
`)
	want := `[What you may do here]
diagnose on everything in namespace shop, environment production (as everybody may)
[What you may not, whatever allows it]
every action on Deployment/merger-* in namespace shop, environment production (nobody may)
[Whom to ask for the rest]
scale on Deployment/cart in namespace shop, environment production: group S0BOARD
`
	if got := page(e.Access(person("U0ANA"), "C0SHOP")); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestADenyForEverybodyIsSaidAsSuch(t *testing.T) {
	e := open(t, "p, *, ENV, *, shop, *, *, status, allow\np, *, *, *, shop, sts/ledger-db, *, status, deny\n")
	want := `[What you may do here]
status on everything in namespace shop, environment production (as everybody may)
[What you may not, whatever allows it]
status on StatefulSet/ledger-db in namespace shop (nobody may)
`
	if got := page(e.Access(person("U0ANA"), "C0SHOP")); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
