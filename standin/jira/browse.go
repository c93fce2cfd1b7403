package jira

import (
	"embed"
	"html/template"
	"net/http"
)

//go:embed pages/*.html
var pages embed.FS

// page reads a page's template. html/template escapes whatever an issue says.
func page(name string) *template.Template {
	return template.Must(template.ParseFS(pages, "pages/frame.html", "pages/"+name))
}

// browseList shows every issue, the latest first.
func (s *Server) browseList(w http.ResponseWriter, _ *http.Request) {
	s.show(w, "list.html", http.StatusOK, "Issues", s.Issues())
}

// browseIssue shows one issue with its comments.
func (s *Server) browseIssue(w http.ResponseWriter, r *http.Request) {
	view, found := s.Issue(r.PathValue("key"))
	if !found {
		s.show(w, "missing.html", http.StatusNotFound, r.PathValue("key"), nil)
		return
	}
	s.show(w, "issue.html", http.StatusOK, view.Key, view)
}

func (s *Server) show(w http.ResponseWriter, name string, status int, title string, content any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	w.WriteHeader(status)
	_ = page(name).ExecuteTemplate(w, "frame", struct {
		Site, Title string
		Content     any
	}{s.site.title, title, content})
}
