package slack_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
)

func TestMethodsFailAsToldAndThenWorkAgain(t *testing.T) {
	cases := []struct {
		name  string
		fault fields
		is    func(error) bool
		done  bool // whether the message was posted all the same
	}{
		{"429", fields{"kind": "ratelimited", "retry_after": 7}, func(err error) bool {
			var limited *slackgo.RateLimitedError
			return errors.As(err, &limited) && limited.RetryAfter == 7*time.Second
		}, false},
		{"500", fields{"kind": "500"}, func(err error) bool {
			var status slackgo.StatusCodeError
			return errors.As(err, &status) && status.Code == http.StatusInternalServerError
		}, false},
		{"a code", fields{"kind": "error", "error": "team_access_not_granted"}, func(err error) bool {
			return err != nil && err.Error() == "team_access_not_granted"
		}, false},
		{"hang", fields{"kind": "hang"}, func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }, false},
		{"cut", fields{"kind": "cut"}, func(err error) bool { return err != nil }, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := start(t)
			c.fault["method"], c.fault["count"] = "chat.postMessage", 2
			if d := h.post("/control/fail", c.fault); !d.OK {
				t.Fatal(d.Error)
			}
			if _, err := h.api.AuthTest(); err != nil {
				t.Errorf("another method fails too: %v", err)
			}
			for range 2 {
				ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
				_, _, err := h.api.PostMessageContext(ctx, "C0SHOP", text("hello"))
				cancel()
				if !c.is(err) {
					t.Errorf("the call gives %v", err)
				}
			}
			h.say("C0SHOP", text("works again"))
			posted := len(h.channel("C0SHOP", "U0ANA").Messages)
			if c.done {
				want(t, "the messages", posted, 3)
			} else {
				want(t, "the messages", posted, 1)
			}
		})
	}
}

func TestAWrongFaultIsRefusedWithTheChoices(t *testing.T) {
	h := start(t)
	cases := []struct {
		fault fields
		words string
	}{
		{fields{"method": "chat.postMesage", "kind": "500"}, `there is no method "chat.postMesage" here: use one of the API methods, such as chat.update, or *`},
		{fields{"method": "*", "kind": "sulk"}, `there is no fault "sulk": use one of ratelimited, 500, hang, cut, error`},
		{fields{"method": "*", "kind": "error"}, "a fault of the kind error needs the code to answer in its field error, such as channel_not_found"},
	}
	for _, c := range cases {
		want(t, "the words", h.post("/control/fail", c.fault).Error, c.words)
	}
}

func TestResetTakesBackEveryFault(t *testing.T) {
	h := start(t)
	h.connect(silent)
	h.post("/control/fail", fields{"method": "*", "kind": "500", "count": 100})
	h.post("/control/drop-acks", fields{"count": 100})
	h.post("/control/slow", fields{"ms": 60_000})
	h.post("/control/reset", fields{})
	if _, err := h.api.AuthTest(); err != nil {
		t.Error(err)
	}
	if d := h.command("U0ANA", "C0SHOP", "status"); !d.OK {
		t.Error(d.Error)
	}
}

func TestSlowMeansSlow(t *testing.T) {
	h := start(t)
	h.post("/control/slow", fields{"ms": 200})
	began := time.Now()
	if _, err := h.api.AuthTest(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 200*time.Millisecond {
		t.Errorf("the call took %s", took)
	}
}

func TestCallsAndDeliveriesAreRecorded(t *testing.T) {
	h := start(t)
	h.connect(silent)
	h.command("U0ANA", "C0SHOP", "status")
	h.say("C0SHOP", text("hello"))
	_, _, _, err := h.api.UpdateMessage("C0SHOP", "1.000001", text("x"))
	wantCode(t, err, "message_not_found")

	var record struct {
		Calls []struct {
			Method string         `json:"method"`
			Args   map[string]any `json:"args"`
			Answer map[string]any `json:"answer"`
		} `json:"calls"`
		Deliveries []struct {
			Type    string         `json:"type"`
			Acked   bool           `json:"acked"`
			Payload map[string]any `json:"payload"`
		} `json:"deliveries"`
	}
	h.get("/control/calls", &record)
	h.get("/control/deliveries", &record)
	calls := record.Calls[len(record.Calls)-2:]
	want(t, "the first call", calls[0].Method, "chat.postMessage")
	want(t, "its text", calls[0].Args["text"], any("hello"))
	want(t, "its token", calls[0].Args["token"], nil)
	want(t, "the second call's error", calls[1].Answer["error"], any("message_not_found"))
	want(t, "the deliveries", len(record.Deliveries), 1)
	want(t, "the delivery", record.Deliveries[0].Type, "slash_command")
	want(t, "its text", record.Deliveries[0].Payload["text"], any("status"))
	want(t, "acked", record.Deliveries[0].Acked, true)

	var state struct {
		Sockets struct{ Connections, Acks int } `json:"sockets"`
	}
	h.get("/control/state", &state)
	want(t, "the connections", state.Sockets.Connections, 1)
	want(t, "the acknowledgements", state.Sockets.Acks, 1)
}
