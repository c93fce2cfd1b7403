package pagerduty

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Account is what a PagerDuty holds at the start. It can be decoded from
// JSON.
type Account struct {
	Subdomain string     `json:"subdomain"` // acme in acme.pagerduty.com
	Tokens    []Token    `json:"tokens"`
	Users     []User     `json:"users"`
	Teams     []Team     `json:"teams"`
	Services  []Service  `json:"services"`
	Incidents []Incident `json:"incidents"`
}

// Token is an API key: of a user, or of the account.
type Token struct {
	Value    string `json:"value"`
	User     string `json:"user"` // the user's id; empty for an account's key, with which /users/me cannot be asked
	ReadOnly bool   `json:"read_only"`
}

// User is somebody who can be on call, or act in the API by their e-mail.
type User struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Team is a group of users that owns services.
type Team struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Service is what incidents are about.
type Service struct {
	ID               string   `json:"id"`
	Name             string   `json:"name"`
	Teams            []string `json:"teams"`             // ids
	EscalationPolicy string   `json:"escalation_policy"` // its name; default: the service's name and "on-call"
}

// Incident is an incident as it is seeded, or triggered by a person.
type Incident struct {
	ID         string   `json:"id"` // default: made up
	Title      string   `json:"title"`
	Service    string   `json:"service"`     // id
	Status     string   `json:"status"`      // triggered (default), acknowledged or resolved
	Urgency    string   `json:"urgency"`     // high (default) or low
	AssignedTo []string `json:"assigned_to"` // ids of users
	Alerts     []Alert  `json:"alerts"`
}

// Alert is one signal of a monitoring system within an incident.
type Alert struct {
	Summary  string            `json:"summary"`
	Severity string            `json:"severity"` // info, warning, error or critical (default)
	Details  map[string]string `json:"details"`
}

// The statuses of an incident, and the ids of anything.
const (
	triggered    = "triggered"
	acknowledged = "acknowledged"
	resolved     = "resolved"
)

var anyID = regexp.MustCompile(`^[A-Z0-9]{7,14}$`)

// newAccount checks the seed and fills in what it leaves open.
func newAccount(seed Account, options Options) (*account, error) {
	made := &account{subdomain: seed.Subdomain, now: options.Now}
	if seed.Subdomain == "" || len(seed.Tokens) == 0 || len(seed.Users) == 0 {
		return nil, errors.New("the PagerDuty account: a subdomain, a token and a user are needed")
	}
	err := errors.Join(made.addUsers(seed.Users), made.addTokens(seed.Tokens), made.addServices(seed.Teams, seed.Services))
	if err != nil {
		return nil, fmt.Errorf("the PagerDuty account: %w", err)
	}
	for _, i := range seed.Incidents {
		if _, err := made.trigger(i); err != nil {
			return nil, fmt.Errorf("the PagerDuty account: %w", err)
		}
	}
	return made, nil
}

func (a *account) addUsers(users []User) error {
	for _, u := range users {
		if !anyID.MatchString(u.ID) || a.user(u.ID) != nil || !strings.Contains(u.Email, "@") {
			return fmt.Errorf("the user %q needs an id of their own (7 to 14 capital letters and digits) and an e-mail", u.Name)
		}
		a.users = append(a.users, &u)
	}
	return nil
}

func (a *account) addTokens(tokens []Token) error {
	for _, t := range tokens {
		if t.Value == "" || (t.User != "" && a.user(t.User) == nil) {
			return fmt.Errorf("a token needs a value and, if it is a user's, the id of a user: %q is none", t.User)
		}
		a.tokens = append(a.tokens, &t)
	}
	return nil
}

func (a *account) addServices(teams []Team, services []Service) error {
	a.teams = teams
	for _, s := range services {
		if !anyID.MatchString(s.ID) || s.Name == "" || a.service(s.ID) != nil {
			return fmt.Errorf("the service %q needs a name and an id of its own (7 to 14 capital letters and digits)", s.Name)
		}
		for _, team := range s.Teams {
			if !slices.ContainsFunc(teams, func(t Team) bool { return t.ID == team }) {
				return fmt.Errorf("the service %s names the team %q, which does not exist", s.Name, team)
			}
		}
		if s.EscalationPolicy == "" {
			s.EscalationPolicy = s.Name + " on-call"
		}
		a.services = append(a.services, &s)
	}
	return nil
}

// check says what in a seeded incident does not exist, and fills in the rest.
func (a *account) check(i Incident) (Incident, error) {
	if i.Status == "" {
		i.Status = triggered
	}
	if i.Urgency == "" {
		i.Urgency = "high"
	}
	switch {
	case strings.TrimSpace(i.Title) == "":
		return i, errors.New("an incident needs a title")
	case a.service(i.Service) == nil:
		return i, fmt.Errorf("there is no service %q", i.Service)
	case !slices.Contains([]string{triggered, acknowledged, resolved}, i.Status):
		return i, fmt.Errorf("there is no status %q; the statuses are triggered, acknowledged and resolved", i.Status)
	case i.Urgency != "high" && i.Urgency != "low":
		return i, fmt.Errorf("there is no urgency %q; the urgencies are high and low", i.Urgency)
	case i.ID != "" && !anyID.MatchString(i.ID):
		return i, fmt.Errorf("the incident id %q must be 7 to 14 capital letters and digits", i.ID)
	}
	if _, twice := a.incident(i.ID); twice && i.ID != "" {
		return i, fmt.Errorf("the incident %s is there twice", i.ID)
	}
	for _, id := range i.AssignedTo {
		if a.user(id) == nil {
			return i, fmt.Errorf("there is no user %q", id)
		}
	}
	i.Alerts = slices.Clone(i.Alerts)
	for n, alert := range i.Alerts {
		if alert.Severity == "" {
			i.Alerts[n].Severity = "critical"
		}
	}
	return i, nil
}
