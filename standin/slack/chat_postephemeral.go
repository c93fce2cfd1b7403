package slack

// chatPostEphemeral serves https://docs.slack.dev/reference/methods/chat.postEphemeral.
func (s *Server) chatPostEphemeral(c call) (answer, error) {
	channel, err := s.directory.visibleToBot(c.args.text("channel"))
	if err != nil {
		return nil, err
	}
	user := c.args.text("user")
	switch {
	case channel.Archived:
		return nil, refusal{code: "is_archived"}
	case !channel.has(s.app.BotUserID):
		return nil, refusal{code: "not_in_channel"}
	case user == "":
		return nil, missingField("user")
	case !channel.has(user):
		return nil, refusal{code: "user_not_in_channel"}
	}
	said, err := readContent(c.args)
	if err != nil {
		return nil, err
	}
	if said.empty() {
		return nil, refusal{code: "no_text"}
	}
	thread, err := threadOf(c.args)
	if err != nil {
		return nil, err
	}
	m := said.message(channel.ID, s.app.BotUserID)
	m.onlyFor, m.threadTS = user, thread
	m = s.post(m)
	return answer{"message_ts": m.ts}, nil
}
