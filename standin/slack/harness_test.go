package slack_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/steward-bot/steward/standin/slack"
)

// acme is a small workspace: ana and ben run the shop, gia is a guest, eve is
// of another company, and gus has left.
func acme() slack.Workspace {
	return slack.Workspace{
		ID: "T0ACME", Name: "Acme", Domain: "acme",
		People: []slack.Person{
			{ID: "U0ANA", Name: "ana", RealName: "Ana Lima", Email: "ana@acme.example"},
			{ID: "U0BEN", Name: "ben", Email: "ben@acme.example", EmailUnconfirmed: true},
			{ID: "U0GIA", Name: "gia", UltraRestricted: true},
			{ID: "U0GUS", Name: "gus", Email: "gus@acme.example", Deleted: true},
			{ID: "U0EVE", Name: "eve", Email: "eve@other.example", Stranger: true, TeamID: "T0OTHER"},
		},
		Groups: []slack.Group{
			{ID: "S0SRE", Handle: "sre", Name: "SRE", Users: []string{"U0ANA", "U0BEN"}},
			{ID: "S0OLD", Handle: "old", Name: "Old", Disabled: true},
		},
		Channels: []slack.Channel{
			{ID: "C0SHOP", Name: "shop", Topic: "The shop", Members: []string{"U0ANA", "U0BEN", "U0STEWARD"}},
			{ID: "C0OPS", Name: "ops", Private: true, Members: []string{"U0ANA", "U0STEWARD"}},
			{ID: "C0SECRET", Name: "secret", Private: true, Members: []string{"U0BEN"}},
			{ID: "C0LOBBY", Name: "lobby", Members: []string{"U0ANA", "U0GIA"}},
			{ID: "C0OLD", Name: "old", Archived: true, Members: []string{"U0ANA", "U0STEWARD"}},
			{ID: "C0BOTH", Name: "both", ExtShared: true, Members: []string{"U0ANA", "U0EVE", "U0STEWARD"}},
		},
	}
}

// house is one running workspace and the bot's client for it.
type house struct {
	*slack.Server
	t   *testing.T
	url string
	api *slackgo.Client
}

// start runs the workspace of acme, without rate limits unless the test asks
// for them.
func start(t *testing.T, change ...func(*slack.Options)) *house {
	t.Helper()
	o := slack.Options{Workspace: acme(), Limits: slack.NoLimits()}
	for _, how := range change {
		how(&o)
	}
	s, err := slack.New(o)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(func() { s.Close(); web.Close() })
	h := &house{Server: s, t: t, url: web.URL}
	h.api = h.client(s.App().BotToken)
	return h
}

// client is slack-go with any token.
func (h *house) client(token string) *slackgo.Client {
	return slackgo.New(token, slackgo.OptionAPIURL(h.url+"/api/"), slackgo.OptionAppLevelToken(h.App().AppToken),
		slackgo.OptionHTTPClient(&http.Client{Timeout: 10 * time.Second}))
}

// quick shortens the deadlines, for tests that wait for them to pass.
func quick(o *slack.Options) {
	o.Timing.AckDeadline = 500 * time.Millisecond
	o.Timing.EventRetries = []time.Duration{0, 10 * time.Millisecond, 10 * time.Millisecond}
}

// did is what the person and control APIs answer to an act.
type did struct {
	OK       bool              `json:"ok"`
	Error    string            `json:"error"`
	TS       string            `json:"ts"`
	Errors   map[string]string `json:"errors"`
	View     *modal            `json:"view"`
	Delivery slack.Receipt     `json:"delivery"`
	status   int
}

// modal is a view as a person sees it.
type modal struct {
	ID     string `json:"id"`
	Hash   string `json:"hash"`
	Blocks []struct {
		BlockID string `json:"block_id"`
	} `json:"blocks"`
	Title struct {
		Text string `json:"text"`
	} `json:"title"`
	PreviousViewID string `json:"previous_view_id"`
	State          struct {
		Values map[string]map[string]map[string]any `json:"values"`
	} `json:"state"`
}

// post does something as a person, or controls the server.
func (h *house) post(path string, body any) did {
	h.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	response, err := http.Post(h.url+path, "application/json", bytes.NewReader(raw))
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	d := did{status: response.StatusCode}
	if err := json.NewDecoder(response.Body).Decode(&d); err != nil {
		h.t.Fatalf("POST %s: %v", path, err)
	}
	return d
}

// get looks at something as a person.
func (h *house) get(path string, into any) int {
	h.t.Helper()
	response, err := http.Get(h.url + path)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		h.t.Fatalf("GET %s: %v", path, err)
	}
	return response.StatusCode
}

type fields = map[string]any

