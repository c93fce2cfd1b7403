package pagerduty

import (
	"net/http"
	"slices"
)

// listAlerts lists an incident's alerts, the latest first.
func (c *call) listAlerts(i *incident) reply {
	query := c.request.URL.Query()
	chosen := slices.DeleteFunc(slices.Clone(i.alerts), func(a *alert) bool {
		return !anyOf(query["statuses[]"], a.status) || (query.Has("alert_key") && query.Get("alert_key") != a.key)
	})
	slices.Reverse(chosen)
	return page(c, "alerts", chosen, func(a *alert) any { return c.alert(i, a) })
}

// getAlert reads one alert.
func (c *call) getAlert(i *incident) reply {
	for _, a := range i.alerts {
		if a.id == c.request.PathValue("alert") {
			return ok(object{"alert": c.alert(i, a)})
		}
	}
	return notFound("Alert Not Found")
}

func (c *call) alert(i *incident, a *alert) object {
	details := a.Details
	if details == nil {
		details = map[string]string{}
	}
	shown := c.reference("alert", "alerts", a.id, a.Summary)
	shown["type"] = "alert"
	shown["self"] = c.base + "/incidents/" + i.id + "/alerts/" + a.id
	shown["created_at"] = stamp(a.created)
	shown["status"] = a.status
	shown["alert_key"] = a.key
	shown["service"] = c.serviceReference(i.service)
	shown["incident"] = c.reference("incident", "incidents", i.id, "[#"+number(i.number)+"] "+i.title)
	shown["suppressed"] = false
	shown["severity"] = a.Severity
	shown["body"] = object{"type": "alert_body", "contexts": []any{}, "details": details}
	return shown
}

// updateAlerts resolves alerts, or opens them again, all of them or none.
func (c *call) updateAlerts(i *incident) reply {
	var body struct {
		Alerts []struct {
			ID     string `json:"id"`
			Status string `json:"status"`
		} `json:"alerts"`
	}
	if !c.decode(&body) || len(body.Alerts) == 0 {
		return invalid("Alerts are required.")
	}
	if len(body.Alerts) > 250 {
		return refused(http.StatusRequestEntityTooLarge, 2001, "At most 250 alerts can be updated at once.")
	}
	var chosen []*alert
	for _, asked := range body.Alerts {
		n := slices.IndexFunc(i.alerts, func(a *alert) bool { return a.id == asked.ID })
		if n < 0 || (asked.Status != triggered && asked.Status != resolved) {
			return invalid("Every alert must be of this incident and become triggered or resolved.")
		}
		chosen = append(chosen, i.alerts[n])
	}
	for n, a := range chosen {
		a.status = body.Alerts[n].Status
	}
	i.updated = c.now
	return page(c, "alerts", chosen, func(a *alert) any { return c.alert(i, a) })
}
