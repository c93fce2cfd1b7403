package slack

// conversationsMembers serves https://docs.slack.dev/reference/methods/conversations.members.
func (s *Server) conversationsMembers(c call) (answer, error) {
	channel, err := s.directory.visibleToBot(c.args.text("channel"))
	if err != nil {
		return nil, err
	}
	if err := s.needScope(readScope(channel)); err != nil {
		return nil, err
	}
	page, next, err := pageOf(append([]string{}, channel.Members...), c.args)
	if err != nil {
		return nil, err
	}
	return answer{"members": page, "response_metadata": answer{"next_cursor": next}}, nil
}
