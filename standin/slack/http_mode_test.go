package slack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"github.com/steward-bot/steward/standin/slack"
)

// received is one request that came to the app.
type received struct {
	path   string
	header http.Header
	body   []byte
}

// app is the app's side of HTTP mode. It verifies every signature with
// slack-go and answers as told.
type app struct {
	t      *testing.T
	url    string
	secret string
	came   chan received
	// trusting leaves the signature to the test.
	trusting bool

	mu     sync.Mutex
	answer http.HandlerFunc
}

// inHTTPMode is a workspace whose app listens on HTTP.
func inHTTPMode(t *testing.T) (*house, *app) {
	t.Helper()
	a := &app{t: t, came: make(chan received, 100), answer: func(http.ResponseWriter, *http.Request) {}}
	web := httptest.NewServer(a)
	t.Cleanup(web.Close)
	a.url = web.URL
	h := start(t, quick, func(o *slack.Options) {
		o.App.SigningSecret = "8f742231b10e8888abcd99yyyzzz85a5"
		o.App.RequestURLs = slack.RequestURLs{
			Commands: a.url + "/slack/commands", Interactive: a.url + "/slack/interactive", Events: a.url + "/slack/events",
		}
	})
	a.secret = h.App().SigningSecret
	return h, a
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Errorf("reading the request: %v", err)
	}
	if err := verify(r.Header, a.secret, body); err != nil && !a.trusting {
		a.t.Errorf("the signature of %s: %v", r.URL.Path, err)
	}
	a.mu.Lock()
	answer := a.answer
	a.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(body))
	a.came <- received{r.URL.Path, r.Header, body}
	answer(w, r)
}

func verify(header http.Header, secret string, body []byte) error {
	v, err := slackgo.NewSecretsVerifier(header, secret)
	if err != nil {
		return err
	}
	if _, err := v.Write(body); err != nil {
		return err
	}
	return v.Ensure()
}

func (a *app) answers(how http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer = how
}

func answering(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// request is what came, as slack-go's parsers take it.
func (r received) request() *http.Request {
	request := httptest.NewRequest(http.MethodPost, r.path, bytes.NewReader(r.body))
	request.Header = r.header
	return request
}

func TestACommandIsPostedAsASignedForm(t *testing.T) {
	h, a := inHTTPMode(t)
	if d := h.command("U0ANA", "C0SHOP", "rollback checkout because x&y"); !d.OK {
		t.Fatal(d.Error)
	}
	r := <-a.came
	want(t, "the path", r.path, "/slack/commands")
	want(t, "the content type", r.header.Get("Content-Type"), "application/x-www-form-urlencoded")
	c, err := slackgo.SlashCommandParse(r.request())
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the command", c.Command+" "+c.Text+" "+c.UserID+" "+c.ChannelID+" "+c.TeamID, "/k8s rollback checkout because x&y U0ANA C0SHOP T0ACME")
	if c.TriggerID == "" || c.ResponseURL == "" {
		t.Errorf("the command lacks its trigger id or response URL: %+v", c)
	}
	if err := verify(r.header, "another secret", r.body); err == nil {
		t.Error("the signature fits any secret")
	}
	if err := verify(r.header, a.secret, append(r.body, 'x')); err == nil {
		t.Error("the signature fits any body")
	}
}

func TestTheBodyOfTheAnswerIsShown(t *testing.T) {
	h, a := inHTTPMode(t)
	cases := []struct{ kind, body, shown string }{
		{"text/plain", "Looking…", "Looking…"},
		{"application/json", `{"text":"Looking closer…"}`, "Looking closer…"},
	}
	for _, c := range cases {
		a.answers(answering(200, c.kind, c.body))
		h.command("U0ANA", "C0SHOP", "status")
		seen := h.channel("C0SHOP", "U0ANA").Ephemerals
		want(t, "what ana sees", seen[len(seen)-1].Text, c.shown)
	}
}

func TestAFailingAppFailsTheCommand(t *testing.T) {
	h, a := inHTTPMode(t)
	a.answers(answering(500, "text/plain", "oops"))
	want(t, "after HTTP 500", h.command("U0ANA", "C0SHOP", "status").Error, `/k8s failed with the error "dispatch_failed"`)
	a.answers(answering(302, "text/plain", ""))
	want(t, "after a redirect", h.command("U0ANA", "C0SHOP", "status").Error, `/k8s failed with the error "dispatch_failed"`)
	slow := make(chan struct{})
	a.answers(func(http.ResponseWriter, *http.Request) { <-slow })
	want(t, "after too long", h.command("U0ANA", "C0SHOP", "status").Error, `/k8s failed with the error "operation_timeout"`)
	close(slow)
	h.SetRequestURLs(slack.RequestURLs{Commands: "http://127.0.0.1:1/slack/commands"})
	want(t, "where nobody listens", h.command("U0ANA", "C0SHOP", "status").Error, `/k8s failed with the error "dispatch_failed"`)
}

func TestInteractionsArePostedAndAnswered(t *testing.T) {
	h, a := inHTTPMode(t)
	ts := h.say("C0SHOP", text("Confirm?"), slackgo.MsgOptionBlocks(button("confirm", "1")))
	if d := h.post("/person/press", fields{"user": "U0ANA", "channel": "C0SHOP", "message_ts": ts, "action_id": "confirm"}); !d.OK {
		t.Fatal(d.Error)
	}
	r := <-a.came
	want(t, "the path", r.path, "/slack/interactive")
	c, err := slackgo.InteractionCallbackParse(r.request())
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the value", c.ActionCallback.BlockActions[0].Value, "1")
	v, err := h.api.OpenView(c.TriggerID, form("Roll back"))
	if err != nil {
		t.Fatal(err)
	}
	a.answers(answering(200, "application/json", `{"response_action":"errors","errors":{"why":"This incident is resolved."}}`))
	want(t, "the error", submit(h, v.ID, "x").Errors["why"], "This incident is resolved.")
	a.answers(answering(200, "text/plain", "ok"))
	want(t, "an answer that is no JSON", submit(h, v.ID, "x").Error, "We had some trouble connecting. Try again?")
	a.answers(answering(200, "", ""))
	if d := submit(h, v.ID, "x"); !d.OK || d.View != nil {
		t.Errorf("an empty answer came to %+v", d)
	}
}

func TestEventsAreRetriedWithNumberAndReason(t *testing.T) {
	h, a := inHTTPMode(t)
	a.answers(answering(503, "text/plain", ""))
	h.post("/person/mention", fields{"user": "U0ANA", "channel": "C0SHOP", "text": "status"})
	ids := map[string]bool{}
	for attempt, number := range []string{"", "1", "2", "3"} {
		r := <-a.came
		want(t, "the path", r.path, "/slack/events")
		want(t, "the content type", r.header.Get("Content-Type"), "application/json")
		want(t, "X-Slack-Retry-Num", r.header.Get("X-Slack-Retry-Num"), number)
		if attempt > 0 {
			want(t, "X-Slack-Retry-Reason", r.header.Get("X-Slack-Retry-Reason"), "http_error")
		}
		e, err := slackevents.ParseEvent(r.body, slackevents.OptionNoVerifyToken())
		if err != nil {
			t.Fatal(err)
		}
		callback, _ := e.Data.(*slackevents.EventsAPICallbackEvent)
		ids[callback.EventID] = true
	}
	want(t, "the event ids", len(ids), 1)
	time.Sleep(100 * time.Millisecond)
	want(t, "what comes after the third retry", len(a.came), 0)
}

func TestAnAppCanDeclineRetries(t *testing.T) {
	h, a := inHTTPMode(t)
	a.answers(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Slack-No-Retry", "1")
		w.WriteHeader(http.StatusInternalServerError)
	})
	h.post("/person/mention", fields{"user": "U0ANA", "channel": "C0SHOP", "text": "status"})
	<-a.came
	time.Sleep(100 * time.Millisecond)
	want(t, "the retries", len(a.came), 0)
}

