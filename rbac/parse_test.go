package rbac

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"
)

func TestAMistakeIsNamedWithItsLineAndWhatIsAllowed(t *testing.T) {
	const kindsWords = "Deployment, StatefulSet, DaemonSet, ReplicaSet, Pod, Job, CronJob, Service, Ingress, PersistentVolumeClaim, " +
		"HorizontalPodAutoscaler, PodDisruptionBudget, Node, Namespace, ConfigMap, Secret, ServiceAccount, Endpoints, EndpointSlice, " +
		"NetworkPolicy, ResourceQuota, LimitRange, IngressClass, PersistentVolume, StorageClass, PriorityClass, Event, Lease, " +
		"ReplicationController, ControllerRevision, Rollout, APIService, MutatingWebhookConfiguration, ValidatingWebhookConfiguration, CustomResourceDefinition"
	for _, test := range []struct{ line, want string }{
		{"allow everything", `a line begins with p (a rule), g (who has a role) or # (a comment), not with "allow everything"`},
		{"p, *, *, *, *, *, *, allow", `a rule has 8 fields after p, this one has 7: p, SUBJECT, ENVIRONMENT, CLUSTER, NAMESPACE, KIND/NAME, CHANNEL, ACTION, allow|deny`},
		{"p, ana, *, *, *, *, *, *, allow", `SUBJECT "ana": write user:U… or group:S… with Slack's id, role:NAME, or * for everybody`},
		{"p, usr:U0ANA, *, *, *, *, *, *, allow", `SUBJECT "usr:U0ANA": write user:U… or group:S… with Slack's id, role:NAME, or * for everybody`},
		{"p, user:*, *, *, *, *, *, *, allow", `SUBJECT "user:*": write user:U… or group:S… with Slack's id, role:NAME, or * for everybody`},
		{"p, *, , *, *, *, *, *, allow", `ENVIRONMENT is empty: write a name, a glob, or * for any`},
		{"p, *, *, prod-**, *, *, *, *, allow", `CLUSTER "prod-**": a single * is any run of characters`},
		{"p, *, *, *, sh[op, *, *, *, allow", `NAMESPACE "sh[op": a glob is made of letters, digits, . : - _ with * for any run of characters and ? for one`},
		{"p, *, *, *, Shop, *, *, *, allow", `NAMESPACE "Shop": Kubernetes writes namespaces in lower case`},
		{"p, *, *, *, *, checkout, *, *, allow", `KIND/NAME "checkout": write KIND/NAME such as Deployment/checkout*, or * for every object`},
		{"p, *, *, *, *, deploy/{a;b}, *, *, allow", `in KIND/NAME "deploy/{a;b}": KIND/NAME "{a;b}": a glob is made of letters, digits, . : - _ with * for any run of characters and ? for one`},
		{"p, *, *, *, *, deploy/a/b, *, *, allow", `in KIND/NAME "deploy/a/b": KIND/NAME "a/b": a glob is made of letters, digits, . : - _ with * for any run of characters and ? for one`},
		{"p, *, *, *, *, Deploymnt/x, *, *, allow", `KIND/NAME "Deploymnt/x": there is no kind "Deploymnt" (nearest: Deployment); write one of ` + kindsWords + `, their short names, or *`},
		{"p, *, *, *, *, *, #shop, *, allow", `CHANNEL "#shop": write the channel's id such as C0123ABCD (Slack shows it at the end of “View channel details”), or * for any; a name can be given to another channel, so names are not accepted`},
		{"p, *, *, *, *, *, shop-oncall, *, allow", `CHANNEL "shop-oncall": write the channel's id such as C0123ABCD (Slack shows it at the end of “View channel details”), or * for any; a name can be given to another channel, so names are not accepted`},
		{"p, *, *, *, *, *, *, Rollback, allow", `ACTION "Rollback": write a verb in lower case such as rollback, a glob, or * for any`},
		{"p, *, *, *, *, *, *, rolback, deny", `ACTION "rolback": there is no such verb (nearest: rollback); write one of diagnose, rollback, restart, a glob, or * for any`},
		{"p, *, *, *, *, *, *, *, alow", `the last field is "alow": write allow or deny`},
		{"p, *, *, *, *, *, *, *, allow # for now", `the last field is "allow # for now": write allow or deny; a comment stands on a line of its own`},
		{`p, "*, *, *, *, *, *, *, allow`, `this is no line of comma-separated fields: a quote is open or out of place`},
		{"g, user:U0ANA", `who has a role takes 2 fields after g, this line has 1: g, user:U…|group:S…, role:NAME`},
		{"g, user:U0ANA, shop-oncall", `"shop-oncall" is not a role: write role:NAME, as in g, user:U…|group:S…, role:NAME`},
		{"g, role:a, role:b", `"role:a" cannot have a role: roles are given to user:U… or group:S… only, never to another role`},
		{"g, *, role:b", `* cannot have a role: write the role's rules for the subject * instead`},
		{"g, @shop-oncall, role:b", `"@shop-oncall" cannot have a role: write user:U… or group:S…, with Slack's id`},
	} {
		path := filepath.Join(t.TempDir(), "policy.csv")
		write(t, path, "# ours\n\n"+test.line+"\n")
		_, err := Open(path, zap.NewNop(), "diagnose", "rollback", "restart")
		if want := path + ":3: " + test.want; err == nil || err.Error() != want {
			t.Errorf("%s\n got %v\nwant %s", test.line, err, want)
		}
	}
}

