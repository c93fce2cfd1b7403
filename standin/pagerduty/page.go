package pagerduty

import (
	"embed"
	"html/template"
	"net/http"
)

//go:embed pages/*.html
var pages embed.FS

// listPage shows every incident.
func (s *Server) listPage(w http.ResponseWriter, _ *http.Request) {
	s.show(w, "list.html", http.StatusOK, "Incidents", s.Incidents())
}

// incidentPage shows one incident with its notes.
func (s *Server) incidentPage(w http.ResponseWriter, r *http.Request) {
	view, found := s.Incident(r.PathValue("id"))
	if !found {
		s.show(w, "missing.html", http.StatusNotFound, "Incident Not Found", nil)
		return
	}
	s.show(w, "incident.html", http.StatusOK, view.Title, view)
}

// show fills in a page; html/template escapes whatever an incident says.
func (s *Server) show(w http.ResponseWriter, name string, status int, title string, content any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	w.WriteHeader(status)
	page := template.Must(template.ParseFS(pages, "pages/frame.html", "pages/"+name))
	_ = page.ExecuteTemplate(w, "frame", struct {
		Account, Title string
		Content        any
	}{s.account.subdomain, title, content})
}
