package jira

import "net/http"

const api = "/rest/api/2/"

func (s *Server) routes() http.Handler {
	person := http.NewServeMux()
	person.HandleFunc("POST /person/issue", s.personIssue)
	person.HandleFunc("GET /person/issue/{key}", s.personRead)
	person.HandleFunc("POST /person/transition", s.personTransition)
	person.HandleFunc("POST /person/comment", s.personComment)

	mux := http.NewServeMux()
	mux.Handle("/rest/", s.faults.Wrap(s.resources()))
	mux.Handle("/control/", s.faults.Control())
	mux.Handle("/person/", http.NewCrossOriginProtection().Handler(person))
	mux.HandleFunc("GET /browse", s.browseList)
	mux.HandleFunc("GET /browse/{key}", s.browseIssue)
	mux.Handle("GET /{$}", http.RedirectHandler("/browse", http.StatusFound))
	return mux
}

// resources is the REST API.
func (s *Server) resources() http.Handler {
	mux := http.NewServeMux()
	on := func(pattern string, h func(*call) reply) { mux.HandleFunc(pattern, s.authenticated(h)) }
	read := func(path string, h onIssue) { on("GET "+api+"issue/{issue}"+path, reading(h)) }
	write := func(method, path string, h onIssue) { on(method+" "+api+"issue/{issue}"+path, writing(h)) }

	mux.HandleFunc("GET "+api+"serverInfo", s.anyone((*call).serverInfo))
	on("GET "+api+"myself", (*call).myself)
	on("GET "+api+"mypermissions", (*call).myPermissions)
	on("GET "+api+"status", (*call).statuses)
	on("GET "+api+"issuetype", (*call).issueTypes)
	on("GET "+api+"project", (*call).projects)
	on("GET "+api+"project/{project}", (*call).project)

	on("POST "+api+"issue", (*call).createIssue)
	read("", (*call).getIssue)
	write("PUT", "", (*call).editIssue)
	write("DELETE", "", (*call).deleteIssue)

	read("/comment", (*call).listComments)
	write("POST", "/comment", (*call).addComment)
	read("/comment/{id}", (*call).getComment)
	write("PUT", "/comment/{id}", (*call).editComment)
	write("DELETE", "/comment/{id}", (*call).deleteComment)

	on("GET "+api+"comment/{id}/properties", onComment((*call).listProperties))
	on("GET "+api+"comment/{id}/properties/{key}", onComment((*call).getProperty))
	on("PUT "+api+"comment/{id}/properties/{key}", onComment((*call).setProperty))
	on("DELETE "+api+"comment/{id}/properties/{key}", onComment((*call).deleteProperty))
	read("/properties", ofIssue((*call).listProperties))
	read("/properties/{key}", ofIssue((*call).getProperty))
	write("PUT", "/properties/{key}", ofIssue((*call).setProperty))
	write("DELETE", "/properties/{key}", ofIssue((*call).deleteProperty))

	read("/remotelink", (*call).listLinks)
	write("POST", "/remotelink", (*call).saveLink)
	write("DELETE", "/remotelink", (*call).deleteLink)
	read("/remotelink/{id}", (*call).getLink)
	write("PUT", "/remotelink/{id}", (*call).editLink)

	read("/transitions", (*call).listTransitions)
	write("POST", "/transitions", (*call).transition)

	on("GET "+api+"search", (*call).oldSearch)
	on("POST "+api+"search", (*call).oldSearch)
	if s.options.Deployment == Cloud {
		on("GET "+api+"search/jql", (*call).search)
		on("POST "+api+"search/jql", (*call).search)
	}
	mux.HandleFunc("/", s.anyone((*call).nowhere))

	// createmeta stands where an issue's key does, so it has to be asked first.
	first := http.NewServeMux()
	first.HandleFunc("GET "+api+"issue/createmeta/{project}/issuetypes", s.authenticated((*call).creatable))
	first.Handle("/", mux)
	return first
}

// nowhere answers a path that this Jira does not have.
func (c *call) nowhere() reply {
	return refused(http.StatusNotFound, "There is no resource at "+c.request.URL.Path+".")
}