func TestEveryMistakeIsListed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.csv")
	write(t, path, strings.Repeat("x\n", 25))
	_, err := Open(path, zap.NewNop())
	var wrong *PolicyError
	if !errors.As(err, &wrong) || len(wrong.Problems) != 25 || wrong.Problems[24].Line != 25 {
		t.Fatalf("got %v", err)
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 21 || lines[20] != "and 5 more" {
		t.Errorf("the error has %d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

func TestKindsAreWrittenAsKubernetesDoes(t *testing.T) {
	for typed, want := range map[string]string{
		"deploy/checkout*": "Deployment/checkout*", "DEPLOYMENTS/x": "Deployment/x", "cm/*": "ConfigMap/*", "secrets/*": "Secret/*",
		"*/checkout": "*/checkout", "*": "*", "no/node-?": "Node/node-?", "StatefulSet/db": "StatefulSet/db",
	} {
		if got, err := parseObject(typed); err != nil || got != want {
			t.Errorf("parseObject(%q) = %q, %v", typed, got, err)
		}
	}
}

func TestAFileFromWindowsReadsTheSame(t *testing.T) {
	e := open(t, "\ufeff# ours\r\np, *, *, *, *, *, *, diagnose, allow\r\n\r\n")
	if !e.Allowed(person("U0ANA"), deployment("shop", "checkout"), "C0", "diagnose") {
		t.Error("the rule is not in force")
	}
}

func TestTheFileIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.csv")
	write(t, path, strings.Repeat("#", sizeLimit+1))
	_, err := Open(path, zap.NewNop())
	if want := "reading the policy: " + path + " is larger than 4 MiB"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestWhatIsProbablyAMistakeIsAWarning(t *testing.T) {
	e := open(t, "p, role:shop-onkall, *, *, *, *, *, *, deny\ng, group:S0ONCALL, role:shop-oncall\n")
	got := strings.Join(e.Warnings(), "\n")
	want := "line 1 gives rules to role:shop-onkall, which nobody has: add a line g, user:U… or group:S…, role:shop-onkall\n" +
		"role:shop-oncall has members but no rules"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := open(t, "# nothing yet\n").Warnings(); len(got) != 1 || got[0] != "there is no rule, so nobody may do anything" {
		t.Errorf("an empty policy warns %q", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(shopPolicy)
	f.Add("p, \"a\nb\", *\n\xff\xfe, g")
	f.Fuzz(func(t *testing.T, text string) {
		rules, members, err := parse("policy.csv", []byte(text), nil)
		if err != nil {
			return
		}
		if _, err := newPolicy("policy.csv", rules, members); err != nil {
			t.Errorf("a valid policy does not load: %v", err)
		}
	})
}
