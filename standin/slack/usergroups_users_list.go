package slack

// usergroupsUsersList serves https://docs.slack.dev/reference/methods/usergroups.users.list.
func (s *Server) usergroupsUsersList(c call) (answer, error) {
	id := c.args.text("usergroup")
	if id == "" {
		return nil, missingField("usergroup")
	}
	g, ok := s.directory.group(id)
	if !ok || g.Disabled && !c.args.flag("include_disabled") {
		return nil, refusal{code: "no_such_subteam"}
	}
	return answer{"users": append([]string{}, g.Users...)}, nil
}
