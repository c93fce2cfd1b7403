package justify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/steward-bot/steward/justify"
	"github.com/steward-bot/steward/ops"
)

func TestWhichWritesNeedAJustification(t *testing.T) {
	both := openPagerDuty(t).source
	sources := []justify.Source{both, openJiraCloud(t).source}
	all, only := []string{"pagerduty", "jira"}, func(systems ...string) []string { return systems }
	rules := []justify.Rule{
		{Environments: []string{"Production"}, Verbs: []string{"restart"}, Accept: nil},
		{Environments: []string{"production"}, Verbs: []string{"rollback", "restart"}, Accept: only("pagerduty")},
		{Environments: []string{"staging"}, Verbs: []string{"scale"}, Accept: only("jira")},
		{Environments: []string{"eu-trial"}, Verbs: []string{"*"}, Accept: nil},
		{Environments: []string{"eu-rehearsal"}, Verbs: []string{"scale"}, Accept: nil},
	}
	for _, test := range []struct {
		story, environment, verb string
		rules                    []justify.Rule
		want                     []string
	}{
		{"every write in production does, without any rule", "production", "rollback", nil, all},
		{"also a verb that is yet to come", "production", "promote", nil, all},
		{"in any case of letters", "PRODUCTION", "rollback", nil, all},
		{"an environment without a name counts as production", "", "rollback", nil, all},
		{"so does one of which nothing is known", "prdouction", "rollback", nil, all},
		{"staging is known to need none", "staging", "rollback", nil, nil},
		{"a rule chooses the systems", "production", "rollback", rules, only("pagerduty")},
		{"the first rule counts, also one that asks for nothing", "production", "restart", rules, nil},
		{"what no rule names in production needs any", "production", "scale", rules, all},
		{"a rule can ask for more in staging", "staging", "scale", rules, only("jira")},
		{"and leaves the rest of staging alone", "staging", "rollback", rules, nil},
		{"an unknown environment takes production's rules", "prdouction", "rollback", rules, only("pagerduty")},
		{"a rule can free an environment by its name", "eu-trial", "rollback", rules, nil},
		{"and one verb of it", "eu-rehearsal", "scale", rules, nil},
		{"while the others need any", "eu-rehearsal", "rollback", rules, all},
	} {
		target := deployment("checkout")
		target.Environment = test.environment
		got := justify.New(justify.Config{Rules: test.rules}, sources...).Needed(target, test.verb)
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.story, got, test.want)
		}
	}
	if got := justify.New(justify.Config{}).Needed(deployment("checkout"), "rollback"); !slices.Equal(got, all) {
		t.Errorf("without any source a write in production needs %v", got)
	}
}

