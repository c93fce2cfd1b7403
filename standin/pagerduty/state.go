package pagerduty

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// account is what a PagerDuty holds now.
type account struct {
	subdomain string
	tokens    []*Token
	users     []*User
	teams     []Team
	services  []*Service
	incidents []*incident // in the order in which they were triggered
	now       func() time.Time
	next      int // the latest number given to anything
}

type incident struct {
	id, key         string
	number          int
	title, urgency  string
	service         *Service
	status          string
	created         time.Time
	updated         time.Time
	statusChanged   time.Time
	statusChangedBy *User // nil: the service itself
	resolved        *time.Time
	assigned        []assignment
	acknowledged    []assignment
	alerts          []*alert
	notes           []*note
	log             []logEntry // oldest first
}

// assignment is a user and since when.
type assignment struct {
	user *User
	at   time.Time
}

type alert struct {
	id, key string
	status  string
	created time.Time
	Alert
}

type note struct {
	id      string
	user    *User
	content string
	created time.Time
}

type logEntry struct {
	id   string
	kind string // trigger, assign, acknowledge, resolve, annotate or unacknowledge
	at   time.Time
	by   *User // nil: the service itself
	note string
}

// newID makes up an id that looks like PagerDuty's.
func (a *account) newID(first string) string {
	a.next++
	tail := strings.ToUpper(strconv.FormatInt(int64(a.next), 36))
	return first + strings.Repeat("0", 12-len(tail)) + tail
}

// trigger opens an incident.
func (a *account) trigger(seed Incident) (*incident, error) {
	seed, err := a.check(seed)
	if err != nil {
		return nil, err
	}
	now := a.now()
	made := &incident{
		id: cmp.Or(seed.ID, a.newID("Q")), key: a.newID("K"), number: len(a.incidents) + 1,
		title: seed.Title, urgency: seed.Urgency, service: a.service(seed.Service), status: triggered,
		created: now, updated: now, statusChanged: now,
	}
	a.note(made, "trigger", nil, "")
	for _, id := range seed.AssignedTo {
		made.assigned = append(made.assigned, assignment{a.user(id), now})
	}
	for _, one := range seed.Alerts {
		made.alerts = append(made.alerts, &alert{id: a.newID("A"), key: a.newID("K"), status: triggered, created: now, Alert: one})
	}
	a.incidents = append(a.incidents, made)
	if seed.Status != triggered {
		by := a.users[0]
		if len(made.assigned) > 0 {
			by = made.assigned[0].user
		}
		a.become(made, seed.Status, by)
	}
	return made, nil
}

// become changes an incident's status, and notes who did it.
func (a *account) become(i *incident, status string, by *User) {
	now := a.now()
	kind := map[string]string{triggered: "unacknowledge", acknowledged: "acknowledge", resolved: "resolve"}[status]
	i.status, i.statusChanged, i.statusChangedBy, i.updated = status, now, by, now
	i.resolved = nil
	switch status {
	case acknowledged:
		i.acknowledged = append(i.acknowledged, assignment{by, now})
		i.assigned = []assignment{{by, now}}
	case resolved:
		i.resolved = &now
		i.assigned, i.acknowledged = nil, nil
		for _, one := range i.alerts {
			one.status = resolved
		}
	default:
		i.acknowledged = nil
	}
	a.note(i, kind, by, "")
}

// note writes a line of the incident's log.
func (a *account) note(i *incident, kind string, by *User, text string) {
	i.log = append(i.log, logEntry{id: a.newID("R"), kind: kind, at: a.now(), by: by, note: text})
}

// incident returns the incident with this id or number.
func (a *account) incident(idOrNumber string) (*incident, bool) {
	n := slices.IndexFunc(a.incidents, func(i *incident) bool {
		return i.id == idOrNumber || strconv.Itoa(i.number) == idOrNumber
	})
	if n < 0 {
		return nil, false
	}
	return a.incidents[n], true
}

// user returns the user with this id, or nil.
func (a *account) user(id string) *User {
	for _, u := range a.users {
		if u.ID == id {
			return u
		}
	}
	return nil
}

// service returns the service with this id, or nil.
func (a *account) service(id string) *Service {
	for _, s := range a.services {
		if s.ID == id {
			return s
		}
	}
	return nil
}
