package slack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/steward-bot/steward/standin/slack"
)

func TestAuthTestSaysWhoTheBotIsAndWhichScopesItHas(t *testing.T) {
	h := start(t)
	who, err := h.api.AuthTest()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the team", who.TeamID, "T0ACME")
	want(t, "the user", who.UserID, "U0STEWARD")
	want(t, "the bot", who.BotID, "B0STEWARD")
	want(t, "the URL", who.URL, "https://acme.slack.com/")
	want(t, "X-OAuth-Scopes", who.Header.Get("X-Oauth-Scopes"), strings.Join(h.App().Scopes, ","))
}

func TestTokensAreChecked(t *testing.T) {
	h := start(t)
	cases := []struct {
		name, token, code string
		call              func(*slackgo.Client) error
	}{
		{"a wrong token", "xoxb-wrong", "invalid_auth", func(c *slackgo.Client) error { _, err := c.AuthTest(); return err }},
		{"no token", "", "not_authed", func(c *slackgo.Client) error { _, err := c.AuthTest(); return err }},
		{"the app's token where the bot's belongs", "xapp-standin", "not_allowed_token_type", func(c *slackgo.Client) error {
			_, err := c.GetUserInfo("U0ANA")
			return err
		}},
		{"a wrong token on a JSON call", "xoxb-wrong", "invalid_auth", func(c *slackgo.Client) error {
			_, err := c.OpenView("1.2.3", slackgo.ModalViewRequest{Type: "modal"})
			return err
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { wantCode(t, c.call(h.client(c.token)), c.code) })
	}
}

func TestTheBotsTokenOpensNoSocket(t *testing.T) {
	h := start(t)
	api := slackgo.New("", slackgo.OptionAPIURL(h.url+"/api/"), slackgo.OptionAppLevelToken(h.App().BotToken))
	_, _, err := api.StartSocketModeContext(context.Background())
	wantCode(t, err, "not_allowed_token_type")
}

func TestAMissingScopeIsNamedWithThoseThatThereAre(t *testing.T) {
	h := start(t, func(o *slack.Options) { o.App.Scopes = []string{"commands", "users:read", "channels:read"} })
	_, _, err := h.api.PostMessage("C0SHOP", text("hello"))
	wantCode(t, err, "missing_scope")
	no := refusalOf(t, err)
	want(t, "needed", no.Needed, "chat:write")
	want(t, "provided", no.Provided, "commands,users:read,channels:read")

	_, err = h.api.GetConversationInfo(&slackgo.GetConversationInfoInput{ChannelID: "C0OPS"})
	wantCode(t, err, "missing_scope")
	no = refusalOf(t, err)
	want(t, "needed for a private channel", no.Needed, "groups:read")

	ana, err := h.api.GetUserInfo("U0ANA")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the e-mail without users:read.email", ana.Profile.Email, "")
}

// Other people's clients send everything as JSON, or the token as a Bearer
// with a form: Slack takes both.
func TestFormsAndJSONAndBothPlacesOfTheTokenAreTaken(t *testing.T) {
	h := start(t)
	token := h.App().BotToken
	form := func(v url.Values) (string, string) { return "application/x-www-form-urlencoded", v.Encode() }
	asJSON := func(v any) (string, string) {
		b, _ := json.Marshal(v)
		return "application/json; charset=utf-8", string(b)
	}
	cases := []struct {
		name   string
		bearer bool
		body   func() (string, string)
		code   string
	}{
		{"form with the token in it", false, func() (string, string) {
			return form(url.Values{"token": {token}, "channel": {"C0SHOP"}, "text": {"hello"}})
		}, ""},
		{"form with a Bearer", true, func() (string, string) {
			return form(url.Values{"channel": {"C0SHOP"}, "blocks": {`[{"type":"divider"}]`}})
		}, ""},
		{"JSON with a Bearer and nested blocks", true, func() (string, string) {
			return asJSON(fields{"channel": "C0SHOP", "blocks": []any{fields{"type": "divider"}}})
		}, ""},
		{"JSON with a Bearer and blocks as a string", true, func() (string, string) {
			return asJSON(fields{"channel": "C0SHOP", "blocks": `[{"type":"divider"}]`})
		}, ""},
		{"JSON with the token in it", false, func() (string, string) {
			return asJSON(fields{"token": token, "channel": "C0SHOP", "text": "hello"})
		}, "not_authed"},
		{"broken JSON", true, func() (string, string) { return "application/json", `{"channel":` }, "invalid_json"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			kind, body := c.body()
			want(t, "the error", postAPI(t, h, "chat.postMessage", kind, body, c.bearer), c.code)
		})
	}
}

func postAPI(t *testing.T, h *house, method, kind, body string, bearer bool) string {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, h.url+"/api/"+method, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", kind)
	if bearer {
		request.Header.Set("Authorization", "Bearer "+h.App().BotToken)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var said struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
	}
	if err := json.NewDecoder(response.Body).Decode(&said); err != nil {
		t.Fatal(err)
	}
	want(t, "ok", said.OK, said.Error == "")
	return said.Error
}

func TestAnUnknownMethodIsRefused(t *testing.T) {
	h := start(t)
	_, _, err := h.api.DeleteMessage("C0SHOP", "1.000001")
	wantCode(t, err, "unknown_method")
}

func TestMethodsAreLimitedByTheirTier(t *testing.T) {
	h := start(t, func(o *slack.Options) {
		o.Limits = slack.Limits{Tier4: slack.Rate{Every: 10 * time.Second, Burst: 2}}
	})
	for range 2 {
		if _, err := h.api.GetUserInfo("U0ANA"); err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.api.GetUserInfo("U0ANA")
	want(t, "Retry-After of the third call", waitOf(err), 10*time.Second)
	if _, _, err := h.api.GetUsersInConversation(&slackgo.GetUsersInConversationParameters{ChannelID: "C0SHOP"}); err != nil {
		t.Errorf("another method of the tier is counted by itself, but: %v", err)
	}
	h.AdvanceClock(11 * time.Second)
	if _, err := h.api.GetUserInfo("U0ANA"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestPostingIsLimitedByChannelAndEditingIsNot(t *testing.T) {
	h := start(t, func(o *slack.Options) { o.Limits = slack.Limits{} })
	ts := ""
	for range 5 {
		ts = h.say("C0SHOP", text("hello"))
	}
	_, _, err := h.api.PostMessage("C0SHOP", text("too much"))
	want(t, "Retry-After of the sixth message at once", waitOf(err), time.Second)
	h.say("C0OPS", text("another channel"))
	for range 20 {
		if _, _, _, err := h.api.UpdateMessage("C0SHOP", ts, text("edited")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSlacksOwnTiersAreTheDefault(t *testing.T) {
	h := start(t, func(o *slack.Options) { o.Limits = slack.Limits{} })
	calls := map[string]struct {
		burst int
		call  func() error
	}{
		"usergroups.users.list (tier 2)": {20, func() error { _, err := h.api.GetUserGroupMembers("S0SRE"); return err }},
		"users.lookupByEmail (tier 3)":   {50, func() error { _, err := h.api.GetUserByEmail("ana@acme.example"); return err }},
		"users.info (tier 4)":            {100, func() error { _, err := h.api.GetUserInfo("U0ANA"); return err }},
	}
	for name, c := range calls {
		t.Run(name, func(t *testing.T) {
			for i := range c.burst {
				if err := c.call(); err != nil {
					t.Fatalf("call %d: %v", i+1, err)
				}
			}
			if waitOf(c.call()) == 0 {
				t.Errorf("call %d at once is not limited", c.burst+1)
			}
		})
	}
}
