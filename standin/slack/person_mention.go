package slack

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// mentionAct is somebody mentioning the app in a channel or a thread.
type mentionAct struct {
	User     string `json:"user"`
	Channel  string `json:"channel"`
	Text     string `json:"text"`
	ThreadTS string `json:"thread_ts"`
}

func (s *Server) personMention(_ *http.Request, said mentionAct) (answer, error) {
	p, c, err := s.place(said.User, said.Channel)
	if err != nil {
		return nil, err
	}
	if said.ThreadTS != "" {
		if _, err := s.seen(p, c, said.ThreadTS); err != nil {
			return nil, err
		}
	}
	at := "<@" + s.app.BotUserID + ">"
	if !strings.Contains(said.Text, at) {
		said.Text = strings.TrimSpace(at + " " + said.Text)
	}
	m := s.post(message{channel: c.ID, user: p.ID, text: said.Text, threadTS: said.ThreadTS})
	if !c.has(s.app.BotUserID) {
		words := fmt.Sprintf("You mentioned %s, but they’re not in this channel.", at)
		s.whisper(c.ID, p.ID, words)
		return answer{"ok": false, "error": words, "ts": m.ts}, nil
	}
	if c.IM {
		return answer{"ok": false, "error": "Slack sends no app_mention in a direct conversation.", "ts": m.ts}, nil
	}
	if !slices.Contains(s.app.Scopes, "app_mentions:read") {
		return answer{"ok": false, "error": "The app lacks the scope app_mentions:read: it is not told.", "ts": m.ts}, nil
	}
	rc := s.sendEvent(c, s.mentionEvent(p, c, m))
	words := ""
	if !rc.acked {
		words = "The app did not acknowledge the mention (" + rc.failure + "): Slack will try again."
	}
	o := outcome(rc, words)
	o["ts"] = m.ts
	return o, nil
}

// mentionEvent is https://docs.slack.dev/reference/events/app_mention.
func (s *Server) mentionEvent(p Person, c Channel, m message) answer {
	event := answer{
		"type": "app_mention", "user": p.ID, "text": m.text, "ts": m.ts, "event_ts": m.ts, "channel": c.ID, "team": p.TeamID, "client_msg_id": newSecret(),
	}
	if m.threadTS != "" {
		event["thread_ts"] = m.threadTS
	}
	if p.Stranger {
		event["user_team"], event["source_team"] = p.TeamID, p.TeamID
	}
	return event
}
