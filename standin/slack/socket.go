package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// connectionTime is what hello announces: Slack renews a connection after some
// hours; this one never does unless told to.
const connectionTime = 18_060

// serveSocket is the address that apps.connections.open gives out.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	if s.faults.refusesSockets() {
		http.Error(w, "No connections are taken at the moment.", http.StatusServiceUnavailable)
		return
	}
	if !s.sockets.redeem(r.URL.Query().Get("ticket")) {
		http.Error(w, "The ticket is unknown or was used: call apps.connections.open for a new one.", http.StatusForbidden)
		return
	}
	if !s.enter() {
		http.Error(w, "This Slack has been closed.", http.StatusServiceUnavailable)
		return
	}
	defer s.work.Done()
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: []string{"api.slack.com"}})
	if err != nil {
		return // Accept has answered
	}
	// The error says that it was closed already.
	defer func() { _ = ws.CloseNow() }()
	ws.SetReadLimit(maxBody)
	s.attend(ws)
}

// attend serves one connection until it ends.
func (s *Server) attend(ws *websocket.Conn) {
	conn, now := s.sockets.add(ws)
	if conn == nil {
		s.turnAway(ws)
		return
	}
	defer s.sockets.remove(conn)
	ctx, cancel := context.WithCancel(s.life)
	defer cancel()
	hello := answer{
		"type": "hello", "num_connections": now, "connection_info": answer{"app_id": s.app.ID},
		"debug_info": answer{"host": "applink-standin", "build_number": 1, "approximate_connection_time": connectionTime},
	}
	if conn.send(ctx, hello) != nil {
		return
	}
	s.background(func() { s.ping(ctx, conn) })
	s.listen(ctx, conn)
}

// listen reads acknowledgements.
func (s *Server) listen(ctx context.Context, conn *connection) {
	for {
		_, frame, err := conn.ws.Read(ctx)
		if err != nil {
			return
		}
		if len(frame) >= maxAck {
			s.sockets.count(func(n *SocketStats) { n.OversizedAcks++ })
			continue
		}
		var a ack
		if json.Unmarshal(frame, &a) != nil {
			continue // Slack ignores what it cannot read
		}
		if s.faults.dropAck() {
			s.sockets.count(func(n *SocketStats) { n.DroppedAcks++ })
			continue
		}
		s.sockets.acknowledge(a)
	}
}

// ping sends PING frames, and gives up a connection that does not answer them.
func (s *Server) ping(ctx context.Context, conn *connection) {
	tick := time.NewTicker(s.timing.PingEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if s.faults.pingsMuted() {
			continue
		}
		deadline, cancel := context.WithTimeout(ctx, 3*s.timing.PingEvery)
		err := conn.ws.Ping(deadline)
		cancel()
		if err != nil {
			// The error says that it was closed already.
			_ = conn.ws.CloseNow()
			return
		}
	}
}

// socketCarrier delivers over Socket Mode.
type socketCarrier struct{ s *Server }

func (c socketCarrier) carry(ctx context.Context, p parcel) receipt {
	conn, ok := c.s.sockets.pick(p.avoid)
	if !ok {
		return receipt{failure: dispatchFailed}
	}
	came, done := c.s.sockets.expect(p.envelopeID)
	defer done()
	rc := receipt{connection: conn.number, failure: operationTimeout}
	envelope := answer{
		"type": p.kind, "envelope_id": p.envelopeID, "payload": p.payload, "accepts_response_payload": p.kind != kindEvent,
	}
	if p.kind == kindEvent {
		envelope["retry_attempt"], envelope["retry_reason"] = p.retryAttempt, p.retryReason
	}
	if conn.send(ctx, envelope) != nil {
		return rc
	}
	select {
	case a := <-came:
		rc.acked, rc.failure, rc.payload = true, "", a.Payload
	case <-ctx.Done():
	}
	return rc
}

// turnAway tells a connection that there are too many, and closes it.
func (s *Server) turnAway(ws *websocket.Conn) {
	if (&connection{ws: ws}).send(s.life, disconnectMessage("too_many_websockets")) == nil {
		// The error says that the client closed first, which is as good.
		_ = ws.Close(websocket.StatusNormalClosure, "")
	}
}

func disconnectMessage(reason string) answer {
	return answer{"type": "disconnect", "reason": reason, "debug_info": answer{"host": "applink-standin"}}
}
