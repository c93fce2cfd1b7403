package jira

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Status is a station of the workflow.
type Status struct {
	Name     string `json:"name"`
	Category string `json:"category"` // new, indeterminate or done
}

// Transition is a way from some statuses to another.
type Transition struct {
	Name string   `json:"name"`
	From []string `json:"from"` // empty: from every status
	To   string   `json:"to"`
}

// DefaultStatuses returns the stations of a change that somebody approves.
func DefaultStatuses() []Status {
	return []Status{
		{"To Do", "new"},
		{"In Review", "indeterminate"},
		{"Approved", "indeterminate"},
		{"In Progress", "indeterminate"},
		{"Done", "done"},
	}
}

// DefaultTransitions returns the ways between DefaultStatuses.
func DefaultTransitions() []Transition {
	return []Transition{
		{"Request approval", []string{"To Do"}, "In Review"},
		{"Approve", []string{"In Review"}, "Approved"},
		{"Reject", []string{"In Review", "Approved"}, "To Do"},
		{"Start", []string{"To Do", "Approved"}, "In Progress"},
		{"Finish", []string{"Approved", "In Progress"}, "Done"},
		{"Reopen", []string{"Done"}, "To Do"},
	}
}

// category is one of the three groups of statuses that every Jira has. The
// ids, names and colours are the vendor's.
type category struct {
	id                int
	key, name, colour string
}

func categories() []category {
	return []category{
		{2, "new", "To Do", "blue-gray"},
		{4, "indeterminate", "In Progress", "yellow"},
		{3, "done", "Done", "green"},
	}
}

func categoryOf(s *Status) category {
	all := categories()
	return all[slices.IndexFunc(all, func(c category) bool { return c.key == s.Category })]
}

func checkWorkflow(statuses []Status, transitions []Transition) error {
	if len(statuses) == 0 {
		return fmt.Errorf("transitions without statuses")
	}
	known := func(name string) bool {
		return slices.ContainsFunc(statuses, func(s Status) bool { return s.Name == name })
	}
	for _, s := range statuses {
		if !slices.ContainsFunc(categories(), func(c category) bool { return c.key == s.Category }) {
			return fmt.Errorf("the status %q has the category %q; the categories are new, indeterminate and done", s.Name, s.Category)
		}
	}
	for _, t := range transitions {
		for _, name := range append(slices.Clone(t.From), t.To) {
			if !known(name) {
				return fmt.Errorf("the transition %q names the status %q, which does not exist", t.Name, name)
			}
		}
	}
	return nil
}

// ways returns the transitions that lead out of the issue's status, by id.
func (s *site) ways(i *issue) map[string]Transition {
	out := map[string]Transition{}
	for n, t := range s.transitions {
		if len(t.From) == 0 || slices.Contains(t.From, i.status.Name) {
			out[transitionID(n)] = t
		}
	}
	return out
}

// transitionID numbers transitions as Jira does: 11, 21, 31 and so on.
func transitionID(n int) string { return strconv.Itoa(10*n + 11) }

// move takes a transition, and notes it in the issue's history.
func (s *site) move(i *issue, t Transition, who *Account) {
	from := i.status
	i.status = s.status(t.To)
	i.history = append(i.history, change{id: s.newID(), at: s.now(), who: who, from: from, to: i.status})
	switch {
	case i.status.Category != "done":
		i.resolved = nil
	case i.resolved == nil:
		now := s.now()
		i.resolved = &now
	}
	s.touch(i)
}

// waysOut lists the transitions of an issue for a message to a person.
func (s *site) waysOut(i *issue) string {
	var ways []string
	for n, t := range s.transitions {
		if _, open := s.ways(i)[transitionID(n)]; open {
			ways = append(ways, fmt.Sprintf("%s (%s)", t.To, t.Name))
		}
	}
	if len(ways) == 0 {
		return "nowhere"
	}
	return strings.Join(ways, ", ")
}
