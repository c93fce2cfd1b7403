package slack

// viewsPush serves https://docs.slack.dev/reference/methods/views.push.
func (s *Server) viewsPush(c call) (answer, error) {
	doc, err := s.checkedView(c.args)
	if err != nil {
		return nil, err
	}
	if id, _ := doc["external_id"].(string); id != "" && s.modals.holds(id) {
		return nil, refusal{code: "duplicate_external_id"}
	}
	if c.args.text("trigger_id") == "" {
		return nil, missingField("trigger_id")
	}
	t, err := s.triggers.exchange(c.args.text("trigger_id"))
	if err != nil {
		return nil, err
	}
	if t.view == "" {
		return nil, refusal{code: "invalid_trigger_id", messages: []string{"[ERROR] views.push needs a trigger id from an act inside a modal"}}
	}
	v, err := s.modals.push(s.newView(t.user, doc), t.view)
	if err != nil {
		return nil, err
	}
	s.watchers.viewChanged(v.user)
	return answer{"view": s.viewObject(v)}, nil
}
