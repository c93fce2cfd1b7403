package pagerduty_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	client "github.com/PagerDuty/go-pagerduty"

	"github.com/steward-bot/steward/standin/misbehave"
	"github.com/steward-bot/steward/standin/pagerduty"
)

const token = "pd-secret"

// acme is the account of these tests: one open incident of checkout.
func acme() pagerduty.Account {
	return pagerduty.Account{
		Subdomain: "acme",
		Tokens: []pagerduty.Token{
			{Value: token, User: "PBOT001"},
			{Value: "account-key"},
			{Value: "read-only", ReadOnly: true},
		},
		Users: []pagerduty.User{
			{ID: "PBOT001", Name: "steward", Email: "bot@acme.example"},
			{ID: "PANA001", Name: "Ana", Email: "ana@acme.example"},
		},
		Teams: []pagerduty.Team{{ID: "PTEAM01", Name: "Shop"}},
		Services: []pagerduty.Service{
			{ID: "PCHK001", Name: "checkout", Teams: []string{"PTEAM01"}},
			{ID: "PCRT001", Name: "cart"},
		},
		Incidents: []pagerduty.Incident{{
			ID: "Q1XCHK0001", Title: "checkout is down", Service: "PCHK001", AssignedTo: []string{"PANA001"},
			Alerts: []pagerduty.Alert{{Summary: "error rate 40%", Details: map[string]string{"pod": "checkout-1"}}},
		}},
	}
}

// stand is a stand-in on loopback with a client of the real library.
type stand struct {
	*pagerduty.Server
	url    string
	client *client.Client
	now    time.Time
}

func start(t *testing.T, options pagerduty.Options) *stand {
	t.Helper()
	s := &stand{now: time.Date(2026, 11, 20, 1, 2, 3, 0, time.UTC)}
	options.Now = func() time.Time { return s.now }
	server, err := pagerduty.New(acme(), options)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	s.Server, s.url, s.client = server, web.URL, client.NewClient(token, client.WithAPIEndpoint(web.URL))
	return s
}

// by is a note as the library wants it: the e-mail of its author goes where
// the summary is.
func by(email, content string) client.IncidentNote {
	return client.IncidentNote{Content: content, User: client.APIObject{Summary: email}}
}

// refused checks that a call of the library failed with a status, a code and
// words.
func refused(t *testing.T, err error, status, code int, words string) {
	t.Helper()
	var told client.APIError
	if !errors.As(err, &told) {
		t.Fatalf("got %v, want an API error %d", err, status)
	}
	if told.StatusCode != status || told.APIError.ErrorObject.Code != code || !strings.Contains(told.Error(), words) {
		t.Errorf("got %d %+v, want %d, code %d, %q", told.StatusCode, told.APIError.ErrorObject, status, code, words)
	}
}

func TestAnIncidentIsReadWithItsServiceItsStatusAndItsLink(t *testing.T) {
	s := start(t, pagerduty.Options{})
	i, err := s.client.GetIncidentWithContext(t.Context(), "Q1XCHK0001")
	if err != nil {
		t.Fatal(err)
	}
	if i.ID != "Q1XCHK0001" || i.Title != "checkout is down" || i.Status != "triggered" || i.Urgency != "high" || i.ResolvedAt != "" {
		t.Errorf("read %+v", i)
	}
	if i.Service.ID != "PCHK001" || i.Service.Summary != "checkout" || i.Teams[0].Summary != "Shop" ||
		i.EscalationPolicy.Summary != "checkout on-call" || i.Assignments[0].Assignee.Summary != "Ana" {
		t.Errorf("it concerns %+v %+v %+v %+v", i.Service, i.Teams, i.EscalationPolicy, i.Assignments)
	}
	if i.HTMLURL != "https://acme.pagerduty.com/incidents/Q1XCHK0001" || i.Self != s.url+"/incidents/Q1XCHK0001" {
		t.Errorf("links %s, %s", i.HTMLURL, i.Self)
	}
	if i.AlertCounts.All != 1 || i.AlertCounts.Triggered != 1 || i.CreatedAt != "2026-11-20T01:02:03Z" {
		t.Errorf("alerts %+v, created %s", i.AlertCounts, i.CreatedAt)
	}
	if byNumber, err := s.client.GetIncidentWithContext(t.Context(), "1"); err != nil || byNumber.ID != i.ID {
		t.Errorf("by its number: %+v, %v", byNumber, err)
	}
	_, err = s.client.GetIncidentWithContext(t.Context(), "Q1XNOPE0001")
	refused(t, err, 404, 2100, "Incident Not Found")
}

