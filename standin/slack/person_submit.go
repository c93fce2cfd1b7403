package slack

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// submitAct is somebody submitting an open modal. Values are strings, or lists
// of strings, by block and action.
type submitAct struct {
	User   string                    `json:"user"`
	ViewID string                    `json:"view_id"`
	Values map[string]map[string]any `json:"values"`
}

func (s *Server) personSubmit(_ *http.Request, filled submitAct) (answer, error) {
	p, v, err := s.openView(filled.User, filled.ViewID)
	if err != nil {
		return nil, err
	}
	if v.doc["submit"] == nil {
		return nil, refuse(http.StatusBadRequest, "This modal has no submit button: close it.")
	}
	chosen, err := fill(v, filled.Values)
	if err != nil {
		return nil, err
	}
	v, err = s.modals.change(func(o view) bool { return o.id == v.id }, func(v *view) error {
		v.chosen, v.errors, v.trouble = chosen, nil, ""
		return nil
	})
	if err != nil {
		return nil, refuse(http.StatusNotFound, "The modal was closed meanwhile.")
	}
	rc := s.deliver(kindInteractive, "view_submission", s.submissionPayload(p, v), func(rc receipt) { s.settleSubmission(v, rc) })
	now, _, open := s.modals.top(p.ID)
	words := trouble(rc)
	if open && now.trouble != "" {
		words = now.trouble
	}
	o := outcome(rc, words)
	o["view"], o["errors"] = nil, answer{}
	if open {
		o["view"] = s.viewObject(now)
		if now.errors != nil {
			o["errors"] = now.errors
			o["ok"] = false
		}
	}
	return o, nil
}

// openView finds the modal that a person has before them.
func (s *Server) openView(user, id string) (Person, view, error) {
	p, err := s.actor(user)
	if err != nil {
		return p, view{}, err
	}
	v, _, open := s.modals.top(user)
	if !open || v.id != id {
		return p, v, refuse(http.StatusNotFound, "%s has no modal %q before them. GET /person/view/%s shows what they see.", p.Name, id, user)
	}
	return p, v, nil
}

// submissionPayload is
// https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload..
func (s *Server) submissionPayload(p Person, v view) answer {
	return answer{
		"type": "view_submission", "team": s.teamObject(), "user": s.userInPayload(p), "api_app_id": s.app.ID, "token": "",
		"trigger_id": s.triggers.issue(p.ID, v.id), "view": s.viewObject(v), "enterprise": nil, "is_enterprise_install": false,
	}
}

// fill puts values into a modal's state and holds the whole against what
// Slack's client checks before it sends anything.
func fill(v view, values map[string]map[string]any) (map[string]map[string]any, error) {
	chosen, left := maps.Clone(v.chosen), places(values)
	mistakes := map[string]string{}
	for _, b := range v.blocks() {
		block := b.(map[string]any)
		blockID, _ := block["block_id"].(string)
		for _, e := range elementsOf(block) {
			actionID, _ := e["action_id"].(string)
			if value, given := values[blockID][actionID]; given {
				left = slices.DeleteFunc(left, func(at string) bool { return at == blockID+"/"+actionID })
				state, err := choose(e, value)
				if err != nil {
					return nil, refuse(http.StatusBadRequest, "The field %s cannot be filled in so: %s.", blockID, err)
				}
				chosen = withChoice(chosen, blockID, actionID, state)
			}
			if words := mistake(block, e, chosen[blockID][actionID]); words != "" {
				mistakes[blockID] = words
			}
		}
	}
	if len(left) > 0 {
		return nil, refuse(http.StatusBadRequest, "The modal has no %s. It has: %s.", strings.Join(left, ", "), strings.Join(places(v.chosen), ", "))
	}
	if len(mistakes) > 0 {
		return nil, refusedAct{status: http.StatusUnprocessableEntity, words: "The form has mistakes, and was not sent.", errors: mistakes}
	}
	return chosen, nil
}

// mistake is what Slack's client says beneath a field, empty if all is well.
func mistake(block, e map[string]any, state any) string {
	if block["type"] != "input" {
		return ""
	}
	filled, _ := state.(map[string]any)
	optional, _ := block["optional"].(bool)
	if isBlank(filled) {
		if optional {
			return ""
		}
		return "Please complete this required field."
	}
	text, _ := filled["value"].(string)
	if lo, ok := limitOf(e, "min_length"); ok && utf8.RuneCountInString(text) < lo {
		return "This entry is too short."
	}
	hi, ok := limitOf(e, "max_length")
	if !ok {
		hi = 3000
	}
	if utf8.RuneCountInString(text) > hi {
		return "This entry is too long."
	}
	return ""
}

// limitOf is a number in an element's definition.
func limitOf(e map[string]any, name string) (int, bool) {
	number, ok := e[name].(json.Number)
	n, err := number.Int64()
	return int(n), ok && err == nil
}

// places lists block/action of everything that is filled in, or could be.
func places(values map[string]map[string]any) []string {
	var all []string
	for block, actions := range values {
		for action := range actions {
			all = append(all, block+"/"+action)
		}
	}
	slices.Sort(all)
	return all
}
