package slack

import (
	"fmt"
	"net/http"
	"slices"
)

// commandAct is somebody typing the slash command. Text is what follows it.
type commandAct struct {
	User    string `json:"user"`
	Channel string `json:"channel"`
	Text    string `json:"text"`
}

func (s *Server) personCommand(r *http.Request, typed commandAct) (answer, error) {
	p, c, err := s.place(typed.User, typed.Channel)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(s.app.Scopes, "commands") {
		return nil, refuse(http.StatusNotFound, "%s is not a valid command: the app lacks the scope commands.", s.app.Command)
	}
	act := hook{channel: c.ID, user: p.ID}
	words := ""
	rc := s.deliver(kindCommand, "slash_command", s.commandPayload(s.base(r), p, c, typed.Text), func(rc receipt) {
		words = s.settleCommand(act, rc)
	})
	return outcome(rc, words), nil
}

// commandPayload is what Slack sends for a slash command.
// https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling.
func (s *Server) commandPayload(base string, p Person, c Channel, text string) answer {
	ws := s.directory.team()
	return answer{
		"token": "", "api_app_id": s.app.ID, "team_id": p.TeamID, "team_domain": ws.Domain, "channel_id": c.ID, "channel_name": channelName(c),
		"user_id": p.ID, "user_name": p.Name, "command": s.app.Command, "text": text, "is_enterprise_install": "false",
		"response_url": base + "/commands/" + s.hooks.issue(hook{channel: c.ID, user: p.ID}), "trigger_id": s.triggers.issue(p.ID, ""),
	}
}

// channelName is how payloads name a channel: direct conversations have no
// name of their own.
func channelName(c Channel) string {
	if c.IM {
		return "directmessage"
	}
	return c.Name
}

// settleCommand shows the person what came of a slash command: the app's
// answer, or why there is none. It returns the words of a failure.
func (s *Server) settleCommand(act hook, rc receipt) string {
	failure := rc.failure
	if rc.acked {
		if err := s.answerCommand(act, rc.payload); err != nil {
			failure = asRefusal(err).code
		}
	}
	if failure == "" {
		return ""
	}
	words := fmt.Sprintf("%s failed with the error %q", s.app.Command, failure)
	s.whisper(act.channel, act.user, words)
	return words
}
