package pagerduty_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/steward-bot/steward/standin/pagerduty"
)

// as sends what a person or their browser would, without credentials.
func (s *stand) as(t *testing.T, method, path, accept, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", accept)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	return response.StatusCode, strings.TrimSpace(string(text))
}

func TestAPersonTriggersAcknowledgesAndResolves(t *testing.T) {
	s := start(t, pagerduty.Options{WebURL: "https://acme.eu.pagerduty.com"})
	status, text := s.as(t, "POST", "/person/incident", "", `{"title":"cart is down","service":"PCRT001"}`)
	all := s.Incidents()
	id := all[len(all)-1].ID
	if want := `{"id":"` + id + `","url":"https://acme.eu.pagerduty.com/incidents/` + id + `"}`; status != 201 || text != want {
		t.Fatalf("%d %s, want 201 %s", status, text, want)
	}
	for _, step := range []struct {
		path, body string
		want       int
	}{
		{"/person/acknowledge", `{"id":"` + id + `","user":"PANA001"}`, 200},
		{"/person/resolve", `{"id":"` + id + `","user":"PANA001"}`, 200},
		{"/person/resolve", `{"id":"` + id + `","user":"PANA001"}`, 409},
		{"/person/resolve", `{"id":"Q1XNOPE0001","user":"PANA001"}`, 404},
		{"/person/incident", `{"title":"x","service":"PNOPE01"}`, 400},
		{"/person/incident", `{"name":"x"}`, 400},
	} {
		if status, text := s.as(t, "POST", step.path, "", step.body); status != step.want {
			t.Errorf("%s %s: %d %s, want %d", step.path, step.body, status, text, step.want)
		}
	}
	status, text = s.as(t, "GET", "/person/incident/"+id, "", "")
	if status != 200 || !strings.Contains(text, `"status":"resolved"`) {
		t.Errorf("%d %s", status, text)
	}
}

func TestAnIncidentIsReadInTheBrowserWithItsNotesEscaped(t *testing.T) {
	s := start(t, pagerduty.Options{})
	if _, err := s.client.CreateIncidentNoteWithContext(t.Context(), "Q1XCHK0001", by("bot@acme.example", `<script>alert(1)</script>`)); err != nil {
		t.Fatal(err)
	}
	status, page := s.as(t, "GET", "/incidents/Q1XCHK0001", "text/html,*/*", "")
	if status != 200 || !strings.Contains(page, "#1 checkout is down") || strings.Contains(page, "<script>") || !strings.Contains(page, "&lt;script&gt;") {
		t.Errorf("%d %s", status, page)
	}
	if status, page := s.as(t, "GET", "/incidents", "text/html", ""); status != 200 || !strings.Contains(page, `<a href="/incidents/Q1XCHK0001">`) {
		t.Errorf("the list: %d %s", status, page)
	}
	if status, _ := s.as(t, "GET", "/incidents/Q1XNOPE0001", "text/html", ""); status != 404 {
		t.Errorf("a missing incident: %d", status)
	}
	if requests := s.Faults().Requests(); len(requests) != 1 {
		t.Errorf("the pages are in the log of the API: %+v", requests)
	}
}
