package pagerduty

import "slices"

// listLogEntries tells what happened to an incident, the latest first.
func (c *call) listLogEntries(i *incident) reply {
	entries := slices.Clone(i.log)
	slices.Reverse(entries)
	return page(c, "log_entries", entries, func(e logEntry) any { return c.logEntry(i, e) })
}

func (c *call) logEntry(i *incident, e logEntry) object {
	shown := c.reference(e.kind+"_log_entry", "log_entries", e.id, e.summary(i))
	shown["type"] = e.kind + "_log_entry"
	shown["html_url"] = nil
	shown["created_at"] = stamp(e.at)
	shown["agent"] = c.agent(i, e.by)
	shown["channel"] = object{"type": "api"}
	shown["service"] = c.serviceReference(i.service)
	shown["incident"] = c.reference("incident", "incidents", i.id, "[#"+number(i.number)+"] "+i.title)
	shown["teams"] = each(i.service.Teams, c.teamReference)
	shown["contexts"] = []any{}
	shown["event_details"] = object{}
	if e.note != "" {
		shown["note"] = e.note
	}
	return shown
}

func (e logEntry) summary(i *incident) string {
	done := map[string]string{
		"trigger": "Triggered", "acknowledge": "Acknowledged", "unacknowledge": "Unacknowledged",
		"resolve": "Resolved", "annotate": "Note added",
	}[e.kind]
	if e.by == nil {
		return done + " through the service " + i.service.Name + "."
	}
	return done + " by " + e.by.Name + "."
}
