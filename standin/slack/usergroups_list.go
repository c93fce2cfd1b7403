package slack

// usergroupsList serves https://docs.slack.dev/reference/methods/usergroups.list.
func (s *Server) usergroupsList(c call) (answer, error) {
	ws := s.directory.workspace()
	groups := []answer{}
	for _, g := range ws.Groups {
		if g.Disabled && !c.args.flag("include_disabled") {
			continue
		}
		o := answer{
			"id": g.ID, "team_id": ws.ID, "is_usergroup": true, "is_subteam": true, "name": g.Name, "handle": g.Handle, "description": "",
			"is_external": false, "date_create": 0, "date_update": 0, "date_delete": 0, "prefs": answer{"channels": []string{}, "groups": []string{}},
		}
		if g.Disabled {
			o["date_delete"] = 1
		}
		if c.args.flag("include_users") {
			o["users"] = append([]string{}, g.Users...)
		}
		if c.args.flag("include_count") {
			o["user_count"] = len(g.Users)
		}
		groups = append(groups, o)
	}
	return answer{"usergroups": groups}, nil
}
