package justify_test

import (
	"net/http/httptest"
	"testing"

	"github.com/steward-bot/steward/justify"
	"github.com/steward-bot/steward/ops"
	"github.com/steward-bot/steward/standin/jira"
)

const jiraToken = "j1ra-token-that-nobody-may-see"

func openJiraCloud(t *testing.T) subject      { return openJira(t, jira.Cloud, "cloud") }
func openJiraDataCenter(t *testing.T) subject { return openJira(t, jira.DataCenter, "datacenter") }

func openJira(t *testing.T, deployment jira.Deployment, setting string) subject {
	t.Helper()
	vendor, err := jira.New(jira.Site{
		Accounts: []jira.Account{{ID: "5b10bot", Name: "bot", Email: "bot@acme.example", DisplayName: "steward", Token: jiraToken}},
		Projects: []jira.Project{
			{Key: "SHOP", Name: "Shop", Components: []string{"checkout", "cart"}},
			{Key: "OPS", Name: "Operations"},
			{Key: "HIDDEN", Name: "Hidden", Withheld: []string{"BROWSE_PROJECTS"}},
		},
		Issues: []jira.Issue{
			{Key: "SHOP-7", Project: "SHOP", Type: "Change", Summary: "Roll checkout back `now`", Status: "Approved", Components: []string{"cart", "checkout"}},
			{Key: "SHOP-8", Project: "SHOP", Type: "Change", Summary: "Not yet", Status: "In Review", Components: []string{"checkout"}},
			{Key: "SHOP-9", Project: "SHOP", Type: "Change", Summary: "The cart", Status: "Approved", Components: []string{"cart"}},
			{Key: "SHOP-10", Project: "SHOP", Type: "Change", Summary: "No component", Status: "Approved"},
			{Key: "OPS-1", Project: "OPS", Type: "Change", Summary: "Another project", Status: "Approved"},
			{Key: "HIDDEN-1", Project: "HIDDEN", Type: "Change", Summary: "Out of sight", Status: "Approved"},
		},
	}, jira.Options{Deployment: deployment})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(vendor)
	t.Cleanup(server.Close)
	source, err := justify.NewJira(justify.JiraConfig{
		Deployment: setting, Site: "https://acme.atlassian.net", URL: server.URL, Email: "bot@acme.example", Token: jiraToken,
	})
	if err != nil {
		t.Fatal(err)
	}
	link := "https://acme.atlassian.net/browse/"
	return subject{
		source: source, faults: vendor.Faults(), secret: jiraToken,
		good: link + "SHOP-7",
		want: ops.Ticket{
			System: "jira", Key: "SHOP-7", URL: link + "SHOP-7", Title: "Roll checkout back `now`",
			Status: "Approved", Concern: "project SHOP, component checkout",
		},
		closed: link + "SHOP-8", other: link + "SHOP-9", unknown: link + "SHOP-4711",
		foreign: []string{
			"https://evil.atlassian.net/browse/SHOP-7", "http://acme.atlassian.net/browse/SHOP-7", "https://acme.atlassian.net:444/browse/SHOP-7",
			"https://jira.evil.example/browse/SHOP-7", "https://acme.atlassian.net.evil.example/browse/SHOP-7",
		},
		nonsense: []string{
			"https://acme.atlassian.net/browse/SHOP", "https://acme.atlassian.net/browse/shop-7x", "https://acme.atlassian.net/issues/SHOP-7", "https://acme.atlassian.net/browse/SHOP-7/x",
			"https://acme.atlassian.net@evil.example/browse/SHOP-7", "https://acme.atlassian.net/browse/SHOP-7%2fcomment", "SHOP-", "SHOP 7", "SHOP-7/../8", "SHOP-7?expand=x", "ЅHOP-7",
		},
	}
}

func TestAnIssuesKeyAloneWillDo(t *testing.T) {
	s := openJiraCloud(t)
	for _, key := range []string{"SHOP-7", "shop-7", " SHOP-7 "} {
		if ticket, refusal := s.verify(t, key); refusal != nil || ticket.Key != "SHOP-7" {
			t.Errorf("%q: %+v, %v", key, ticket, refusal)
		}
	}
}

