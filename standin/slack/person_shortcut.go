package slack

import (
	"net/http"
)

// shortcutAct is somebody choosing the app's shortcut on a message.
type shortcutAct struct {
	User      string `json:"user"`
	Channel   string `json:"channel"`
	MessageTS string `json:"message_ts"`
	// CallbackID is which shortcut. Default: the app's only one.
	CallbackID string `json:"callback_id"`
}

func (s *Server) personShortcut(r *http.Request, chosen shortcutAct) (answer, error) {
	p, c, err := s.place(chosen.User, chosen.Channel)
	if err != nil {
		return nil, err
	}
	m, err := s.seen(p, c, chosen.MessageTS)
	if err != nil {
		return nil, err
	}
	if m.onlyFor != "" {
		return nil, refuse(http.StatusBadRequest, "The message is only visible to %s: there are no shortcuts on it.", p.Name)
	}
	orElse(&chosen.CallbackID, s.app.Shortcut)
	if chosen.CallbackID != s.app.Shortcut {
		return nil, refuse(http.StatusNotFound, "The app has no shortcut %q, only %q.", chosen.CallbackID, s.app.Shortcut)
	}
	rc := s.deliver(kindInteractive, "message_action", s.shortcutPayload(s.base(r), p, c, m), func(receipt) {})
	return outcome(rc, trouble(rc)), nil
}

// shortcutPayload is
// https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload..
func (s *Server) shortcutPayload(base string, p Person, c Channel, m message) answer {
	return answer{
		"type": "message_action", "callback_id": s.app.Shortcut, "trigger_id": s.triggers.issue(p.ID, ""), "message_ts": m.ts,
		"response_url": base + "/actions/" + s.hooks.issue(hook{channel: c.ID, user: p.ID}), "message": s.messageObject(m), "team": s.teamObject(),
		"user": answer{"id": p.ID, "name": p.Name, "team_id": p.TeamID}, "channel": answer{"id": c.ID, "name": channelName(c)},
		"token": "", "action_ts": s.stamps.next(s.clock.now()), "is_enterprise_install": false, "enterprise": nil,
	}
}

func (s *Server) teamObject() answer {
	ws := s.directory.team()
	return answer{"id": ws.ID, "domain": ws.Domain}
}

// connecting is what Slack's client says when an app does not answer an act.
const connecting = "We had some trouble connecting. Try again?"

func trouble(rc receipt) string {
	if rc.acked {
		return ""
	}
	return connecting
}
