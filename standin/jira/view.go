package jira

import (
	"encoding/json"
	"slices"
	"time"
)

// View is an issue as a person sees it.
type View struct {
	Key         string                     `json:"key"`
	Project     string                     `json:"project"`
	Type        string                     `json:"type"`
	Summary     string                     `json:"summary"`
	Description string                     `json:"description"`
	Status      string                     `json:"status"`
	Components  []string                   `json:"components"`
	Labels      []string                   `json:"labels"`
	Assignee    string                     `json:"assignee"` // account id
	Comments    []Comment                  `json:"comments"` // oldest first
	Properties  map[string]json.RawMessage `json:"properties"`
	Links       []Link                     `json:"links"`
}

// Comment is a comment as a person sees it.
type Comment struct {
	ID         string                     `json:"id"`
	Author     string                     `json:"author"` // the display name
	Body       string                     `json:"body"`
	Created    time.Time                  `json:"created"`
	Properties map[string]json.RawMessage `json:"properties"`
}

// Link is a remote link as a person sees it.
type Link struct {
	GlobalID     string `json:"global_id"`
	URL          string `json:"url"`
	Title        string `json:"title"`
	Relationship string `json:"relationship"`
}

// Issue returns an issue by its key or id.
func (s *Server) Issue(key string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, found := s.site.find(key)
	if !found {
		return View{}, false
	}
	return i.view(), true
}

// Issues returns every issue, the oldest first.
func (s *Server) Issues() []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []View{}
	for _, i := range s.site.issues {
		all = append(all, i.view())
	}
	return all
}

func (i *issue) view() View {
	v := View{
		Key: i.key, Project: i.project.Key, Type: i.kind, Summary: i.summary, Description: i.description,
		Status: i.status.Name, Components: slices.Clone(list(i.components)), Labels: slices.Clone(list(i.labels)),
		Comments: []Comment{}, Properties: i.properties.only([]string{"*all"}), Links: []Link{},
	}
	if i.assignee != nil {
		v.Assignee = i.assignee.ID
	}
	for _, m := range i.comments {
		v.Comments = append(v.Comments, Comment{m.id, m.author.DisplayName, m.body, m.created, m.properties.only([]string{"*all"})})
	}
	for _, l := range i.links {
		v.Links = append(v.Links, Link{l.fields.GlobalID, l.fields.Object.URL, l.fields.Object.Title, l.fields.Relationship})
	}
	return v
}
