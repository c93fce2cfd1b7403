package slack

import "strings"

// appsConnectionsOpen serves https://docs.slack.dev/reference/methods/apps.connections.open.
func (s *Server) appsConnectionsOpen(c call) (answer, error) {
	to := "ws" + strings.TrimPrefix(c.base, "http") // https becomes wss
	return answer{"url": to + "/link/?ticket=" + s.sockets.ticket() + "&app_id=" + s.app.ID}, nil
}