func TestTheVendorsHeadersAreRequired(t *testing.T) {
	s := start(t, pagerduty.Options{})
	for name, test := range map[string]struct {
		accept, authorization string
		want                  int
	}{
		"all is well":      {"application/vnd.pagerduty+json;version=2", "Token token=" + token, 200},
		"an OAuth token":   {"application/vnd.pagerduty+json;version=2", "Bearer " + token, 200},
		"no vendor accept": {"application/json", "Token token=" + token, 406},
		"no accept":        {"", "Token token=" + token, 406},
		"another token":    {"application/vnd.pagerduty+json;version=2", "Token token=wrong", 401},
		"no token":         {"application/vnd.pagerduty+json;version=2", "", 401},
		"an empty token":   {"application/vnd.pagerduty+json;version=2", "Token token=", 401},
	} {
		request, _ := http.NewRequest("GET", s.url+"/incidents/Q1XCHK0001", nil)
		request.Header.Set("Accept", test.accept)
		request.Header.Set("Authorization", test.authorization)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != test.want {
			t.Errorf("%s: %d, want %d", name, response.StatusCode, test.want)
		}
	}
}

func TestANoteNeedsTheEmailOfAUserAndWords(t *testing.T) {
	s := start(t, pagerduty.Options{MaxNotes: 1})
	for email, want := range map[string]struct {
		code  int
		words string
	}{
		"":                    {1028, `Malformed "From" header`},
		"steward":             {1028, `Malformed "From" header`},
		"nobody@acme.example": {1008, "Requester User Not Found"},
	} {
		_, err := s.client.CreateIncidentNoteWithContext(t.Context(), "Q1XCHK0001", by(email, "x"))
		refused(t, err, 400, want.code, want.words)
	}
	_, err := s.client.CreateIncidentNoteWithContext(t.Context(), "Q1XCHK0001", by("bot@acme.example", " "))
	refused(t, err, 400, 2001, "Content cannot be empty.")
	reader := client.NewClient("read-only", client.WithAPIEndpoint(s.url))
	_, err = reader.CreateIncidentNoteWithContext(t.Context(), "Q1XCHK0001", by("bot@acme.example", "x"))
	refused(t, err, 403, 2010, "Access Denied")
	if seen, _ := s.Incident("Q1XCHK0001"); len(seen.Notes) != 0 {
		t.Errorf("refused notes were written: %+v", seen.Notes)
	}

	made, err := s.client.CreateIncidentNoteWithContext(t.Context(), "Q1XCHK0001", by("bot@acme.example", "rolled back checkout"))
	if err != nil || made.User.Summary != "steward" || made.CreatedAt != "2026-11-20T01:02:03Z" {
		t.Fatalf("made %+v, %v", made, err)
	}
	notes, err := s.client.ListIncidentNotesWithContext(t.Context(), "Q1XCHK0001")
	if err != nil || len(notes) != 1 || notes[0].Content != "rolled back checkout" || notes[0].ID != made.ID {
		t.Errorf("notes %+v, %v", notes, err)
	}
	_, err = s.client.CreateIncidentNoteWithContext(t.Context(), "Q1XCHK0001", by("bot@acme.example", "one more"))
	refused(t, err, 400, 2001, "at most 1 notes")
}

func TestANoteWhoseAnswerIsCutIsThereAllTheSame(t *testing.T) {
	s := start(t, pagerduty.Options{})
	_ = s.Faults().Add(misbehave.Fault{Kind: misbehave.WriteAndCut, Method: "POST", Path: "/notes$"})
	if _, err := s.client.CreateIncidentNoteWithContext(t.Context(), "Q1XCHK0001", by("bot@acme.example", "x")); err == nil {
		t.Error("the library noticed nothing")
	}
	if seen, _ := s.Incident("Q1XCHK0001"); len(seen.Notes) != 1 {
		t.Errorf("notes %+v, want the one", seen.Notes)
	}
}

