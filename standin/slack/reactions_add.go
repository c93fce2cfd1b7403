package slack

import (
	"regexp"
	"slices"
)

var emojiName = regexp.MustCompile(`^[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?$`)

// reactionsAdd serves https://docs.slack.dev/reference/methods/reactions.add.
func (s *Server) reactionsAdd(c call) (answer, error) {
	channel, err := s.directory.visibleToBot(c.args.text("channel"))
	if err != nil {
		return nil, err
	}
	name := c.args.text("name")
	switch {
	case channel.Archived:
		return nil, refusal{code: "is_archived"}
	case !channel.has(s.app.BotUserID):
		return nil, refusal{code: "not_in_channel"}
	case !emojiName.MatchString(name):
		return nil, refusal{code: "invalid_name"}
	}
	_, err = s.rooms.change(channel.ID, c.args.text("timestamp"), func(m *message) error {
		if m.onlyFor != "" {
			return refusal{code: "message_not_found"}
		}
		return m.react(name, s.app.BotUserID)
	})
	if err != nil {
		return nil, err
	}
	s.watchers.channelChanged(s.directory, channel.ID, "")
	return nil, nil
}

// react adds one user's emoji to the message.
func (m *message) react(name, user string) error {
	emoji := slices.Clone(m.emoji)
	i := slices.IndexFunc(emoji, func(r reaction) bool { return r.name == name })
	switch {
	case i < 0:
		emoji = append(emoji, reaction{name: name, users: []string{user}})
	case slices.Contains(emoji[i].users, user):
		return refusal{code: "already_reacted"}
	default:
		emoji[i].users = append(slices.Clone(emoji[i].users), user)
	}
	m.emoji = emoji
	return nil
}
