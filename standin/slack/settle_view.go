package slack

import "encoding/json"

// viewAnswer is what an app may send with the acknowledgement of a submission.
// https://docs.slack.dev/surfaces/modals#response_actions.
type viewAnswer struct {
	Action string            `json:"response_action"`
	Errors map[string]string `json:"errors"`
	View   json.RawMessage   `json:"view"`
}

// settleSubmission does what the app's acknowledgement asks: nothing said
// closes the modal, nothing heard leaves it open with an excuse.
func (s *Server) settleSubmission(v view, rc receipt) {
	defer s.watchers.viewChanged(v.user)
	var said viewAnswer
	if rc.acked && len(rc.payload) > 0 && json.Unmarshal(rc.payload, &said) != nil {
		rc.acked = false
	}
	switch {
	case !rc.acked:
		s.excuse(v)
	case said.Action == "":
		s.modals.close(v.user, v.id, false)
	case said.Action == "clear":
		s.modals.close(v.user, v.id, true)
	case said.Action == "errors":
		s.showErrors(v, said.Errors)
	case said.Action == "update" || said.Action == "push":
		s.showNext(v, said)
	default:
		s.excuse(v)
	}
}

// excuse leaves the modal open with Slack's own words.
func (s *Server) excuse(v view) {
	s.changeView(v, func(v *view) { v.trouble = connecting })
}

// changeView edits a view if it still is open.
func (s *Server) changeView(v view, how func(*view)) {
	// The error says that the view was closed meanwhile, which is as good.
	_, _ = s.modals.change(func(o view) bool { return o.id == v.id }, func(v *view) error { how(v); return nil })
}

// showErrors puts the app's complaints beneath its input blocks. A complaint
// about anything else is an answer that Slack cannot show.
func (s *Server) showErrors(v view, errors map[string]string) {
	inputs := map[string]bool{}
	for _, b := range v.blocks() {
		block := b.(map[string]any)
		id, _ := block["block_id"].(string)
		inputs[id] = block["type"] == "input"
	}
	for block := range errors {
		if !inputs[block] {
			s.excuse(v)
			return
		}
	}
	if len(errors) == 0 {
		s.excuse(v)
		return
	}
	s.changeView(v, func(v *view) { v.errors = errors })
}

// showNext draws another view in place of this one, or on top of it.
func (s *Server) showNext(v view, said viewAnswer) {
	var doc any
	if decode(said.View, &doc) != nil {
		s.excuse(v)
		return
	}
	checked, err := checkView(doc)
	if err != nil {
		s.excuse(v)
		return
	}
	if said.Action == "update" {
		s.changeView(v, func(v *view) { s.redraw(v, checked) })
		return
	}
	if _, err := s.modals.push(s.newView(v.user, checked), v.id); err != nil {
		s.excuse(v)
	}
}
