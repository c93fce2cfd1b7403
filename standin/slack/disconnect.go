package slack

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// farewell is how long a connection that was told to go may take, before it is
// cut.
const farewell = 10 * time.Second

// disconnectReasons are those that Slack documents.
func disconnectReasons() []string {
	return []string{"warning", "refresh_requested", "link_disabled", "too_many_websockets"}
}

// Disconnect tells every connection to go, with one of Slack's reasons
// (default refresh_requested), and returns how many there were. They get no
// further envelopes; their acknowledgements still count. New connections are
// taken at once.
func (s *Server) Disconnect(reason string) (int, error) {
	orElse(&reason, "refresh_requested")
	if !slices.Contains(disconnectReasons(), reason) {
		return 0, fmt.Errorf("there is no disconnect reason %q: use one of %s", reason, strings.Join(disconnectReasons(), ", "))
	}
	all := s.sockets.drain()
	for _, conn := range all {
		// The error says that the connection is gone already.
		_ = conn.send(s.life, disconnectMessage(reason))
		s.background(func() {
			s.sleep(s.life, farewell)
			// The error says that the client closed first, as it should.
			_ = conn.ws.CloseNow()
		})
	}
	return len(all), nil
}

// Cut breaks every connection off without a word, as a network does, and
// returns how many there were.
func (s *Server) Cut() int { return s.sockets.closeAll() }
