package slack

import (
	"net/http"
	"time"
)

// controlRoutes are how a test or a demo makes Slack misbehave, and looks
// behind the scenes. Each POST has a Go method of the same meaning.
func (s *Server) controlRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /control/disconnect", act(s.controlDisconnect))
	mux.HandleFunc("POST /control/cut", act(s.controlCut))
	mux.HandleFunc("POST /control/redeliver", act(s.controlRedeliver))
	mux.HandleFunc("POST /control/drop-acks", order(func(o struct{ Count int }) { s.DropAcks(o.Count) }))
	mux.HandleFunc("POST /control/slow", order(func(o struct{ MS int }) { s.Slow(time.Duration(o.MS) * time.Millisecond) }))
	mux.HandleFunc("POST /control/refuse", order(func(o struct{ Refuse bool }) { s.RefuseConnections(o.Refuse) }))
	mux.HandleFunc("POST /control/pings", order(func(o struct{ Stop bool }) { s.StopPings(o.Stop) }))
	mux.HandleFunc("POST /control/clock", order(s.controlClock))
	mux.HandleFunc("POST /control/request-urls", order(s.SetRequestURLs))
	mux.HandleFunc("POST /control/reset", order(func(struct{}) { s.Reset() }))
	mux.HandleFunc("POST /control/fail", act(s.controlFail))
	mux.HandleFunc("POST /control/verify-url", act(s.controlVerifyURL))
	mux.HandleFunc("POST /control/workspace", act(s.controlWorkspace))
	mux.HandleFunc("GET /control/workspace", look(func(*http.Request) (answer, error) { return answer{"workspace": s.Workspace()}, nil }))
	mux.HandleFunc("GET /control/state", look(s.controlState))
	mux.HandleFunc("GET /control/deliveries", look(func(*http.Request) (answer, error) { return answer{"deliveries": s.Deliveries()}, nil }))
	mux.HandleFunc("GET /control/calls", look(func(*http.Request) (answer, error) { return answer{"calls": s.Calls()}, nil }))
	return mux
}

// order serves something that cannot go wrong.
func order[T any](do func(T)) http.HandlerFunc {
	return act(func(_ *http.Request, what T) (answer, error) {
		do(what)
		return answer{"ok": true}, nil
	})
}

func (s *Server) controlDisconnect(_ *http.Request, o struct{ Reason string }) (answer, error) {
	told, err := s.Disconnect(o.Reason)
	return answer{"ok": true, "connections": told}, err
}

func (s *Server) controlCut(*http.Request, struct{}) (answer, error) {
	return answer{"ok": true, "connections": s.Cut()}, nil
}

func (s *Server) controlRedeliver(_ *http.Request, how Redelivery) (answer, error) {
	again, err := s.Redeliver(how)
	return answer{"ok": again.Acked, "delivery": again}, err
}

func (s *Server) controlClock(o struct {
	AdvanceMS int `json:"advance_ms"`
},
) {
	s.AdvanceClock(time.Duration(o.AdvanceMS) * time.Millisecond)
}

func (s *Server) controlFail(_ *http.Request, f Fault) (answer, error) {
	return answer{"ok": true}, s.Fail(f)
}

func (s *Server) controlVerifyURL(r *http.Request, _ struct{}) (answer, error) {
	return answer{"ok": true}, s.VerifyRequestURL(r.Context())
}

func (s *Server) controlWorkspace(_ *http.Request, ws Workspace) (answer, error) {
	return answer{"ok": true}, s.SetWorkspace(ws)
}

func (s *Server) controlState(*http.Request) (answer, error) {
	return answer{"sockets": s.SocketStats(), "request_urls": s.webhooks.urls(), "now": s.clock.now()}, nil
}

// SocketStats counts connections and acknowledgements.
func (s *Server) SocketStats() SocketStats { return s.sockets.snapshot() }

// Workspace returns a copy of the directory as it is now.
func (s *Server) Workspace() Workspace { return s.directory.workspace() }

// SetWorkspace replaces the directory: people leave, channels are archived or
// shared, groups change. Messages stay.
func (s *Server) SetWorkspace(ws Workspace) error {
	if err := s.directory.replace(ws); err != nil {
		return err
	}
	s.watchers.peopleChanged()
	return nil
}
