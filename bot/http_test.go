package bot_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/steward-bot/steward/bot"
	"github.com/steward-bot/steward/standin/slack"
)

func TestOverHTTPTheSameStoryIsToldAsOverSocketMode(t *testing.T) {
	h := furnish(t)
	h.start(bot.HTTPMode)
	h.command("U0ANA", "C0SHOP", "rollback checkout")
	form := h.modal("U0ANA", "needs a justification")
	if refused := h.submit("U0ANA", form, "\u200b"); len(refused["errors"].(map[string]any)) != 1 {
		t.Errorf("a hidden character: %v", refused)
	}
	h.submit("U0ANA", form, link)
	h.press("U0ANA", h.said("C0SHOP", 2), "confirm")
	h.until("it is under way", func() bool { return len(h.runner.requests()) == 3 })
	h.mention("U0BEN", "C0SHOP", "access", "")
	h.ephemeral("U0BEN", "C0SHOP", 1)
	for _, again := range []slack.Redelivery{{Envelope: "same"}, {Envelope: "new"}} {
		h.redeliver(again)
	}
	if n := len(h.runner.requests()); n != 4 {
		t.Errorf("the Runner was asked %d times, not 4", n)
	}
}

func TestWhatSlackDidNotSignIsTurnedAway(t *testing.T) {
	h := furnish(t)
	h.start(bot.HTTPMode)
	body := url.Values{"team_id": {"T0ACME"}, "user_id": {"U0ANA"}, "channel_id": {"C0SHOP"}, "text": {"access"}, "trigger_id": {"1.2.x"}}.Encode()
	now := time.Now()
	good := h.slack.App().SigningSecret
	for _, c := range []struct {
		name   string
		header http.Header
		body   string
		status int
		words  string
	}{
		{"no signature", http.Header{}, body, 401, "The signature is not Slack's. Check slack.signing_secret against the app's Basic Information page.\n"},
		{"a wrong secret", sign("wrong", now, body), body, 401, "The signature is not Slack's. Check slack.signing_secret against the app's Basic Information page.\n"},
		{"another body", sign(good, now, "text=access"), body, 401, "The signature is not Slack's. Check slack.signing_secret against the app's Basic Information page.\n"},
		{"an old request", sign(good, now.Add(-6*time.Minute), body), body, 401, "The request is more than five minutes old, or this machine's clock is wrong.\n"},
		{"a request from the future", sign(good, now.Add(6*time.Minute), body), body, 401, "The request is more than five minutes old, or this machine's clock is wrong.\n"},
		{"too much", sign(good, now, strings.Repeat("x", 2<<20)), strings.Repeat("x", 2<<20), 413, "The body could not be read, or is larger than 1048576 bytes.\n"},
		{"a good one", sign(good, now, body), body, 200, ""},
		{"the good one again", sign(good, now, body), body, 200, ""},
	} {
		status, words := h.postTo(bot.CommandsPath, c.header, c.body)
		if status != c.status || words != c.words {
			t.Errorf("%s: %d %q, not %d %q", c.name, status, words, c.status, c.words)
		}
	}
	h.until("the good one is done", func() bool { return len(h.runner.requests()) == 1 })
	if n := h.count("steward_slack_refused_total"); n != 6 {
		t.Errorf("%v requests were counted as refused", n)
	}
}

func TestSlackVerifiesTheAddress(t *testing.T) {
	h := furnish(t)
	h.start(bot.HTTPMode)
	body := `{"type":"url_verification","token":"x","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}`
	if status, words := h.postTo(bot.EventsPath, sign(h.slack.App().SigningSecret, time.Now(), body), body); status != 200 || words != "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P" {
		t.Errorf("answered %d %q", status, words)
	}
}

func sign(secret string, at time.Time, body string) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	return http.Header{"X-Slack-Request-Timestamp": {stamp}, "X-Slack-Signature": {"v0=" + hex.EncodeToString(mac.Sum(nil))}}
}

func (h *house) postTo(path string, header http.Header, body string) (status int, words string) {
	h.t.Helper()
	req, err := http.NewRequest(http.MethodPost, h.web.URL+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header = header.Clone()
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}
