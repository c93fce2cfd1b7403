package slack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// heartbeat keeps an idle stream from being taken for a dead one.
const heartbeat = 15 * time.Second

// personStream tells a page, by server-sent events, what to fetch again:
// {"channel":"C…"}, {"view":true} or {"people":true}. Changes that come faster
// than they are read are sent once.
func (s *Server) personStream(w http.ResponseWriter, r *http.Request) {
	p, err := s.actor(r.URL.Query().Get("user"))
	if err != nil {
		reply(w, nil, err)
		return
	}
	mine := s.watchers.add(p.ID)
	defer s.watchers.remove(mine)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for line := ": watching\n\n"; ; {
		if _, err := fmt.Fprint(w, line); err != nil || out.Flush() != nil {
			return // the page is gone
		}
		select {
		case <-r.Context().Done():
			return
		case <-s.life.Done():
			return
		case <-beat.C:
			line = ": still here\n\n"
		case <-mine.wake:
			line = eventLines(mine.take())
		}
	}
}

func eventLines(changes []answer) string {
	lines := ""
	for _, change := range changes {
		data, err := json.Marshal(change)
		if err != nil {
			continue // made of strings and booleans
		}
		lines += "data: " + string(data) + "\n\n"
	}
	return lines
}
