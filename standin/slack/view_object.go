package slack

// viewObject is a view as Slack shows it to the app and to the person.
func (s *Server) viewObject(v view) answer {
	ws := s.directory.team()
	values := answer{}
	for block, actions := range v.chosen {
		values[block] = actions
	}
	o := answer{
		"id": v.id, "team_id": ws.ID, "type": "modal", "blocks": v.blocks(), "private_metadata": v.text("private_metadata"),
		"callback_id": v.text("callback_id"), "external_id": v.text("external_id"), "state": answer{"values": values}, "hash": v.hash,
		"clear_on_close": v.flag("clear_on_close"), "notify_on_close": v.flag("notify_on_close"), "root_view_id": v.root,
		"previous_view_id": nil, "app_id": s.app.ID, "app_installed_team_id": ws.ID, "bot_id": s.app.BotID,
		"title": v.doc["title"], "submit": v.doc["submit"], "close": v.doc["close"],
	}
	if v.before != "" {
		o["previous_view_id"] = v.before
	}
	return o
}

// newView makes an open view out of a checked document.
func (s *Server) newView(user string, doc map[string]any) view {
	v := view{id: newID("V"), user: user, doc: doc}
	v.root = v.id
	v.hash = s.newHash()
	v.chosen = initialState(v.blocks(), nil)
	return v
}

// newHash marks a version of a view, so that views.update can tell a stale one.
func (s *Server) newHash() string { return s.stamps.next(s.clock.now()) + "." + newSecret()[:8] }

// checkedView reads the argument view and holds it against the rules.
func (s *Server) checkedView(a args) (map[string]any, error) {
	doc, ok, err := a.document("view")
	if err != nil || !ok {
		return nil, missingField("view")
	}
	return checkView(doc)
}