func TestAReplayIsTheSameRequestByteForByte(t *testing.T) {
	h, a := inHTTPMode(t)
	h.command("U0ANA", "C0SHOP", "rollback checkout")
	first := <-a.came
	h.post("/control/redeliver", fields{"envelope": "same"})
	replay := <-a.came
	want(t, "the body", string(replay.body), string(first.body))
	want(t, "the signature", replay.header.Get("X-Slack-Signature"), first.header.Get("X-Slack-Signature"))
}

func TestAnOldSignatureCanBeMade(t *testing.T) {
	h, a := inHTTPMode(t)
	a.trusting = true
	h.AdvanceClock(-10 * time.Minute)
	h.command("U0ANA", "C0SHOP", "status")
	r := <-a.came
	err := verify(r.header, a.secret, r.body)
	if !errors.Is(err, slackgo.ErrExpiredTimestamp) {
		t.Errorf("a signature of ten minutes ago gives %v", err)
	}
}

func TestTheEventsURLIsChallenged(t *testing.T) {
	h, a := inHTTPMode(t)
	a.answers(func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Challenge, Type string }
		decodeInto(t, r.Body, &asked)
		want(t, "the type", asked.Type, "url_verification")
		_ = json.NewEncoder(w).Encode(map[string]string{"challenge": asked.Challenge})
	})
	if err := h.VerifyRequestURL(context.Background()); err != nil {
		t.Error(err)
	}
	a.answers(answering(200, "text/plain", "something else"))
	d := h.post("/control/verify-url", fields{})
	want(t, "a wrong answer", d.Error, a.url+"/slack/events answered 200 OK and not with the challenge's value")
}

func TestTheModeCanChangeWhileItRuns(t *testing.T) {
	h, a := inHTTPMode(t)
	b := h.connect(silent)
	h.command("U0ANA", "C0SHOP", "over HTTP")
	<-a.came
	h.post("/control/request-urls", fields{})
	h.command("U0ANA", "C0SHOP", "over the socket")
	want(t, "the command", b.nextCommand().Text, "over the socket")
}
