package test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// httpMode tells Slack where steward serves its requests.
func (w *world) httpMode(ts *testscript.TestScript, _ bool, _ []string) {
	control(ts, w.slack.URL, []string{"request-urls", fmt.Sprintf(
		`{"commands":"%[1]s/slack/commands","interactive":"%[1]s/slack/interactive","events":"%[1]s/slack/events"}`, w.http)})
}

// forge KIND STATUS posts a command that does not come from Slack, and expects
// to be turned away.
func (w *world) forge(ts *testscript.TestScript, _ bool, args []string) {
	body := url.Values{"command": {"/k8s"}, "text": {"rollback checkout"}, "team_id": {"T0ACME"}, "user_id": {w.people["ana"]}, "channel_id": {"C0SHOP"}, "trigger_id": {"1.2.3"}}.Encode()
	at, secret := time.Now(), "standin-signing-secret"
	switch args[0] {
	case "wrong":
		secret = "guessed"
	case "old":
		at = at.Add(-6 * time.Minute)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	req, err := http.NewRequest(http.MethodPost, w.http+"/slack/commands", strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if args[0] != "unsigned" {
		req.Header.Set("X-Slack-Request-Timestamp", stamp)
		req.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	}
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	resp.Body.Close()
	if got := strconv.Itoa(resp.StatusCode); got != args[1] {
		ts.Fatalf("a forged request (%s) got %s\n%s", args[0], got, w.logs)
	}
}
