package pagerduty

import (
	"slices"
	"time"
)

// View is an incident as a person sees it.
type View struct {
	ID          string    `json:"id"`
	Number      int       `json:"number"`
	URL         string    `json:"url"` // the link that people paste
	Title       string    `json:"title"`
	Service     string    `json:"service"` // id
	ServiceName string    `json:"service_name"`
	Status      string    `json:"status"`
	Urgency     string    `json:"urgency"`
	AssignedTo  []string  `json:"assigned_to"` // ids of users
	Alerts      []Alert   `json:"alerts"`
	Notes       []Note    `json:"notes"` // oldest first
	Log         []string  `json:"log"`   // what happened, oldest first
	CreatedAt   time.Time `json:"created_at"`
}

// Note is a note as a person sees it.
type Note struct {
	ID        string    `json:"id"`
	User      string    `json:"user"` // the name
	Content   string    `json:"content"`
	CreatedAt time.Time `json:"created_at"`
}

// Incident returns an incident by its id or number.
func (s *Server) Incident(id string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, found := s.account.incident(id)
	if !found {
		return View{}, false
	}
	return s.view(i), true
}

// Incidents returns every incident, the oldest first.
func (s *Server) Incidents() []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []View{}
	for _, i := range s.account.incidents {
		all = append(all, s.view(i))
	}
	return all
}

func (s *Server) view(i *incident) View {
	v := View{
		ID: i.id, Number: i.number, URL: s.options.WebURL + "/incidents/" + i.id, Title: i.title,
		Service: i.service.ID, ServiceName: i.service.Name, Status: i.status, Urgency: i.urgency,
		AssignedTo: slices.Clone(assignees(i)), Alerts: []Alert{}, Notes: []Note{}, CreatedAt: i.created,
	}
	for _, a := range i.alerts {
		v.Alerts = append(v.Alerts, a.Alert)
	}
	for _, n := range i.notes {
		v.Notes = append(v.Notes, Note{n.id, n.user.Name, n.content, n.created})
	}
	for _, e := range i.log {
		v.Log = append(v.Log, e.summary(i))
	}
	return v
}
