package jira

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// site is what a Jira holds now.
type site struct {
	title       string
	accounts    []*Account
	statuses    []Status
	transitions []Transition
	projects    []*Project
	issues      []*issue // in the order of creation
	now         func() time.Time
	lag         time.Duration
	next        int // the latest id given; ids are unique over the whole site
}

type issue struct {
	id, key     string
	project     *Project
	kind        string // the issue type's name
	summary     string
	description string
	status      *Status
	components  []string
	labels      []string
	assignee    *Account
	reporter    *Account
	creator     *Account
	created     time.Time
	updated     time.Time
	resolved    *time.Time
	comments    []*comment // oldest first
	links       []*link
	properties  properties
	history     []change
	indexed     []indexed // what search knows, oldest first
}

type comment struct {
	id               string
	author, editor   *Account
	body             string
	created, updated time.Time
	properties       properties
}

type link struct {
	id     int
	fields linkFields
}

// properties are values for machines, by key.
type properties map[string]json.RawMessage

// change is a step of the issue through its workflow.
type change struct {
	id       string
	at       time.Time
	who      *Account
	from, to *Status
}

// indexed is an issue as search knows it from a moment on.
type indexed struct {
	from time.Time
	as   issue
}

func (s *site) newID() string {
	s.next++
	return strconv.Itoa(s.next)
}

// touch notes that the issue changed now.
func (s *site) touch(i *issue) {
	i.updated = s.now()
	s.index(i)
}

// index lets search know the issue as it is, once the lag has passed.
func (s *site) index(i *issue) {
	now := s.now()
	// What is older than the state that search shows today is of no use.
	for len(i.indexed) > 1 && !i.indexed[1].from.After(now) {
		i.indexed = i.indexed[1:]
	}
	as := *i
	as.labels, as.components, as.indexed = slices.Clone(i.labels), slices.Clone(i.components), nil
	i.indexed = append(i.indexed, indexed{from: now.Add(s.lag), as: as})
}

// known returns the issue as search knows it now.
func (s *site) known(i *issue) (*issue, bool) {
	for n := len(i.indexed) - 1; n >= 0; n-- {
		if !i.indexed[n].from.After(s.now()) {
			return &i.indexed[n].as, true
		}
	}
	return nil, false
}

// add creates an issue.
func (s *site) add(seed Issue) (*issue, error) {
	seed, p, err := s.fill(seed)
	if err != nil {
		return nil, fmt.Errorf("the issue %q: %w", seed.Key+" "+seed.Summary, err)
	}
	number := p.number + 1
	if seed.Key != "" {
		tail, ok := strings.CutPrefix(seed.Key, p.Key+"-")
		if number, err = strconv.Atoi(tail); !ok || err != nil || number < 1 {
			return nil, fmt.Errorf("the issue key %q must be %s-1, %s-2, …", seed.Key, p.Key, p.Key)
		}
	}
	key := p.Key + "-" + strconv.Itoa(number)
	if _, twice := s.find(key); twice {
		return nil, fmt.Errorf("the issue %s is there twice", key)
	}
	p.number = max(p.number, number)
	reporter := s.account(seed.Reporter)
	made := &issue{
		id: s.newID(), key: key, project: p, kind: seed.Type,
		summary: seed.Summary, description: seed.Description,
		status: s.status(seed.Status), components: seed.Components, labels: seed.Labels,
		assignee: s.account(seed.Assignee), reporter: reporter, creator: reporter,
		created: s.now(), properties: properties{},
	}
	if made.status.Category == "done" {
		resolved := made.created
		made.resolved = &resolved
	}
	s.issues = append(s.issues, made)
	s.touch(made)
	return made, nil
}

// find returns the issue with this key or id; keys in any case.
func (s *site) find(keyOrID string) (*issue, bool) {
	for _, i := range s.issues {
		if i.id == keyOrID || strings.EqualFold(i.key, keyOrID) {
			return i, true
		}
	}
	return nil, false
}

func (s *site) project(keyOrID string) (*Project, bool) {
	for _, p := range s.projects {
		if p.id == keyOrID || strings.EqualFold(p.Key, keyOrID) {
			return p, true
		}
	}
	return nil, false
}

// account returns the account with this id, or nil.
func (s *site) account(id string) *Account {
	for _, a := range s.accounts {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// person is who acts when nobody is named: the first account that does not
// call the API, or else the first.
func (s *site) person() *Account {
	for _, a := range s.accounts {
		if a.Token == "" {
			return a
		}
	}
	return s.accounts[0]
}

// status returns the status with this name in any case, or nil.
func (s *site) status(name string) *Status {
	for n := range s.statuses {
		if strings.EqualFold(s.statuses[n].Name, name) {
			return &s.statuses[n]
		}
	}
	return nil
}
