package slack

// viewsOpen serves https://docs.slack.dev/reference/methods/views.open.
func (s *Server) viewsOpen(c call) (answer, error) {
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
	v := s.newView(t.user, doc)
	s.modals.open(v)
	s.watchers.viewChanged(v.user)
	return answer{"view": s.viewObject(v)}, nil
}
