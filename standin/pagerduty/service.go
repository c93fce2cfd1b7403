package pagerduty

import (
	"slices"
	"strings"
	"time"
)

// listServices lists services; query finds by a part of the name.
func (c *call) listServices() reply {
	query := c.request.URL.Query()
	part := strings.ToLower(query.Get("query"))
	chosen := slices.DeleteFunc(slices.Clone(c.account.services), func(s *Service) bool {
		return !strings.Contains(strings.ToLower(s.Name), part) || !anyOf(query["team_ids[]"], s.Teams...)
	})
	return page(c, "services", chosen, func(s *Service) any { return c.service(s) })
}

func (c *call) getService() reply {
	s := c.account.service(c.request.PathValue("id"))
	if s == nil {
		return notFound("Service Not Found")
	}
	return ok(object{"service": c.service(s)})
}

func (c *call) service(s *Service) object {
	var last *time.Time
	status := "active"
	for _, i := range c.account.incidents {
		if i.service != s {
			continue
		}
		last = &i.created
		switch {
		case i.status == triggered:
			status = "critical"
		case i.status == acknowledged && status != "critical":
			status = "warning"
		}
	}
	shown := c.serviceReference(s)
	shown["type"] = "service"
	shown["name"], shown["description"], shown["status"] = s.Name, "", status
	shown["last_incident_timestamp"] = stampOrNull(last)
	shown["escalation_policy"] = c.policyReference(s)
	shown["teams"] = each(s.Teams, c.teamReference)
	shown["integrations"], shown["addons"], shown["scheduled_actions"] = []any{}, []any{}, []any{}
	return shown
}
