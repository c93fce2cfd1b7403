package pagerduty

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// errNoIncident is an incident that does not exist.
var errNoIncident = errors.New("there is no such incident")

// errResolved is an incident that is over.
var errResolved = errors.New("the incident is resolved already")

// Trigger opens an incident as a monitoring system or a person would, and
// returns its id.
func (s *Server) Trigger(seed Incident) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	made, err := s.account.trigger(seed)
	if err != nil {
		return "", err
	}
	return made.id, nil
}

// Acknowledge says that a user works on the incident.
func (s *Server) Acknowledge(id, userID string) error { return s.become(id, acknowledged, userID) }

// Resolve ends the incident.
func (s *Server) Resolve(id, userID string) error { return s.become(id, resolved, userID) }

func (s *Server) become(id, status, userID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, found := s.account.incident(id)
	if !found {
		return fmt.Errorf("%w: %s", errNoIncident, id)
	}
	user := s.account.user(userID)
	if user == nil {
		return fmt.Errorf("there is no user %q", userID)
	}
	if i.status == resolved {
		return fmt.Errorf("%w: %s", errResolved, id)
	}
	s.account.become(i, status, user)
	return nil
}

func (s *Server) personRead(w http.ResponseWriter, r *http.Request) {
	view, found := s.Incident(r.PathValue("id"))
	if !found {
		failed(w, errNoIncident)
		return
	}
	ok(view).write(w)
}

func (s *Server) personTrigger(w http.ResponseWriter, r *http.Request) {
	var asked Incident
	if !personal(w, r, &asked) {
		return
	}
	id, err := s.Trigger(asked)
	if err != nil {
		failed(w, err)
		return
	}
	answer(http.StatusCreated, object{"id": id, "url": s.options.WebURL + "/incidents/" + id}).write(w)
}

func (s *Server) personAcknowledge(w http.ResponseWriter, r *http.Request) {
	s.personBecomes(w, r, acknowledged)
}

func (s *Server) personResolve(w http.ResponseWriter, r *http.Request) {
	s.personBecomes(w, r, resolved)
}

func (s *Server) personBecomes(w http.ResponseWriter, r *http.Request, status string) {
	var asked struct{ ID, User string }
	if !personal(w, r, &asked) {
		return
	}
	if err := s.become(asked.ID, status, asked.User); err != nil {
		failed(w, err)
		return
	}
	ok(object{"id": asked.ID, "status": status}).write(w)
}

// personal reads what a person sends.
func personal(w http.ResponseWriter, r *http.Request, into any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		failed(w, fmt.Errorf("the request cannot be read: %w", err))
		return false
	}
	return true
}

func failed(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	switch {
	case errors.Is(err, errResolved):
		status = http.StatusConflict
	case errors.Is(err, errNoIncident):
		status = http.StatusNotFound
	}
	answer(status, object{"error": err.Error()}).write(w)
}
