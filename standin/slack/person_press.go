package slack

import (
	"net/http"
)

// pressAct is somebody pressing a button or choosing from a menu, in a message
// or in a modal.
type pressAct struct {
	User      string `json:"user"`
	Channel   string `json:"channel"`
	MessageTS string `json:"message_ts"`
	ViewID    string `json:"view_id"`
	ActionID  string `json:"action_id"`
	BlockID   string `json:"block_id"`
	// Value is the value that the element holds, or the value of an option; a
	// list for checkboxes. Left out, a button is pressed as it stands.
	Value any `json:"value"`
}

func (s *Server) personPress(r *http.Request, pressed pressAct) (answer, error) {
	if pressed.ViewID != "" {
		return s.pressInView(pressed)
	}
	p, c, err := s.place(pressed.User, pressed.Channel)
	if err != nil {
		return nil, err
	}
	m, err := s.seen(p, c, pressed.MessageTS)
	if err != nil {
		return nil, err
	}
	found, err := findElement(m.blocks, pressed)
	if err != nil {
		return nil, err
	}
	action, _, err := found.act(pressed.Value)
	if err != nil {
		return nil, err
	}
	action["action_ts"] = s.stamps.next(s.clock.now())
	rc := s.deliver(kindInteractive, "block_actions", s.pressPayload(s.base(r), p, c, m, action), func(receipt) {})
	return outcome(rc, trouble(rc)), nil
}

// pressPayload is
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload.
// An ephemeral message comes without its body.
func (s *Server) pressPayload(base string, p Person, c Channel, m message, action map[string]any) answer {
	container := answer{"type": "message", "message_ts": m.ts, "channel_id": c.ID, "is_ephemeral": m.onlyFor != ""}
	if m.threadTS != "" {
		container["thread_ts"] = m.threadTS
	}
	payload := s.actionsPayload(p, container, action)
	payload["trigger_id"] = s.triggers.issue(p.ID, "")
	payload["channel"] = answer{"id": c.ID, "name": channelName(c)}
	payload["response_url"] = base + "/actions/" + s.hooks.issue(hook{channel: c.ID, user: p.ID, origin: m.ts})
	payload["state"] = answer{"values": answer{}}
	if m.onlyFor == "" {
		payload["message"] = s.messageObject(m)
	}
	return payload
}

func (s *Server) actionsPayload(p Person, container answer, action map[string]any) answer {
	return answer{
		"type": "block_actions", "team": s.teamObject(), "user": s.userInPayload(p), "api_app_id": s.app.ID, "token": "",
		"container": container, "actions": []any{action}, "enterprise": nil, "is_enterprise_install": false,
	}
}

func (s *Server) userInPayload(p Person) answer {
	return answer{"id": p.ID, "username": p.Name, "name": p.Name, "team_id": p.TeamID}
}

// pressInView is a press inside an open modal. What was chosen stays chosen.
func (s *Server) pressInView(pressed pressAct) (answer, error) {
	p, v, err := s.openView(pressed.User, pressed.ViewID)
	if err != nil {
		return nil, err
	}
	found, err := findElement(v.blocks(), pressed)
	if err != nil {
		return nil, err
	}
	if found.block["type"] == "input" {
		return nil, refuse(http.StatusBadRequest, "%q is an input: fill it in and submit.", pressed.ActionID)
	}
	action, state, err := found.act(pressed.Value)
	if err != nil {
		return nil, err
	}
	v, err = s.modals.change(func(o view) bool { return o.id == v.id }, func(v *view) error {
		if state != nil {
			v.chosen = withChoice(v.chosen, found.blockID(), pressed.ActionID, state)
		}
		return nil
	})
	if err != nil {
		return nil, refuse(http.StatusNotFound, "The modal was closed meanwhile.")
	}
	action["action_ts"] = s.stamps.next(s.clock.now())
	payload := s.actionsPayload(p, answer{"type": "view", "view_id": v.id}, action)
	payload["trigger_id"] = s.triggers.issue(p.ID, v.id)
	payload["view"] = s.viewObject(v)
	rc := s.deliver(kindInteractive, "block_actions", payload, func(receipt) {})
	return outcome(rc, trouble(rc)), nil
}
