package justify_test

import (
	"net/http/httptest"
	"testing"

	"github.com/steward-bot/steward/justify"
	"github.com/steward-bot/steward/ops"
	"github.com/steward-bot/steward/standin/pagerduty"
)

const pagerDutyKey = "pd-k3y-that-nobody-may-see"

func openPagerDuty(t *testing.T) subject { s, _ := openPagerDutyWith(t, pagerDutyKey); return s }

// openPagerDutyWith gives the source a key, which need not be the account's.
func openPagerDutyWith(t *testing.T, key string) (subject, *pagerduty.Server) {
	t.Helper()
	vendor, err := pagerduty.New(pagerduty.Account{
		Subdomain: "acme",
		Tokens:    []pagerduty.Token{{Value: pagerDutyKey, ReadOnly: true}},
		Users:     []pagerduty.User{{ID: "PANA001", Name: "Ana", Email: "ana@acme.example"}},
		Services:  []pagerduty.Service{{ID: "PCHK001", Name: "checkout"}, {ID: "PSRCH01", Name: "search"}},
		Incidents: []pagerduty.Incident{
			{ID: "Q1XCHK0001", Title: "checkout answers 500 <!channel>", Service: "PCHK001"},
			{ID: "Q1XCHK0002", Title: "old", Service: "PCHK001", Status: "resolved"},
			{ID: "Q1XSRCH001", Title: "search is slow", Service: "PSRCH01"},
		},
	}, pagerduty.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(vendor)
	t.Cleanup(server.Close)
	source, err := justify.NewPagerDuty(justify.PagerDutyConfig{Account: "acme", APIURL: server.URL + "/", Token: key})
	if err != nil {
		t.Fatal(err)
	}
	link := "https://acme.pagerduty.com/incidents/"
	return subject{
		source: source, faults: vendor.Faults(), secret: key,
		good: link + "Q1XCHK0001",
		want: ops.Ticket{
			System: "pagerduty", Key: "Q1XCHK0001", URL: link + "Q1XCHK0001",
			Title: "checkout answers 500 <!channel>", Status: "triggered", Concern: "service PCHK001",
		},
		closed: link + "Q1XCHK0002", other: link + "Q1XSRCH001", unknown: link + "Q1XNONE001",
		foreign: []string{
			"https://evil.pagerduty.com/incidents/Q1XCHK0001", "https://acme.eu.pagerduty.com/incidents/Q1XCHK0001", "https://pagerduty.com/incidents/Q1XCHK0001",
			"http://acme.pagerduty.com/incidents/Q1XCHK0001", "https://acme.pagerduty.com:8443/incidents/Q1XCHK0001", "https://acme.acme.pagerduty.com/incidents/Q1XCHK0001",
		},
		nonsense: []string{
			"https://acme.pagerduty.com/alerts/Q1XCHK0001", "https://acme.pagerduty.com/incidents", "https://acme.pagerduty.com/incidents/Q1",
			"https://acme.pagerduty.com/incidents/q1xchk0001", "https://acme.pagerduty.com/incidents/Q1XCHK0001/notes", "https://acme.pagerduty.com//incidents/Q1XCHK0001",
			"https://acme.pagerduty.com@evil.example/incidents/Q1XCHK0001", "https://acme.pagerduty.com.evil.example/incidents/Q1XCHK0001",
			"https://аcme.pagerduty.com/incidents/Q1XCHK0001", "https://acme.pagerduty.com/incidents/Q1XCHK0001%2e%2e", "https://acme.pagerduty.com\\@evil.example/incidents/Q1XCHK0001",
			"Q1XCHK0001", "https://acmepagerduty.com/incidents/Q1XCHK0001",
		},
	}, vendor
}

func TestPagerDutysRefusalsSayWhyAndWhatWouldDo(t *testing.T) {
	s := openPagerDuty(t)
	const give = " Give the link of an open PagerDuty incident of service PCHK001."
	for _, test := range []struct{ because, want string }{
		{s.closed, "Incident Q1XCHK0002 is resolved. Only a triggered or acknowledged incident justifies an action." + give},
		{s.other, "Incident Q1XSRCH001 is about another service. It is about search (PSRCH01); Deployment/shop/checkout belongs to PCHK001, as steward's settings say." + give},
		{s.unknown, "PagerDuty knows no incident Q1XNONE001. It is not at acme.pagerduty.com, or steward's key may not see it." + give},
		{s.foreign[0], "That link is not of our PagerDuty account. It leads to https://evil.pagerduty.com; only https://acme.pagerduty.com counts." + give},
		{s.nonsense[0], "That PagerDuty link is not an incident's. An incident's link is https://acme.pagerduty.com/incidents/ID; an alert's page leads to its incident." + give},
		{"", "rollback on Deployment/shop/checkout needs a justification. None was given." + give},
		{"it is broken", `"it is broken" is no justification that steward can check. It is more than one word; give one link.` + give},
		{"broken", `"broken" is no justification that steward can check. It is neither a link nor a key of a system that steward asks.` + give},
		{"https://ana:hunter2@acme.pagerduty.com/incidents/Q1XCHK0001", `"https://[redacted]@acme.pagerduty.com/incidents/Q1XCHK0001" is no justification that steward can check. A user stands before the site's name, which hides where the link leads.` + give},
		{"https://аcme.pagerduty.com/incidents/Q1XCHK0001", `"https://аcme.pagerduty.com/incidents/Q1XCHK0001" is no justification that steward can check. It holds characters that no link of ours has; some look like others.` + give},
		{"https://acme.pagerduty.com/incidents/%51", `"https://acme.pagerduty.com/incidents/%51" is no justification that steward can check. Its path is escaped, which hides where the link leads.` + give},
		{"ftp://acme.pagerduty.com/x", `"ftp://acme.pagerduty.com/x" is no justification that steward can check. A link begins with https:// and the name of its site.` + give},
	} {
		_, refusal := s.verify(t, test.because)
		if refusal == nil || refusal.Error() != test.want {
			t.Errorf("%q\n got %v\nwant %s", test.because, refusal, test.want)
		}
	}
}

func TestAnIncidentJustifiesUntilItIsResolved(t *testing.T) {
	s, vendor := openPagerDutyWith(t, pagerDutyKey)
	if err := vendor.Acknowledge("Q1XCHK0001", "PANA001"); err != nil {
		t.Fatal(err)
	}
	if ticket, refusal := s.verify(t, s.good); refusal != nil || ticket.Status != "acknowledged" {
		t.Fatalf("acknowledged: %+v, %v", ticket, refusal)
	}
	if err := vendor.Resolve("Q1XCHK0001", "PANA001"); err != nil {
		t.Fatal(err)
	}
	if _, refusal := s.verify(t, s.good); reasonOf(refusal) != ops.JustificationClosed {
		t.Fatalf("resolved: %v", refusal)
	}
}

func TestPagerDutysCredentialsMayBeWrong(t *testing.T) {
	s, _ := openPagerDutyWith(t, "a-revoked-key-is-secret-too")
	_, refusal := s.verify(t, s.good)
	want := "Nothing was changed: PagerDuty refuses steward's credentials (401). A justification counts only if the vendor confirms it now. " +
		"Ask whoever runs steward to renew them; `steward doctor` checks them."
	if refusal == nil || refusal.Error() != want {
		t.Errorf("got %v\nwant %s", refusal, want)
	}
}

func TestPagerDutysSettingsAreChecked(t *testing.T) {
	for _, test := range []struct {
		config justify.PagerDutyConfig
		want   string
	}{
		{justify.PagerDutyConfig{Token: "x"}, `pagerduty.account "" is no subdomain: write acme for acme.pagerduty.com, acme.eu for acme.eu.pagerduty.com`},
		{justify.PagerDutyConfig{Account: "evil.com/", Token: "x"}, `pagerduty.account "evil.com/" is no subdomain: write acme for acme.pagerduty.com, acme.eu for acme.eu.pagerduty.com`},
		{justify.PagerDutyConfig{Account: "acme"}, `pagerduty.token is empty: steward cannot read incidents without a REST API key`},
	} {
		if _, err := justify.NewPagerDuty(test.config); err == nil || err.Error() != test.want {
			t.Errorf("got %v\nwant %s", err, test.want)
		}
	}
}
