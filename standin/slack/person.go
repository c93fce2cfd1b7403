package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// personRoutes are what somebody sitting in Slack can do and see.
func (s *Server) personRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /person/command", act(s.personCommand))
	mux.HandleFunc("POST /person/mention", act(s.personMention))
	mux.HandleFunc("POST /person/shortcut", act(s.personShortcut))
	mux.HandleFunc("POST /person/press", act(s.personPress))
	mux.HandleFunc("POST /person/submit", act(s.personSubmit))
	mux.HandleFunc("POST /person/close", act(s.personClose))
	mux.HandleFunc("GET /person/channel/{id}", look(s.personChannel))
	mux.HandleFunc("GET /person/channels", look(s.personChannels))
	mux.HandleFunc("GET /person/people", look(s.personPeople))
	mux.HandleFunc("GET /person/view/{user}", look(s.personView))
	mux.HandleFunc("GET /person/file/{id}", s.personFile)
	mux.HandleFunc("GET /person/stream", s.personStream)
	return mux
}

// refusedAct is Slack's client not letting a person do something. The words
// say why.
type refusedAct struct {
	status int
	words  string
	errors map[string]string // by block, for a form with mistakes
}

func (r refusedAct) Error() string { return r.words }

func refuse(status int, format string, values ...any) error {
	return refusedAct{status: status, words: fmt.Sprintf(format, values...)}
}

// act serves an act that comes as a JSON object of the type T.
func act[T any](do func(r *http.Request, what T) (answer, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var what T
		if err := readObject(w, r, &what); err != nil {
			reply(w, nil, err)
			return
		}
		done, err := do(r, what)
		reply(w, done, err)
	}
}

// look serves a question.
func look(at func(r *http.Request) (answer, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		seen, err := at(r)
		reply(w, seen, err)
	}
}

func reply(w http.ResponseWriter, body answer, err error) {
	if err == nil {
		writeJSON(w, http.StatusOK, body)
		return
	}
	var no refusedAct
	status := http.StatusBadRequest
	body = answer{"ok": false, "error": err.Error()}
	if errors.As(err, &no) {
		status = no.status
		if no.errors != nil {
			body["errors"] = no.errors
		}
	}
	writeJSON(w, status, body)
}

// readObject reads a JSON body strictly: a misspelt field is an error. It
// insists on the content type, which a form of another web page cannot send.
func readObject(w http.ResponseWriter, r *http.Request, into any) error {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return refuse(http.StatusUnsupportedMediaType, "The body must be JSON, with the header Content-Type: application/json.")
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return refuse(http.StatusBadRequest, "The body cannot be read: %s.", err)
	}
	return nil
}

// actor finds the person who acts. Bots and deactivated accounts cannot.
func (s *Server) actor(id string) (Person, error) {
	p, ok := s.directory.person(id)
	switch {
	case !ok:
		return p, refuse(http.StatusNotFound, "There is nobody with the user id %q. GET /person/people lists everyone.", id)
	case p.Deleted:
		return p, refuse(http.StatusForbidden, "The account of %s is deactivated: they cannot sign in.", p.Name)
	case p.Bot:
		return p, refuse(http.StatusForbidden, "%s is a bot, and only people act here.", p.Name)
	}
	return p, nil
}

// room finds a channel that a person is in.
func (s *Server) room(p Person, id string) (Channel, error) {
	c, ok := s.directory.channel(id)
	if !ok || !c.has(p.ID) {
		return c, refuse(http.StatusForbidden, "%s is in no channel with the id %q. GET /person/channels?user=%s lists theirs.", p.Name, id, p.ID)
	}
	return c, nil
}

// place finds a person and a channel that they may write in.
func (s *Server) place(user, channel string) (Person, Channel, error) {
	p, err := s.actor(user)
	if err != nil {
		return p, Channel{}, err
	}
	c, err := s.room(p, channel)
	if err == nil && c.Archived {
		err = refuse(http.StatusForbidden, "#%s is archived: nobody can write there.", c.Name)
	}
	return p, c, err
}

// seen finds a message that a person can see in a channel.
func (s *Server) seen(p Person, c Channel, ts string) (message, error) {
	m, ok := s.rooms.find(c.ID, ts)
	if !ok || !m.visibleTo(p.ID) {
		return m, refuse(http.StatusNotFound, "%s sees no message %q in #%s.", p.Name, ts, c.Name)
	}
	return m, nil
}

// outcome is what an act that reached Slack comes to: how the delivery went,
// and the words that the person sees if it went wrong.
func outcome(rc receipt, words string) answer {
	o := answer{"ok": words == "", "delivery": rc.public()}
	if words != "" {
		o["error"] = words
	}
	return o
}
