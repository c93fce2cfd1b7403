package slack

// authTest serves https://docs.slack.dev/reference/methods/auth.test.
func (s *Server) authTest(call) (answer, error) {
	ws := s.directory.team()
	return answer{
		"url": "https://" + ws.Domain + ".slack.com/", "team": ws.Name, "user": s.app.Name, "team_id": ws.ID,
		"user_id": s.app.BotUserID, "bot_id": s.app.BotID, "is_enterprise_install": false,
	}, nil
}
