package pagerduty

import (
	"slices"
	"strconv"
	"strings"
)

// reference describes a thing by its id and the links to it.
func (c *call) reference(kind, path, id, summary string) object {
	return object{
		"id": id, "type": kind + "_reference", "summary": summary,
		"self":     c.base + "/" + path + "/" + id,
		"html_url": c.options.WebURL + "/" + path + "/" + id,
	}
}

func (c *call) userReference(u *User) object {
	return c.reference("user", "users", u.ID, u.Name)
}

func (c *call) serviceReference(s *Service) object {
	shown := c.reference("service", "services", s.ID, s.Name)
	shown["html_url"] = c.options.WebURL + "/service-directory/" + s.ID
	return shown
}

func (c *call) teamReference(id string) any {
	team := c.account.teams[slices.IndexFunc(c.account.teams, func(t Team) bool { return t.ID == id })]
	return c.reference("team", "teams", team.ID, team.Name)
}

func (c *call) policyReference(s *Service) object {
	return c.reference("escalation_policy", "escalation_policies", policyID(s), s.EscalationPolicy)
}

// policyID makes the id of a service's escalation policy from the service's.
func policyID(s *Service) string { return "E" + strings.TrimPrefix(s.ID, "P") }

// agent describes who did something: a user, or the service itself.
func (c *call) agent(i *incident, by *User) object {
	if by == nil {
		return c.serviceReference(i.service)
	}
	return c.userReference(by)
}

func number(n int) string { return strconv.Itoa(n) }
