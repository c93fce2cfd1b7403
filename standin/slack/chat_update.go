package slack

// chatUpdate serves https://docs.slack.dev/reference/methods/chat.update.
func (s *Server) chatUpdate(c call) (answer, error) {
	channel, err := s.directory.visibleToBot(c.args.text("channel"))
	if err != nil {
		return nil, err
	}
	if channel.Archived {
		return nil, refusal{code: "is_archived"}
	}
	said, err := readContent(c.args)
	if err != nil {
		return nil, err
	}
	if !said.hasText && !said.hasBlocks {
		return nil, refusal{code: "no_text"}
	}
	m, err := s.edit(channel.ID, c.args.text("ts"), said)
	if err != nil {
		return nil, err
	}
	return answer{"channel": channel.ID, "ts": m.ts, "text": m.text, "message": s.updatedObject(m)}, nil
}

// edit changes one of the app's own messages in place. Ephemeral messages are
// out of reach of chat.update.
func (s *Server) edit(channel, ts string, said content) (message, error) {
	m, err := s.rooms.change(channel, ts, func(m *message) error {
		switch {
		case m.onlyFor != "":
			return refusal{code: "message_not_found"}
		case m.user != s.app.BotUserID:
			return refusal{code: "cant_update_message"}
		}
		said.apply(m)
		if m.text == "" && len(m.blocks) == 0 {
			return refusal{code: "no_text"}
		}
		m.edits++
		m.editedTS = s.stamps.next(s.clock.now())
		return nil
	})
	if err == nil {
		s.watchers.channelChanged(s.directory, channel, "")
	}
	return m, err
}
