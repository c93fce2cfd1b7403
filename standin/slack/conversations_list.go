package slack

import "slices"

// conversationsList serves https://docs.slack.dev/reference/methods/conversations.list.
func (s *Server) conversationsList(c call) (answer, error) {
	kinds := c.args.list("types")
	if len(kinds) == 0 {
		kinds = []string{"public_channel"}
	}
	for _, kind := range kinds {
		if !slices.Contains([]string{"public_channel", "private_channel", "im", "mpim"}, kind) {
			return nil, refusal{code: "invalid_types"}
		}
	}
	for kind, scope := range map[string]string{"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read"} {
		if slices.Contains(kinds, kind) {
			if err := s.needScope(scope); err != nil {
				return nil, err
			}
		}
	}
	channels := []answer{}
	for _, channel := range s.directory.workspace().Channels {
		_, err := s.directory.visibleToBot(channel.ID)
		hidden := channel.Archived && c.args.flag("exclude_archived")
		if err == nil && !hidden && slices.Contains(kinds, kindOf(channel)) {
			channels = append(channels, s.channelObject(channel))
		}
	}
	page, next, err := pageOf(channels, c.args)
	if err != nil {
		return nil, err
	}
	return answer{"channels": page, "response_metadata": answer{"next_cursor": next}}, nil
}

func kindOf(c Channel) string {
	switch {
	case c.IM:
		return "im"
	case c.Private:
		return "private_channel"
	default:
		return "public_channel"
	}
}