func TestAnIncidentGoesThroughItsLife(t *testing.T) {
	s := start(t, pagerduty.Options{})
	s.now = s.now.Add(time.Minute)
	if err := s.Acknowledge("Q1XCHK0001", "PANA001"); err != nil {
		t.Fatal(err)
	}
	i, _ := s.client.GetIncidentWithContext(t.Context(), "Q1XCHK0001")
	if i.Status != "acknowledged" || i.Acknowledgements[0].Acknowledger.Summary != "Ana" || i.LastStatusChangeBy.Summary != "Ana" {
		t.Errorf("acknowledged: %+v", i)
	}
	done, err := s.client.ManageIncidentsWithContext(t.Context(), "bot@acme.example", []client.ManageIncidentsOptions{{ID: "Q1XCHK0001", Status: "resolved", Resolution: "rolled back"}})
	if err != nil || done.Incidents[0].Status != "resolved" || done.Incidents[0].ResolvedAt != "2026-11-20T01:03:03Z" || len(done.Incidents[0].Assignments) != 0 {
		t.Fatalf("resolved: %+v, %v", done, err)
	}
	alerts, err := s.client.ListIncidentAlertsWithContext(t.Context(), "Q1XCHK0001", client.ListIncidentAlertsOptions{})
	if err != nil || len(alerts.Alerts) != 1 || alerts.Alerts[0].Status != "resolved" || alerts.Alerts[0].Summary != "error rate 40%" || alerts.Alerts[0].Severity != "critical" {
		t.Errorf("alerts %+v, %v", alerts, err)
	}
	log, err := s.client.ListIncidentLogEntriesWithContext(t.Context(), "Q1XCHK0001", client.ListIncidentLogEntriesOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var story []string
	for _, entry := range log.LogEntries {
		story = append(story, entry.Type+": "+entry.Summary)
	}
	want := "resolve_log_entry: Resolved by steward. | acknowledge_log_entry: Acknowledged by Ana. | trigger_log_entry: Triggered through the service checkout."
	if got := strings.Join(story, " | "); got != want {
		t.Errorf("log %s, want %s", got, want)
	}
	if err := s.Resolve("Q1XCHK0001", "PANA001"); err == nil || err.Error() != "the incident is resolved already: Q1XCHK0001" {
		t.Errorf("resolving it again: %v", err)
	}
}

func TestIncidentsAreListedByWhatTheyConcern(t *testing.T) {
	s := start(t, pagerduty.Options{})
	for _, seed := range []pagerduty.Incident{
		{ID: "Q1XCRT0001", Title: "cart is slow", Service: "PCRT001", Urgency: "low"},
		{ID: "Q1XCHK0002", Title: "checkout again", Service: "PCHK001", Status: "resolved"},
	} {
		s.now = s.now.Add(time.Hour)
		if _, err := s.Trigger(seed); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		options client.ListIncidentsOptions
		want    string
	}{
		"all":          {client.ListIncidentsOptions{}, "Q1XCHK0002 Q1XCRT0001 Q1XCHK0001"},
		"by status":    {client.ListIncidentsOptions{Statuses: []string{"triggered", "acknowledged"}}, "Q1XCRT0001 Q1XCHK0001"},
		"by service":   {client.ListIncidentsOptions{ServiceIDs: []string{"PCHK001"}}, "Q1XCHK0002 Q1XCHK0001"},
		"by team":      {client.ListIncidentsOptions{TeamIDs: []string{"PTEAM01"}}, "Q1XCHK0002 Q1XCHK0001"},
		"by user":      {client.ListIncidentsOptions{UserIDs: []string{"PANA001"}}, "Q1XCHK0001"},
		"by urgency":   {client.ListIncidentsOptions{Urgencies: []string{"low"}}, "Q1XCRT0001"},
		"since":        {client.ListIncidentsOptions{Since: "2026-11-20T02:00:00Z"}, "Q1XCHK0002 Q1XCRT0001"},
		"until":        {client.ListIncidentsOptions{Until: "2026-11-20T02:00:00Z"}, "Q1XCHK0001"},
		"in order":     {client.ListIncidentsOptions{SortBy: "created_at:asc"}, "Q1XCHK0001 Q1XCRT0001 Q1XCHK0002"},
		"the 2nd page": {client.ListIncidentsOptions{Limit: 1, Offset: 1}, "Q1XCRT0001"},
	} {
		found, err := s.client.ListIncidentsWithContext(t.Context(), test.options)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var ids []string
		for _, i := range found.Incidents {
			ids = append(ids, i.ID)
		}
		if got := strings.Join(ids, " "); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
	paged, err := s.client.ListIncidentsWithContext(t.Context(), client.ListIncidentsOptions{Limit: 1, Total: true})
	if err != nil || !paged.More || paged.Total != 3 {
		t.Errorf("the first page: more %v, total %d, %v", paged.More, paged.Total, err)
	}
}

func TestRequestsAreLimitedByTheMinute(t *testing.T) {
	s := start(t, pagerduty.Options{RequestsPerMinute: 2})
	s.client.SetDebugFlag(client.DebugCaptureLastResponse)
	for range 2 {
		if _, err := s.client.ListAbilitiesWithContext(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s.now = s.now.Add(20 * time.Second)
	_, err := s.client.ListAbilitiesWithContext(t.Context())
	refused(t, err, 429, 2020, "Rate Limit Exceeded")
	last, _ := s.client.LastAPIResponse()
	for name, want := range map[string]string{"ratelimit-limit": "2", "ratelimit-remaining": "0", "ratelimit-reset": "40"} {
		if got := last.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	s.now = s.now.Add(40 * time.Second)
	if _, err := s.client.ListAbilitiesWithContext(t.Context()); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestADoctorLearnsWhoseTokenItIsAndWhatIsThere(t *testing.T) {
	s := start(t, pagerduty.Options{})
	me, err := s.client.GetCurrentUserWithContext(t.Context(), client.GetCurrentUserOptions{})
	if err != nil || me.Email != "bot@acme.example" {
		t.Errorf("me is %+v, %v", me, err)
	}
	keyed := client.NewClient("account-key", client.WithAPIEndpoint(s.url))
	_, err = keyed.GetCurrentUserWithContext(t.Context(), client.GetCurrentUserOptions{})
	refused(t, err, 400, 2001, "a user's API key")
	users, err := keyed.ListUsersWithContext(t.Context(), client.ListUsersOptions{Query: "ANA@"})
	if err != nil || len(users.Users) != 1 || users.Users[0].ID != "PANA001" {
		t.Errorf("users %+v, %v", users, err)
	}
	service, err := s.client.GetServiceWithContext(t.Context(), "PCHK001", nil)
	if err != nil || service.Name != "checkout" || service.Status != "critical" || service.EscalationPolicy.Summary != "checkout on-call" {
		t.Errorf("service %+v, %v", service, err)
	}
	_, err = s.client.GetServiceWithContext(t.Context(), "PNOPE01", nil)
	refused(t, err, 404, 2100, "Service Not Found")
	services, err := s.client.ListServicesWithContext(t.Context(), client.ListServiceOptions{Query: "car"})
	if err != nil || len(services.Services) != 1 || services.Services[0].ID != "PCRT001" {
		t.Errorf("services %+v, %v", services, err)
	}
	if err := s.client.TestAbilityWithContext(t.Context(), "teams"); err != nil {
		t.Error(err)
	}
}

func TestAnIncidentOpenedThroughTheAPIHasAKeyOfItsOwn(t *testing.T) {
	s := start(t, pagerduty.Options{})
	asked := client.CreateIncidentOptions{Title: "cart is down", IncidentKey: "cart", Service: &client.APIReference{ID: "PCRT001", Type: "service_reference"}}
	made, err := s.client.CreateIncidentWithContext(t.Context(), "ana@acme.example", &asked)
	if err != nil || made.Status != "triggered" || made.IncidentKey != "cart" {
		t.Fatalf("made %+v, %v", made, err)
	}
	_, err = s.client.CreateIncidentWithContext(t.Context(), "ana@acme.example", &asked)
	refused(t, err, 400, 2001, "Open incident already exists on this service with this key.")
}

func TestAnAccountThatDoesNotFitTogetherIsRefused(t *testing.T) {
	for want, spoil := range map[string]func(*pagerduty.Account){
		`there is no service "PNOPE01"`:          func(a *pagerduty.Account) { a.Incidents[0].Service = "PNOPE01" },
		`there is no status "open"`:              func(a *pagerduty.Account) { a.Incidents[0].Status = "open" },
		`there is no user "PNOPE01"`:             func(a *pagerduty.Account) { a.Incidents[0].AssignedTo = []string{"PNOPE01"} },
		`the incident id "q1" must be`:           func(a *pagerduty.Account) { a.Incidents[0].ID = "q1" },
		"the incident Q1XCHK0001 is there twice": func(a *pagerduty.Account) { a.Incidents = append(a.Incidents, a.Incidents[0]) },
		"a subdomain, a token and a user":        func(a *pagerduty.Account) { a.Tokens = nil },
		`"PNOPE01" is none`:                      func(a *pagerduty.Account) { a.Tokens[0].User = "PNOPE01" },
		`names the team "PNOPE01"`:               func(a *pagerduty.Account) { a.Services[0].Teams = []string{"PNOPE01"} },
	} {
		account := acme()
		spoil(&account)
		if _, err := pagerduty.New(account, pagerduty.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
