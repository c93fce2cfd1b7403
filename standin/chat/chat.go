// Package chat is the page of the demo: a person types /k8s … and presses the
// buttons, in a browser instead of Slack. It is a thin client of the stand-in
// Slack's person API, the same one that tests drive, and knows nothing of
// steward.
package chat

import (
	"embed"
	"encoding/json"
	"io/fs"
	"net"
	"net/http"
	"strings"
)

//go:embed page
var files embed.FS

// Guide is what the page shows beside the chat: whom one can be, what to try,
// and where the other stand-ins are.
type Guide struct {
	Title   string   `json:"title"`
	User    string   `json:"user"`    // the person to be at first, a Slack user id
	Channel string   `json:"channel"` // the channel to be in at first, a channel id
	Try     []Try    `json:"try"`
	Links   []Link   `json:"links"`
	Command string   `json:"command"` // "/k8s"
	Notes   []string `json:"notes"`
}

// Try is one story that the page offers.
type Try struct {
	Title string   `json:"title"`
	Lines []string `json:"lines"` // what to type, in order
}

// Link leads to another page of the demo.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// New serves the page, and passes /person/ on to the stand-in Slack.
func New(slack http.Handler, guide Guide) (http.Handler, error) {
	page, err := fs.Sub(files, "page")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/person/", slack)
	mux.HandleFunc("GET /guide", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(guide) // the browser has gone: there is nobody to tell
	})
	mux.Handle("/", http.FileServerFS(page))
	return secure(mux), nil
}

// secure keeps the page to its own scripts and styles, and refuses requests
// that another site's page sends: the person API has no login.
func secure(next http.Handler) http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if !byAddress(r.Host) {
			http.Error(w, "Open this page by its address, such as http://127.0.0.1:8480.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	}))
}

// byAddress tells whether a request was made to an address or to localhost. A
// name may be another site's that was bound to this machine while its page was
// open (DNS rebinding): to the browser, both are then one site.
func byAddress(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	return name == "localhost" || net.ParseIP(strings.Trim(name, "[]")) != nil
}