func (h *house) command(user, channel, text string) did {
	h.t.Helper()
	return h.post("/person/command", fields{"user": user, "channel": channel, "text": text})
}

// message is one message as a person sees it.
type message struct {
	TS        string           `json:"ts"`
	User      string           `json:"user"`
	Name      string           `json:"name"`
	Text      string           `json:"text"`
	ThreadTS  string           `json:"thread_ts"`
	Blocks    []map[string]any `json:"blocks"`
	Edited    int              `json:"edited"`
	Ephemeral bool             `json:"ephemeral"`
	Thread    []message        `json:"thread"`
	Reactions []struct {
		Name  string   `json:"name"`
		Users []string `json:"users"`
	} `json:"reactions"`
	Files []struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	} `json:"files"`
}

// channel is a channel as a person sees it.
type channel struct {
	Messages   []message `json:"messages"`
	Ephemerals []message `json:"ephemerals"`
	Channel    struct {
		Name      string           `json:"name"`
		Bookmarks []map[string]any `json:"bookmarks"`
	} `json:"channel"`
}

func (h *house) channel(id, user string) channel {
	h.t.Helper()
	var c channel
	if status := h.get("/person/channel/"+id+"?user="+user, &c); status != http.StatusOK {
		h.t.Fatalf("%s cannot see %s: HTTP %d", user, id, status)
	}
	return c
}

// view is the modal that a person has before them, nil if none.
func (h *house) view(user string) (*modal, map[string]string, string) {
	h.t.Helper()
	var shown struct {
		View    *modal            `json:"view"`
		Errors  map[string]string `json:"errors"`
		Trouble string            `json:"trouble"`
	}
	h.get("/person/view/"+user, &shown)
	return shown.View, shown.Errors, shown.Trouble
}

// say posts a message as the bot and returns its ts.
func (h *house) say(channel string, options ...slackgo.MsgOption) string {
	h.t.Helper()
	_, ts, err := h.api.PostMessage(channel, options...)
	if err != nil {
		h.t.Fatal(err)
	}
	return ts
}

// codeOf is Slack's error code and messages.
func codeOf(err error) (string, []string) {
	var no slackgo.SlackErrorResponse
	if errors.As(err, &no) {
		return no.Err, no.ResponseMetadata.Messages
	}
	if err == nil {
		return "", nil
	}
	return err.Error(), nil
}

func refusalOf(t *testing.T, err error) slackgo.SlackErrorResponse {
	t.Helper()
	var no slackgo.SlackErrorResponse
	if !errors.As(err, &no) {
		t.Fatalf("%v is not a refusal of Slack's", err)
	}
	return no
}

// waitOf is how long a rate limit asks to wait, 0 for any other error.
func waitOf(err error) time.Duration {
	var limited *slackgo.RateLimitedError
	if errors.As(err, &limited) {
		return limited.RetryAfter
	}
	return 0
}

// wantCode fails unless err is Slack's refusal with this code.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if got, messages := codeOf(err); got != code {
		t.Errorf("got the error %q %q, want %q", got, messages, code)
	}
}

func want[T comparable](t *testing.T, what string, got, wanted T) {
	t.Helper()
	if got != wanted {
		t.Errorf("%s is %v, want %v", what, got, wanted)
	}
}

// eventually waits for something that happens by itself.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("not within 5 s: %s", what)
}

func words(n int) string { return strings.Repeat("é", n) }

// text is a message without blocks.
func text(s string) slackgo.MsgOption { return slackgo.MsgOptionText(s, false) }

// raw is a block written as JSON, for what slack-go's types cannot say.
type raw string

func (raw) BlockType() slackgo.MessageBlockType { return "raw" }
func (raw) ID() string                          { return "" }
func (r raw) MarshalJSON() ([]byte, error)      { return []byte(r), nil }

// button is an actions block with one button.
func button(actionID, value string) slackgo.Block {
	label := slackgo.NewTextBlockObject(slackgo.PlainTextType, "Confirm", false, false)
	return slackgo.NewActionBlock("", slackgo.NewButtonBlockElement(actionID, value, label))
}

// rawList is several blocks written as JSON, with commas between them.
func rawList(list string) []slackgo.Block {
	var items []json.RawMessage
	if err := json.Unmarshal([]byte("["+list+"]"), &items); err != nil {
		panic(err)
	}
	blocks := make([]slackgo.Block, len(items))
	for i, item := range items {
		blocks[i] = raw(item)
	}
	return blocks
}

func decodeInto(t *testing.T, body io.Reader, into any) {
	t.Helper()
	if err := json.NewDecoder(body).Decode(into); err != nil {
		t.Fatal(err)
	}
}
