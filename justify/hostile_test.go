package justify_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/steward-bot/steward/justify"
	"github.com/steward-bot/steward/ops"
)

// A vendor, or whoever answers in its place, may send anything.
func TestWhateverAVendorAnswersIsNoJustification(t *testing.T) {
	const whole = `{"incident":{"id":"Q1XCHK0001","status":"triggered","service":{"id":"PCHK001"}}}`
	for _, test := range []struct {
		story  string
		answer http.HandlerFunc
		want   string
	}{
		{"nothing", body(200, ""), "Nothing was changed: VENDOR could not be reached, or its answer made no sense."},
		{"an empty object", body(200, "{}"), "Nothing was changed: VENDOR could not be reached, or its answer made no sense."},
		{"empty parts", body(200, `{"incident":{},"key":"","fields":{}}`), "Nothing was changed: VENDOR could not be reached, or its answer made no sense."},
		{"nulls", body(200, `{"incident":null,"key":"SHOP-7","fields":null}`), "Nothing was changed: VENDOR could not be reached, or its answer made no sense."},
		{"a list", body(200, "[]"), "Nothing was changed: VENDOR could not be reached, or its answer made no sense."},
		{"no end", body(200, strings.Repeat(" ", 3<<20)+whole), "Nothing was changed: VENDOR could not be reached, or its answer made no sense."},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://evil.example", http.StatusFound)
		}, "Nothing was changed: VENDOR gave an unexpected answer (302)."},
		{"no permission", body(403, "{}"), "Nothing was changed: VENDOR refuses steward's credentials (403)."},
		{"gone", body(410, "{}"), "Nothing was changed: VENDOR gave an unexpected answer (410)."},
		{"an error", body(502, "<html>"), "Nothing was changed: VENDOR has an error of its own (502)."},
		{"a limit without an end", body(429, "{}"), "Nothing was changed: VENDOR asks steward to slow down (429)."},
		{"the token itself", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			sent := r.Header.Get("Authorization")
			_, _ = w.Write([]byte(`{"error":{"code":1,"message":"` + sent + `","errors":["` + sent + `"]},"errorMessages":["` + sent + ` x` + jiraToken + `"]}`))
		}, "Nothing was changed: VENDOR gave an unexpected answer (400)."},
		{"another incident", body(200, strings.Replace(whole, "0001", "0009", 1)), "Nothing was changed: VENDOR could not be reached, or its answer made no sense."},
	} {
		server := httptest.NewServer(test.answer)
		for vendor, s := range map[string]subject{"PagerDuty": openPagerDuty(t), "Jira": openJiraDataCenter(t)} {
			s.source = at(t, vendor, server.URL)
			_, refusal := s.verify(t, s.good)
			want := strings.ReplaceAll(test.want, "VENDOR", vendor)
			if refusal == nil || refusal.What != want {
				t.Errorf("%s from %s\n got %v\nwant %s", test.story, vendor, refusal, want)
			}
		}
		server.Close()
	}
}

func body(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text))
	}
}

func at(t *testing.T, vendor, address string) justify.Source {
	t.Helper()
	if vendor == "Jira" {
		source, err := justify.NewJira(justify.JiraConfig{Deployment: "datacenter", Site: "https://acme.atlassian.net", URL: address, Token: jiraToken})
		if err != nil {
			t.Fatal(err)
		}
		return source
	}
	source, err := justify.NewPagerDuty(justify.PagerDutyConfig{Account: "acme", APIURL: address, Token: pagerDutyKey})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func TestAMovedIssueIsNamedAnew(t *testing.T) {
	server := httptest.NewServer(body(200, `{"key":"OPS-12","fields":{"status":{"name":"Approved"},"project":{"key":"OPS"}}}`))
	defer server.Close()
	s := openJiraDataCenter(t)
	s.source = at(t, "Jira", server.URL)
	_, refusal := s.verify(t, "SHOP-7")
	want := "SHOP-7 was moved and is OPS-12 now. A justification is recorded under its key, so the present one is needed. Give OPS-12, if that is what you mean."
	if refusal == nil || refusal.Error() != want || refusal.Reason != ops.JustificationUnknown {
		t.Errorf("got %v\nwant %s", refusal, want)
	}
}

func TestAMergedIncidentSaysWhereItWent(t *testing.T) {
	server := httptest.NewServer(body(200, `{"incident":{"id":"Q1XCHK0001","status":"resolved","resolve_reason":{"type":"merge_resolve_reason","incident":{"id":"Q1XCHK0002"}}}}`))
	defer server.Close()
	s := openPagerDuty(t)
	s.source = at(t, "PagerDuty", server.URL)
	_, refusal := s.verify(t, s.good)
	if want := "Incident Q1XCHK0001 is resolved: it was merged into Q1XCHK0002."; refusal == nil || refusal.What != want {
		t.Errorf("got %v, want %s", refusal, want)
	}
}

func TestATitleIsBoundedAndOnOneLine(t *testing.T) {
	server := httptest.NewServer(body(200, `{"incident":{"id":"Q1XCHK0001","status":"triggered","service":{"id":"PCHK001"},"title":"a\u202eb\n`+strings.Repeat("x", 5000)+`"}}`))
	defer server.Close()
	s := openPagerDuty(t)
	s.source = at(t, "PagerDuty", server.URL)
	ticket, refusal := s.verify(t, s.good)
	if refusal != nil || len([]rune(ticket.Title)) != 200 || !strings.HasPrefix(ticket.Title, "a b xxx") {
		t.Errorf("%q, %v", ticket.Title, refusal)
	}
}