func TestJirasRefusalsSayWhyAndWhatWouldDo(t *testing.T) {
	s := openJiraCloud(t)
	const give = " Give the link or key of a Jira issue of project SHOP, component checkout in status Approved."
	for _, test := range []struct{ because, want string }{
		{s.closed, "SHOP-8 is in status In Review. Only an issue in status Approved justifies an action." + give},
		{s.other, "SHOP-9 is about something else. It is of project SHOP, component cart; Deployment/shop/checkout belongs to project SHOP, component checkout, as steward's settings say." + give},
		{"SHOP-10", "SHOP-10 is about something else. It is of project SHOP, no component; Deployment/shop/checkout belongs to project SHOP, component checkout, as steward's settings say." + give},
		{"OPS-1", "OPS-1 is about something else. It is of project OPS, no component; Deployment/shop/checkout belongs to project SHOP, component checkout, as steward's settings say." + give},
		{s.unknown, "Jira knows no issue SHOP-4711. It is not at acme.atlassian.net, or steward's account may not see it." + give},
		{"HIDDEN-1", "Jira knows no issue HIDDEN-1. It is not at acme.atlassian.net, or steward's account may not see it." + give},
		{s.foreign[0], "That link is not of our Jira. It leads to https://evil.atlassian.net; only https://acme.atlassian.net counts." + give},
		{s.nonsense[0], "That Jira link is not an issue's. An issue's link is https://acme.atlassian.net/browse/KEY; its key alone, such as SHOP-7, will do too." + give},
	} {
		_, refusal := s.verify(t, test.because)
		if refusal == nil || refusal.Error() != test.want {
			t.Errorf("%q\n got %v\nwant %s", test.because, refusal, test.want)
		}
	}
}

func TestASiteMayHaveAPortAndAPath(t *testing.T) {
	s := openJiraCloud(t)
	source, err := justify.NewJira(justify.JiraConfig{Site: "http://127.0.0.1:8081/jira", Email: "bot@acme.example", Token: jiraToken})
	if err != nil {
		t.Fatal(err)
	}
	s.source = source
	for because, want := range map[string]ops.Reason{
		"http://127.0.0.1:8081/jira/browse/shop":     ops.JustificationBad,
		"http://127.0.0.1:8081/browse/SHOP-7":        ops.JustificationForeign,
		"https://127.0.0.1:8081/jira/browse/SHOP-7":  ops.JustificationForeign,
		"http://127.0.0.1:80810/jira/browse/SHOP-7":  ops.JustificationForeign,
		"http://127.0.0.1:8081/jirab/browse/SHOP-7":  ops.JustificationForeign,
		"http://127.0.0.1:8081/jira/browse/SHOP-7":   ops.Unavailable, // ours: nobody listens there
		"http://127.0.0.1:8081/jira/browse/SHOP-7#x": ops.Unavailable,
	} {
		if _, refusal := s.verify(t, because); reasonOf(refusal) != want {
			t.Errorf("%s: got %v", because, refusal)
		}
	}
}

func TestJirasSettingsAreChecked(t *testing.T) {
	const site = "https://acme.atlassian.net"
	for _, test := range []struct {
		config justify.JiraConfig
		want   string
	}{
		{justify.JiraConfig{}, `jira.site "" is not an address such as https://acme.atlassian.net`},
		{justify.JiraConfig{Site: "acme.atlassian.net"}, `jira.site "acme.atlassian.net" is not an address such as https://acme.atlassian.net`},
		{justify.JiraConfig{Site: site}, `jira.token is empty: steward cannot read issues without one`},
		{justify.JiraConfig{Site: site, Token: "x"}, `jira.email is empty: on Cloud it goes with the token`},
		{justify.JiraConfig{Site: site, Token: "x", Deployment: "server"}, `jira.deployment is "server"; allowed: cloud, datacenter`},
	} {
		if _, err := justify.NewJira(test.config); err == nil || err.Error() != test.want {
			t.Errorf("got %v\nwant %s", err, test.want)
		}
	}
}
