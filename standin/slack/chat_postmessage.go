package slack

import (
	"regexp"
	"slices"
	"strings"
)

// chatPostMessage serves https://docs.slack.dev/reference/methods/chat.postMessage.
func (s *Server) chatPostMessage(c call) (answer, error) {
	channel, err := s.postable(c.args.text("channel"))
	if err != nil {
		return nil, err
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
	if err := s.limiter.take(tierPosting, "chat.postMessage "+channel.ID); err != nil {
		return nil, err
	}
	m := said.message(channel.ID, s.app.BotUserID)
	m.threadTS = thread
	m = s.post(m)
	return answer{"channel": channel.ID, "ts": m.ts, "message": s.postedObject(m)}, nil
}

// postable finds the channel that the app may post to. A user's id opens the
// direct conversation with them.
func (s *Server) postable(id string) (Channel, error) {
	if strings.HasPrefix(id, "U") || strings.HasPrefix(id, "W") {
		return s.directory.direct(id)
	}
	c, err := s.directory.visibleToBot(id)
	switch {
	case err != nil:
		return c, err
	case c.Archived:
		return c, refusal{code: "is_archived"}
	case !c.has(s.app.BotUserID) && !slices.Contains(s.app.Scopes, "chat:write.public"):
		return c, refusal{code: "not_in_channel"}
	}
	return c, nil
}

var tsForm = regexp.MustCompile(`^\d+\.\d{6}$`)

// threadOf reads thread_ts, which must at least look like a timestamp.
func threadOf(a args) (string, error) {
	ts := a.text("thread_ts")
	if ts != "" && !tsForm.MatchString(ts) {
		return "", refusal{code: "invalid_thread_ts"}
	}
	return ts, nil
}