func TestASystemThatIsNotAcceptedThere(t *testing.T) {
	j := justify.New(justify.Config{
		Services: services(),
		Rules:    []justify.Rule{{Environments: []string{"production"}, Verbs: []string{"*"}, Accept: []string{"pagerduty"}}},
	}, openPagerDuty(t).source, openJiraCloud(t).source)
	_, err := j.Verify(context.Background(), "SHOP-7", "rollback", deployment("checkout"))
	want := "Jira does not justify rollback in production. The settings, under justify.rules, accept other systems there. " +
		"Give the link of an open PagerDuty incident of service PCHK001."
	var refusal *ops.Refusal
	if !errors.As(err, &refusal) || refusal.Error() != want || refusal.Reason != ops.JustificationMissing {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestWhereNoneIsNeededAGivenOneIsCheckedAllTheSame(t *testing.T) {
	j := justify.New(justify.Config{Services: services()}, openPagerDuty(t).source, openJiraCloud(t).source)
	target := deployment("checkout")
	target.Environment = "staging"
	if _, err := j.Verify(context.Background(), "SHOP-7", "rollback", target); err != nil {
		t.Error(err)
	}
	_, err := j.Verify(context.Background(), "SHOP-8", "rollback", target)
	want := "SHOP-8 is in status In Review. Only an issue in status Approved justifies an action. " +
		"Give the link of an open PagerDuty incident of service PCHK001, or the link or key of a Jira issue of project SHOP, component checkout in status Approved."
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestSettingsBeatAnnotations(t *testing.T) {
	pagerDuty, jira := openPagerDuty(t), openJiraCloud(t)
	mine := map[string]string{"steward/pagerduty-service": "PSRCH01", "steward/jira-project": "OPS"}
	for _, test := range []struct {
		story       string
		services    []justify.Service
		annotations map[string]string // of the workload
		namespace   map[string]string // of its namespace
		because     string
		want        string
	}{
		{"the settings name it", services(), nil, nil, pagerDuty.good, ""},
		{
			"an annotation cannot point elsewhere", services(), mine, mine, pagerDuty.other,
			"Incident Q1XSRCH001 is about another service. It is about search (PSRCH01); Deployment/shop/checkout belongs to PCHK001, as steward's settings say. " +
				"Give the link of an open PagerDuty incident of service PCHK001, or the link or key of a Jira issue of project SHOP, component checkout in status Approved.",
		},
		{
			"nor add a system that the settings left out",
			[]justify.Service{{Namespace: "shop", PagerDuty: "PCHK001"}},
			mine, nil, "OPS-1",
			"steward does not know to which Jira project Deployment/shop/checkout belongs. Without that, any ticket would do. " +
				"Give the link of an open PagerDuty incident of service PCHK001. Or ask whoever runs steward to name it under justify.services in its settings, or annotate it or its namespace with steward/jira-project.",
		},
		{"annotations name it", nil, map[string]string{"steward/pagerduty-service": "PCHK001"}, nil, pagerDuty.good, ""},
		{"its namespace's do", nil, nil, map[string]string{"steward/jira-project": "shop", "steward/jira-component": "Checkout"}, "SHOP-7", ""},
		{"its own beat its namespace's", nil, map[string]string{"steward/jira-component": "cart"}, map[string]string{"steward/jira-project": "SHOP", "steward/jira-component": "checkout"}, "SHOP-9", ""},
		{"a project alone takes any component", nil, map[string]string{"steward/jira-project": "SHOP"}, nil, "SHOP-10", ""},
		{
			"but no other project's", nil,
			map[string]string{"steward/jira-project": "SHOP"},
			nil, "OPS-1",
			"OPS-1 is about something else. It is of project OPS, no component; Deployment/shop/checkout belongs to project SHOP, as its annotations say. " +
				"Give the link or key of a Jira issue of project SHOP in status Approved.",
		},
		{
			"a component alone is nothing", nil,
			map[string]string{"steward/jira-component": "checkout"},
			nil, "SHOP-7",
			"steward does not know to which Jira project Deployment/shop/checkout belongs. Without that, any ticket would do. " +
				"Ask whoever runs steward to name it under justify.services in its settings, or annotate it or its namespace with steward/jira-project.",
		},
		{
			"nothing names it", nil, nil, nil, pagerDuty.good,
			"steward does not know to which PagerDuty service Deployment/shop/checkout belongs. Without that, any ticket would do. " +
				"Ask whoever runs steward to name it under justify.services in its settings, or annotate it or its namespace with steward/pagerduty-service.",
		},
		{
			"the settings name another workload",
			[]justify.Service{{Namespace: "shop", Workload: "cart*", PagerDuty: "PCHK001"}, {Namespace: "billing", PagerDuty: "PCHK001"}, {Workload: "[", PagerDuty: "PCHK001"}},
			nil, nil, pagerDuty.good,
			"steward does not know to which PagerDuty service Deployment/shop/checkout belongs. Without that, any ticket would do. " +
				"Ask whoever runs steward to name it under justify.services in its settings, or annotate it or its namespace with steward/pagerduty-service.",
		},
		{"the first entry that names a system counts for it", []justify.Service{
			{Namespace: "shop", Workload: "checkout", Jira: justify.JiraProject{Project: "OPS"}}, {Namespace: "*", PagerDuty: "PCHK001", Jira: justify.JiraProject{Project: "SHOP"}},
		}, nil, nil, "OPS-1", ""},
		{"and a later one for another system", []justify.Service{
			{Namespace: "shop", Workload: "checkout", Jira: justify.JiraProject{Project: "OPS"}}, {Namespace: "*", PagerDuty: "PCHK001", Jira: justify.JiraProject{Project: "SHOP"}},
		}, nil, nil, pagerDuty.good, ""},
		{
			"nothing is pasted and nothing names it", nil, nil, nil, "",
			"rollback on Deployment/shop/checkout needs a justification. None was given. Ask whoever runs steward to name this workload under justify.services in its settings.",
		},
	} {
		target := deployment("checkout")
		target.Annotations, target.NamespaceAnnotations = test.annotations, test.namespace
		_, err := justify.New(justify.Config{Services: test.services}, pagerDuty.source, jira.source).Verify(context.Background(), test.because, "rollback", target)
		if got := fmt.Sprint(err); got != test.want && !(err == nil && test.want == "") {
			t.Errorf("%s\n got %v\nwant %s", test.story, err, test.want)
		}
	}
}

func TestAnUnmappedWorkloadCostsTheVendorNothing(t *testing.T) {
	s := openPagerDuty(t)
	_, err := justify.New(justify.Config{}, s.source).Verify(context.Background(), s.good, "rollback", deployment("checkout"))
	var refusal *ops.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != ops.JustificationUnready {
		t.Errorf("got %v", err)
	}
	if n := len(s.faults.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestACancelledQuestionIsANo(t *testing.T) {
	for name, s := range map[string]subject{"PagerDuty": openPagerDuty(t), "Jira": openJiraCloud(t)} {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := justify.New(justify.Config{Services: services()}, s.source).Verify(ctx, s.good, "rollback", deployment("checkout"))
		want := "Nothing was changed: " + name + " did not answer in time. A justification counts only if the vendor confirms it now. Try again in a moment."
		if err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

func FuzzPastedText(f *testing.F) {
	for _, text := range []string{"SHOP-7", "https://acme.pagerduty.com/incidents/Q1XCHK0001", "<https://acme.atlassian.net/browse/SHOP-7|x>", "https://a@b:c/%zz", "\xff<|>"} {
		f.Add(text)
	}
	// Nobody listens at these: a text that is taken for ours ends as Unavailable.
	pagerDuty, err := justify.NewPagerDuty(justify.PagerDutyConfig{Account: "acme", APIURL: "http://127.0.0.1:1", Token: "t0psecret"})
	if err != nil {
		f.Fatal(err)
	}
	jira, err := justify.NewJira(justify.JiraConfig{Site: "https://acme.atlassian.net", URL: "http://127.0.0.1:1", Email: "x", Token: "t0psecret"})
	if err != nil {
		f.Fatal(err)
	}
	j := justify.New(justify.Config{Services: services()}, pagerDuty, jira)
	f.Fuzz(func(t *testing.T, text string) {
		_, err := j.Verify(context.Background(), text, "rollback", deployment("checkout"))
		var refusal *ops.Refusal
		if !errors.As(err, &refusal) {
			t.Fatalf("%q: %v", text, err)
		}
		if len(refusal.Error()) > 1000 || strings.ContainsAny(refusal.Error(), "\n\r\x00") {
			t.Errorf("%q: %q", text, refusal.Error())
		}
	})
}
