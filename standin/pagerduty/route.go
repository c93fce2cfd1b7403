package pagerduty

import (
	"net/http"
	"strings"
)

func (s *Server) routes() http.Handler {
	person := http.NewServeMux()
	person.HandleFunc("POST /person/incident", s.personTrigger)
	person.HandleFunc("GET /person/incident/{id}", s.personRead)
	person.HandleFunc("POST /person/acknowledge", s.personAcknowledge)
	person.HandleFunc("POST /person/resolve", s.personResolve)

	pages := http.NewServeMux()
	pages.HandleFunc("GET /incidents", s.listPage)
	pages.HandleFunc("GET /incidents/{id}", s.incidentPage)
	pages.Handle("GET /{$}", http.RedirectHandler("/incidents", http.StatusFound))

	api := s.faults.Wrap(s.resources())
	mux := http.NewServeMux()
	mux.Handle("/control/", s.faults.Control())
	mux.Handle("/person/", http.NewCrossOriginProtection().Handler(person))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if browser(r) {
			pages.ServeHTTP(w, r)
			return
		}
		api.ServeHTTP(w, r)
	})
	return mux
}

// browser says whether a person's browser asks: PagerDuty has its pages on
// another host than its API, the stand-in has both on one.
func browser(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/html") && r.Header.Get("Authorization") == ""
}

// resources is the REST API.
func (s *Server) resources() http.Handler {
	mux := http.NewServeMux()
	read := func(path string, h func(*call) reply) { mux.HandleFunc("GET "+path, s.known(h)) }
	write := func(pattern string, h func(*call) reply) { mux.HandleFunc(pattern, s.known(asUser(h))) }

	read("/abilities", (*call).abilities)
	read("/abilities/{ability}", (*call).ability)
	read("/users", (*call).listUsers)
	read("/users/me", (*call).me)
	read("/users/{id}", (*call).getUser)
	read("/services", (*call).listServices)
	read("/services/{id}", (*call).getService)

	read("/incidents", (*call).listIncidents)
	read("/incidents/{id}", onIncident((*call).getIncident))
	write("POST /incidents", (*call).createIncident)
	write("PUT /incidents", (*call).manageIncidents)
	write("PUT /incidents/{id}", onIncident((*call).updateIncident))

	read("/incidents/{id}/notes", onIncident((*call).listNotes))
	write("POST /incidents/{id}/notes", onIncident((*call).addNote))
	read("/incidents/{id}/alerts", onIncident((*call).listAlerts))
	read("/incidents/{id}/alerts/{alert}", onIncident((*call).getAlert))
	write("PUT /incidents/{id}/alerts", onIncident((*call).updateAlerts))
	read("/incidents/{id}/log_entries", onIncident((*call).listLogEntries))

	mux.HandleFunc("/", s.known(func(*call) reply { return notFound("Not Found") }))
	return mux
}
