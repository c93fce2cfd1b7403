package pagerduty

import (
	"cmp"
	"net/http"
	"slices"
	"time"
)

// getIncident reads one incident.
func (c *call) getIncident(i *incident) reply {
	return ok(object{"incident": c.incident(i)})
}

func (c *call) incident(i *incident) object {
	shown := c.reference("incident", "incidents", i.id, "[#"+number(i.number)+"] "+i.title)
	shown["type"] = "incident"
	for name, value := range (object{
		"incident_number":         i.number,
		"title":                   i.title,
		"description":             i.title,
		"created_at":              stamp(i.created),
		"updated_at":              stamp(i.updated),
		"status":                  i.status,
		"incident_key":            i.key,
		"service":                 c.serviceReference(i.service),
		"assignments":             each(i.assigned, c.since("assignee")),
		"assigned_via":            "escalation_policy",
		"last_status_change_at":   stamp(i.statusChanged),
		"last_status_change_by":   c.agent(i, i.statusChangedBy),
		"resolved_at":             stampOrNull(i.resolved),
		"first_trigger_log_entry": c.reference("trigger_log_entry", "log_entries", i.log[0].id, "Triggered through the API."),
		"alert_counts":            counts(i.alerts),
		"is_mergeable":            true,
		"incident_type":           object{"name": "incident_default"},
		"escalation_policy":       c.policyReference(i.service),
		"teams":                   each(i.service.Teams, c.teamReference),
		"pending_actions":         []any{},
		"acknowledgements":        each(i.acknowledged, c.since("acknowledger")),
		"priority":                nil,
		"resolve_reason":          nil,
		"urgency":                 i.urgency,
	}) {
		shown[name] = value
	}
	return shown
}

// since describes users with the moment since when they have a role.
func (c *call) since(role string) func(assignment) any {
	return func(a assignment) any {
		return object{"at": stamp(a.at), role: c.userReference(a.user)}
	}
}

func counts(alerts []*alert) object {
	open := 0
	for _, a := range alerts {
		if a.status == triggered {
			open++
		}
	}
	return object{"all": len(alerts), "triggered": open, "resolved": len(alerts) - open}
}

// listIncidents lists incidents, the latest first, with the filters that
// on-call people use.
func (c *call) listIncidents() reply {
	query := c.request.URL.Query()
	var since, until time.Time
	for name, moment := range map[string]*time.Time{"since": &since, "until": &until} {
		text := query.Get(name)
		if text == "" || query.Get("date_range") == "all" {
			continue
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return invalid(name + " must be an ISO 8601 moment.")
		}
		*moment = at
	}
	chosen := slices.DeleteFunc(slices.Clone(c.account.incidents), func(i *incident) bool {
		return !anyOf(query["statuses[]"], i.status) ||
			!anyOf(query["service_ids[]"], i.service.ID) ||
			!anyOf(query["urgencies[]"], i.urgency) ||
			!anyOf(query["team_ids[]"], i.service.Teams...) ||
			!anyOf(query["user_ids[]"], assignees(i)...) ||
			(query.Has("incident_key") && query.Get("incident_key") != i.key) ||
			i.created.Before(since) || (!until.IsZero() && i.created.After(until))
	})
	descending := query.Get("sort_by") != "created_at:asc" && query.Get("sort_by") != "incident_number:asc"
	slices.SortStableFunc(chosen, func(a, b *incident) int {
		if descending {
			a, b = b, a
		}
		return cmp.Compare(a.number, b.number)
	})
	return page(c, "incidents", chosen, func(i *incident) any { return c.incident(i) })
}

// anyOf says whether one of the values is among those asked for; asking for
// none means all.
func anyOf(asked []string, values ...string) bool {
	return len(asked) == 0 || slices.ContainsFunc(values, func(v string) bool { return slices.Contains(asked, v) })
}

func assignees(i *incident) []string {
	var ids []string
	for _, a := range i.assigned {
		ids = append(ids, a.user.ID)
	}
	return ids
}

// change is what an update asks of one incident.
type change struct {
	ID         string `json:"id"`
	Type       string `json:"type"`
	Status     string `json:"status"`
	Title      string `json:"title"`
	Urgency    string `json:"urgency"`
	Resolution string `json:"resolution"`
}

// check says what is wrong with the change, or nothing.
func (u change) check() string {
	switch {
	case u.Type != "incident" && u.Type != "incident_reference":
		return "Type must be incident or incident_reference."
	case u.Status != "" && !slices.Contains([]string{triggered, acknowledged, resolved}, u.Status):
		return "Status must be triggered, acknowledged or resolved."
	case u.Urgency != "" && u.Urgency != "high" && u.Urgency != "low":
		return "Urgency must be high or low."
	}
	return ""
}

func (c *call) apply(i *incident, u change) {
	i.title = cmp.Or(u.Title, i.title)
	i.urgency = cmp.Or(u.Urgency, i.urgency)
	i.updated = c.now
	if u.Status != "" && u.Status != i.status {
		c.account.become(i, u.Status, c.user)
		i.log[len(i.log)-1].note = u.Resolution
	}
}

// updateIncident changes one incident.
func (c *call) updateIncident(i *incident) reply {
	var body struct {
		Incident *change `json:"incident"`
	}
	if !c.decode(&body) || body.Incident == nil {
		return invalid("Incident is required.")
	}
	if problem := body.Incident.check(); problem != "" {
		return invalid(problem)
	}
	c.apply(i, *body.Incident)
	return c.getIncident(i)
}

// manageIncidents changes several incidents, all of them or none.
func (c *call) manageIncidents() reply {
	var body struct {
		Incidents []change `json:"incidents"`
	}
	if !c.decode(&body) || len(body.Incidents) == 0 {
		return invalid("Incidents are required.")
	}
	if len(body.Incidents) > 250 {
		return refused(http.StatusRequestEntityTooLarge, 2001, "At most 250 incidents can be updated at once.")
	}
	var chosen []*incident
	for _, u := range body.Incidents {
		i, found := c.account.incident(u.ID)
		if !found {
			return invalid("Incident " + u.ID + " was not found.")
		}
		if problem := u.check(); problem != "" {
			return invalid(problem)
		}
		chosen = append(chosen, i)
	}
	for n, i := range chosen {
		c.apply(i, body.Incidents[n])
	}
	return page(c, "incidents", chosen, func(i *incident) any { return c.incident(i) })
}

// createIncident opens an incident as the caller.
func (c *call) createIncident() reply {
	var body struct {
		Incident *struct {
			Type    string `json:"type"`
			Title   string `json:"title"`
			Urgency string `json:"urgency"`
			Key     string `json:"incident_key"`
			Service *struct {
				ID string `json:"id"`
			} `json:"service"`
		} `json:"incident"`
	}
	if !c.decode(&body) || body.Incident == nil {
		return invalid("Incident is required.")
	}
	asked := body.Incident
	if asked.Type != "incident" || asked.Service == nil {
		return invalid("Type and service are required.")
	}
	for _, i := range c.account.incidents {
		if asked.Key != "" && i.key == asked.Key && i.service.ID == asked.Service.ID && i.status != resolved {
			return invalid("Open incident already exists on this service with this key.")
		}
	}
	made, err := c.account.trigger(Incident{Title: asked.Title, Urgency: asked.Urgency, Service: asked.Service.ID})
	if err != nil {
		return invalid(err.Error())
	}
	made.key = cmp.Or(asked.Key, made.key)
	made.log[0].by = c.user
	return answer(http.StatusCreated, object{"incident": c.incident(made)})
}
