package slack_test

import (
	"bytes"
	"net/http"
	"net/url"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
)

// respond posts to a response URL as slack-go does.
func (h *house) respond(to, kind string, options ...slackgo.MsgOption) error {
	return h.speak(append(options, slackgo.MsgOptionResponseURL(to, kind))...)
}

// speak posts with options that name their own address.
func (h *house) speak(options ...slackgo.MsgOption) error {
	_, _, err := h.api.PostMessage("", options...)
	return err
}

// commanded is a workspace where ana has typed a command, and its response URL.
func commanded(t *testing.T) (*house, string) {
	t.Helper()
	h := start(t)
	b := h.connect(silent)
	h.command("U0ANA", "C0LOBBY", "status") // where the bot is not: response URLs work all the same
	return h, b.nextCommand().ResponseURL
}

func TestAResponseURLSpeaksToThePersonOrToAll(t *testing.T) {
	h, to := commanded(t)
	if err := h.respond(to, slackgo.ResponseTypeEphemeral, text("for you")); err != nil {
		t.Fatal(err)
	}
	if err := h.respond(to, slackgo.ResponseTypeInChannel, text("for all"), slackgo.MsgOptionBlocks(button("confirm", "1"))); err != nil {
		t.Fatal(err)
	}
	want(t, "for ana", h.channel("C0LOBBY", "U0ANA").Ephemerals[0].Text, "for you")
	want(t, "for gia", h.channel("C0LOBBY", "U0GIA").Messages[0].Text, "for all")
}

func TestAResponseURLIsGoodForFiveUses(t *testing.T) {
	h, to := commanded(t)
	for i := range 5 {
		if err := h.respond(to, slackgo.ResponseTypeEphemeral, text("again")); err != nil {
			t.Fatalf("use %d: %v", i+1, err)
		}
	}
	wantHook(t, to, "application/json", `{"text":"a sixth"}`, 404, "used_url")
	want(t, "what ana sees", len(h.channel("C0LOBBY", "U0ANA").Ephemerals), 5)
}

func TestAResponseURLIsGoodForHalfAnHour(t *testing.T) {
	h, to := commanded(t)
	h.AdvanceClock(29 * time.Minute)
	if err := h.respond(to, slackgo.ResponseTypeEphemeral, text("in time")); err != nil {
		t.Fatal(err)
	}
	h.AdvanceClock(2 * time.Minute)
	wantHook(t, to, "application/json", `{"text":"late"}`, 404, "expired_url")
}

func TestAResponseURLWantsAContentTypeItKnows(t *testing.T) {
	h, to := commanded(t)
	wantHook(t, to, "application/json; charset=utf-8", `{"text":"as JSON"}`, 200, "")
	wantHook(t, to, "application/x-www-form-urlencoded", url.Values{"payload": {`{"text":"as a form"}`}}.Encode(), 200, "")
	wantHook(t, to, "text/plain", `{"text":"as text"}`, 400, "invalid_payload")
	wantHook(t, to, "application/x-www-form-urlencoded", "text=no+payload", 400, "invalid_payload")
	wantHook(t, to, "application/json", `{"text":`, 400, "invalid_json")
	wantHook(t, to, "application/json", `{}`, 400, "no_text")
	wantHook(t, to, "application/json", `{"blocks":[{"type":"poem"}]}`, 400, "invalid_blocks")
	wantHook(t, h.url+"/commands/made-up", "application/json", `{"text":"x"}`, 404, "no_service")
	want(t, "what ana sees", len(h.channel("C0LOBBY", "U0ANA").Ephemerals), 2)
}

func wantHook(t *testing.T, to, kind, body string, status int, code string) {
	t.Helper()
	response, err := http.Post(to, kind, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	want(t, "the status for "+body, response.StatusCode, status)
	want(t, "the content type", response.Header.Get("Content-Type"), "application/json; charset=utf-8")
	var said did
	decodeInto(t, response.Body, &said)
	want(t, "the error for "+body, said.Error, code)
}

func TestAPressedMessageIsReplacedOrDeletedByItsResponseURL(t *testing.T) {
	h := start(t)
	b := h.connect(silent)
	pressed := func(user, ts string) string {
		if d := h.post("/person/press", fields{"user": user, "channel": "C0SHOP", "message_ts": ts, "action_id": "share"}); !d.OK {
			t.Fatal(d.Error)
		}
		return b.nextInteraction().ResponseURL
	}
	whisper, err := h.api.PostEphemeral("C0SHOP", "U0ANA", text("Share?"), slackgo.MsgOptionBlocks(button("share", "1")))
	if err != nil {
		t.Fatal(err)
	}
	to := pressed("U0ANA", whisper)
	if err := h.speak(slackgo.MsgOptionReplaceOriginal(to), text("Shared.")); err != nil {
		t.Fatal(err)
	}
	mine := h.channel("C0SHOP", "U0ANA").Ephemerals
	if len(mine) != 1 || mine[0].Text != "Shared." || len(mine[0].Blocks) != 0 || mine[0].Edited != 1 {
		t.Errorf("ana sees %+v", mine)
	}
	if err := h.speak(slackgo.MsgOptionDeleteOriginal(to)); err != nil {
		t.Fatal(err)
	}
	want(t, "ana's ephemerals", len(h.channel("C0SHOP", "U0ANA").Ephemerals), 0)

	ts := h.say("C0SHOP", text("Confirm?"), slackgo.MsgOptionBlocks(button("share", "1")))
	if err := h.speak(slackgo.MsgOptionReplaceOriginal(pressed("U0BEN", ts)), text("Confirmed by ben.")); err != nil {
		t.Fatal(err)
	}
	want(t, "the message", h.channel("C0SHOP", "U0ANA").Messages[0].Text, "Confirmed by ben.")
}
