package slack_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// rawSocket is a Socket Mode connection without slack-go's own checks, for what
// slack-go refuses to send.
type rawSocket struct {
	t  *testing.T
	ws *websocket.Conn
}

func dial(t *testing.T, h *house) rawSocket {
	t.Helper()
	ctx := context.Background()
	_, url, err := h.api.StartSocketModeContext(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ws, _, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	if _, hello, err := ws.Read(ctx); err != nil || !strings.Contains(string(hello), `"hello"`) {
		t.Fatalf("the first frame is %s, %v", hello, err)
	}
	return rawSocket{t, ws}
}

// ackWith acknowledges the next envelope with a frame of exactly size bytes.
func (r rawSocket) ackWith(size int) {
	ctx := context.Background()
	_, frame, err := r.ws.Read(ctx)
	if err != nil {
		return // the test has ended
	}
	var envelope struct {
		ID string `json:"envelope_id"`
	}
	if err := json.Unmarshal(frame, &envelope); err != nil {
		r.t.Errorf("reading the envelope: %v", err)
	}
	answer := `{"envelope_id":"` + envelope.ID + `"` + `}`
	answer += strings.Repeat(" ", size-len(answer))
	if err := r.ws.Write(ctx, websocket.MessageText, []byte(answer)); err != nil {
		r.t.Errorf("acknowledging: %v", err)
	}
}
