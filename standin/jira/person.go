package jira

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// errNotAllowed is a step that the workflow does not have.
var errNotAllowed = errors.New("the workflow does not allow it")

// errNoIssue is an issue that does not exist.
var errNoIssue = errors.New("there is no such issue")

// CreateIssue creates an issue as a person would and returns its key.
func (s *Server) CreateIssue(seed Issue) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	made, err := s.site.add(seed)
	if err != nil {
		return "", err
	}
	return made.key, nil
}

// Transition moves an issue to a status as the first account without a token,
// if the workflow has such a step.
func (s *Server) Transition(key, status string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, found := s.site.find(key)
	if !found {
		return fmt.Errorf("%w: %s", errNoIssue, key)
	}
	for _, way := range s.site.ways(i) {
		if strings.EqualFold(way.To, status) {
			s.site.move(i, way, s.site.person())
			return nil
		}
	}
	return fmt.Errorf("%w: from %s, %s can go to %s", errNotAllowed, i.status.Name, i.key, s.site.waysOut(i))
}

// Comment adds a comment by an account.
func (s *Server) Comment(key, accountID, body string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, found := s.site.find(key)
	if !found {
		return fmt.Errorf("%w: %s", errNoIssue, key)
	}
	author := s.site.account(accountID)
	if author == nil || strings.TrimSpace(body) == "" {
		return fmt.Errorf("a comment needs the id of an account (not %q) and a body", accountID)
	}
	s.site.comment(i, author, body)
	return nil
}

// Delete removes an issue.
func (s *Server) Delete(key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, found := s.site.find(key)
	if !found {
		return fmt.Errorf("%w: %s", errNoIssue, key)
	}
	s.site.remove(i)
	return nil
}

func (s *Server) personRead(w http.ResponseWriter, r *http.Request) {
	view, found := s.Issue(r.PathValue("key"))
	if !found {
		failed(w, errNoIssue)
		return
	}
	ok(view).write(w)
}

func (s *Server) personIssue(w http.ResponseWriter, r *http.Request) {
	var asked Issue
	if !personal(w, r, &asked) {
		return
	}
	key, err := s.CreateIssue(asked)
	if err != nil {
		failed(w, err)
		return
	}
	answer(http.StatusCreated, object{"key": key, "url": s.base(r) + "/browse/" + key}).write(w)
}

func (s *Server) personTransition(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Key, Status string }
	if !personal(w, r, &asked) {
		return
	}
	if err := s.Transition(asked.Key, asked.Status); err != nil {
		failed(w, err)
		return
	}
	ok(object{"key": asked.Key, "status": asked.Status}).write(w)
}

func (s *Server) personComment(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Key, Author, Body string }
	if !personal(w, r, &asked) {
		return
	}
	if err := s.Comment(asked.Key, asked.Author, asked.Body); err != nil {
		failed(w, err)
		return
	}
	answer(http.StatusCreated, object{"key": asked.Key}).write(w)
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
	case errors.Is(err, errNotAllowed):
		status = http.StatusConflict
	case errors.Is(err, errNoIssue):
		status = http.StatusNotFound
	}
	answer(status, object{"error": err.Error()}).write(w)
}
