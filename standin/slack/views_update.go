package slack

// viewsUpdate serves https://docs.slack.dev/reference/methods/views.update.
func (s *Server) viewsUpdate(c call) (answer, error) {
	doc, err := s.checkedView(c.args)
	if err != nil {
		return nil, err
	}
	id, external, hash := c.args.text("view_id"), c.args.text("external_id"), c.args.text("hash")
	if id == "" && external == "" {
		return nil, missingField("view_id")
	}
	is := func(v view) bool { return v.id == id || id == "" && v.text("external_id") == external }
	v, err := s.modals.change(is, func(v *view) error {
		if hash != "" && hash != v.hash {
			return refusal{code: "hash_conflict"}
		}
		s.redraw(v, doc)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.watchers.viewChanged(v.user)
	return answer{"view": s.viewObject(v)}, nil
}

// redraw puts a new document into an open view. What the person filled in
// stays where block_id and action_id stay.
func (s *Server) redraw(v *view, doc map[string]any) {
	v.doc = doc
	v.hash = s.newHash()
	v.chosen = initialState(v.blocks(), v.chosen)
	v.errors, v.trouble = nil, ""
}
