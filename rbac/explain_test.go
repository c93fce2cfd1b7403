package rbac

import "testing"

func TestExplainShowsWhatMatchedWhatNearlyDidAndWhatDecided(t *testing.T) {
	e := open(t, shopPolicy)
	for _, test := range []struct {
		story, user, channel, action string
		groups                       []string
		want                         string
	}{
		{
			"allowed by a role", "U0ANA", "C0SHOP", "rollback",
			[]string{"S0ONCALL"},
			`allowed by policy.csv:4: p, role:shop-oncall, production, *, shop, Deployment/checkout*, C0SHOP, rollback, allow
the asker is *, group:S0ONCALL, role:shop-oncall, user:U0ANA
rules that match:
  policy.csv:4: p, role:shop-oncall, production, *, shop, Deployment/checkout*, C0SHOP, rollback, allow
rules that miss by one field:
  policy.csv:2: p, *, production, *, shop, *, *, diagnose, allow
      ACTION: asked for rollback
  policy.csv:3: p, *, production, *, shop, *, *, status, allow
      ACTION: asked for rollback
  policy.csv:5: p, role:shop-lead, production, *, shop, Deployment/*, *, *, allow
      SUBJECT: asked for *, group:S0ONCALL, role:shop-oncall, user:U0ANA
  policy.csv:6: p, group:S0CONTRACT, production, *, *, *, *, rollback, deny
      SUBJECT: asked for *, group:S0ONCALL, role:shop-oncall, user:U0ANA
  policy.csv:7: p, user:U0OPS, *, *, *, *, *, *, allow
      SUBJECT: asked for *, group:S0ONCALL, role:shop-oncall, user:U0ANA
`,
		},
		{
			"denied from the command line", "U0ANA", "", "rollback",
			[]string{"S0ONCALL"},
			`denied: no rule allows it
the asker is *, group:S0ONCALL, role:shop-oncall, user:U0ANA
rules that miss by one field:
  policy.csv:2: p, *, production, *, shop, *, *, diagnose, allow
      ACTION: asked for rollback
  policy.csv:3: p, *, production, *, shop, *, *, status, allow
      ACTION: asked for rollback
  policy.csv:4: p, role:shop-oncall, production, *, shop, Deployment/checkout*, C0SHOP, rollback, allow
      CHANNEL: asked for none
  policy.csv:5: p, role:shop-lead, production, *, shop, Deployment/*, *, *, allow
      SUBJECT: asked for *, group:S0ONCALL, role:shop-oncall, user:U0ANA
  policy.csv:6: p, group:S0CONTRACT, production, *, *, *, *, rollback, deny
      SUBJECT: asked for *, group:S0ONCALL, role:shop-oncall, user:U0ANA
  policy.csv:7: p, user:U0OPS, *, *, *, *, *, *, allow
      SUBJECT: asked for *, group:S0ONCALL, role:shop-oncall, user:U0ANA
`,
		},
	} {
		got := e.Explain(person(test.user, test.groups...), deployment("shop", "checkout"), test.channel, test.action).String()
		if got != test.want {
			t.Errorf("%s\n got:\n%s\nwant:\n%s", test.story, got, test.want)
		}
	}
	denied := e.Explain(person("U0TEMP", "S0CONTRACT", "S0ONCALL"), deployment("shop", "checkout"), "C0SHOP", "rollback")
	if got, want := denied.Reason(), "denied by policy.csv:6: p, group:S0CONTRACT, production, *, *, *, *, rollback, deny"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := e.Explain(person(""), deployment("shop", "checkout"), "C0SHOP", "diagnose").Reason(); got != "denied: no rule allows it" {
		t.Errorf("nobody gets %q", got)
	}
}
