package slack

// usersLookupByEmail serves https://docs.slack.dev/reference/methods/users.lookupByEmail.
func (s *Server) usersLookupByEmail(c call) (answer, error) {
	email := c.args.text("email")
	if email == "" {
		return nil, missingField("email")
	}
	p, ok := s.directory.personByEmail(email)
	if !ok || p.Deleted || p.Stranger {
		return nil, refusal{code: "users_not_found"}
	}
	return answer{"user": s.userObject(p)}, nil
}
