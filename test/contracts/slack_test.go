//go:build contracts

package contracts

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	client "github.com/slack-go/slack"

	"github.com/steward-bot/steward/standin/slack"
)

// notSpoken are samples of what steward has no use for.
func notSpoken() map[string]string {
	return map[string]string{"views.publish": "steward has no home tab"}
}

// known are keys that Slack documents and its client library reads, and that
// the samples lack: they were made from types in which these are of open type.
//   - https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
//   - https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
func known() []string {
	return []string{".state.values is not in the sample", ".view.state.values is not in the sample", ".view.blocks is not in the sample"}
}

// read are the keys that the client library needs, or steward reads, by
// sample. Every answer needs ok.
func read() map[string][]string {
	who := []string{"type", "user.id", "user.team_id", "team.id", "trigger_id"}
	view := []string{"view.id", "view.team_id", "view.type", "view.hash", "view.callback_id", "view.private_metadata", "view.blocks", "view.state.values", "view.root_view_id", "view.app_id"}
	return map[string][]string{
		"SlashCommandPayload":          {"team_id", "channel_id", "channel_name", "user_id", "command", "text", "response_url", "trigger_id", "api_app_id"},
		"BlockActionPayload":           append(who, "channel.id", "container.type", "container.message_ts", "container.channel_id", "message.ts", "response_url", "actions[].action_id", "actions[].block_id", "actions[].type", "actions[].value"),
		"BlockActionPayload.ephemeral": append(who, "channel.id", "container.message_ts", "container.is_ephemeral", "response_url", "actions[].action_id"),
		"BlockActionPayload.view":      append(append(who, "container.type", "container.view_id", "actions[].action_id"), view...),
		"MessageShortcutPayload":       append(who, "callback_id", "message_ts", "message.ts", "channel.id", "response_url"),
		"ViewSubmissionPayload":        append(who, view...),
		"ViewClosedPayload":            append([]string{"type", "user.id", "team.id", "is_cleared"}, view...),
		"auth.test":                    {"url", "team", "user", "team_id", "user_id", "bot_id"},
		"apps.connections.open":        {"url"},
		"chat.postMessage":             {"channel", "ts", "message.ts"},
		"chat.update":                  {"channel", "ts", "text", "message.text"},
		"chat.postEphemeral":           {"message_ts"},
		"views.open":                   view,
		"views.update":                 view,
		"views.push":                   append(slices.Clone(view), "view.previous_view_id"),
		"users.info":                   person("user."),
		"users.lookupByEmail":          person("user."),
		"usergroups.list":              {"usergroups[].id", "usergroups[].handle", "usergroups[].users"},
		"usergroups.users.list":        {"users"},
		"conversations.info":           {"channel.id", "channel.name", "channel.is_private", "channel.is_archived", "channel.is_ext_shared", "channel.is_member"},
		"conversations.list":           {"channels[].id", "channels[].name", "response_metadata.next_cursor"},
		"conversations.members":        {"members", "response_metadata.next_cursor"},
		"files.getUploadURLExternal":   {"upload_url", "file_id"},
		"files.completeUploadExternal": {"files[].id", "files[].title"},
		"reactions.add":                {},
		"bookmarks.add":                {"bookmark.id"},
	}
}

func person(at string) []string {
	var keys []string
	for _, key := range []string{"id", "team_id", "name", "real_name", "deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_email_confirmed", "profile.email", "profile.display_name"} {
		keys = append(keys, at+key)
	}
	return keys
}

// hold returns where a sample of ours differs from the published one.
func hold(t *testing.T, name string, ours []byte) []string {
	t.Helper()
	kind := strings.TrimSuffix(strings.TrimSuffix(name, ".ephemeral"), ".view")
	text, err := os.ReadFile(filepath.Join(*folder, "slack", kind+".json"))
	if err != nil {
		t.Fatal(err)
	}
	published, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	mine, err := parse(ours)
	if err != nil {
		t.Fatal(err)
	}
	var as shape
	as.learn(published)
	if name == "SlashCommandPayload" {
		as.keys["is_enterprise_install"].kind = "text" // it travels as a form
	}
	found := slices.DeleteFunc(as.differences(mine, ""), func(d string) bool { return slices.Contains(known(), d) })
	needed := read()[name]
	if !strings.Contains(name, "Payload") {
		needed = append([]string{"ok"}, needed...)
	}
	for _, path := range missing(mine, needed) {
		found = append(found, path+" is read by the client and missing")
	}
	return found
}

func samples(t *testing.T) map[string][]byte {
	t.Helper()
	all, err := slack.Samples()
	if err != nil {
		t.Fatal(err)
	}
	made := map[string][]byte{}
	for name, text := range all {
		made[name] = text
	}
	return made
}

func TestSlackAnswersAndSendsWhatItsPublishedSamplesShow(t *testing.T) {
	ours := samples(t)
	files, err := os.ReadDir(filepath.Join(*folder, "slack"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples of Slack: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(file.Name(), ".json")
		_, left := notSpoken()[name]
		if _, spoken := ours[name]; spoken == left {
			t.Errorf("%s: the stand-in has it: %v, it is left out: %v", name, spoken, left)
		}
	}
	for name := range ours {
		if _, needed := read()[name]; !needed && name != "EventPayload" {
			t.Errorf("%s: what the client reads of it is not said here", name)
		}
	}
	for name := range read() {
		for _, difference := range hold(t, name, ours[name]) {
			t.Errorf("%s: %s", name, difference)
		}
	}
}

// tape is a transport that keeps the answers of API methods.
type tape map[string][]byte

// RoundTrip sends the request and keeps the answer.
func (kept tape) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	text, err := drain(response.Body)
	response.Body = io.NopCloser(bytes.NewReader(text))
	kept[strings.TrimPrefix(request.URL.Path, "/api/")] = text
	return response, err
}

func TestSlackAnswersTheSameOverTheWire(t *testing.T) {
	server, err := slack.New(slack.Options{Workspace: slack.Workspace{
		ID: "T0ACME", Name: "Acme",
		People:   []slack.Person{{ID: "U0ANA", Name: "ana", Email: "ana@acme.example"}},
		Groups:   []slack.Group{{ID: "S0SRE", Handle: "sre", Name: "SRE", Users: []string{"U0ANA"}}},
		Channels: []slack.Channel{{ID: "C0SHOP", Name: "shop", Members: []string{"U0ANA", "U0STEWARD"}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	web := httptest.NewServer(server)
	defer web.Close()
	kept := tape{}
	api := client.New(server.App().BotToken, client.OptionAPIURL(web.URL+"/api/"), client.OptionHTTPClient(&http.Client{Transport: kept}))

	ctx := t.Context()
	_, err = api.AuthTestContext(ctx)
	fatal(t, err)
	_, ts, err := api.PostMessageContext(ctx, "C0SHOP", client.MsgOptionText("Roll back?", false))
	fatal(t, err)
	_, _, _, err = api.UpdateMessageContext(ctx, "C0SHOP", ts, client.MsgOptionText("Rolled back.", false))
	fatal(t, err)
	_, err = api.PostEphemeralContext(ctx, "C0SHOP", "U0ANA", client.MsgOptionText("Only you.", false))
	fatal(t, err)
	_, err = api.GetUserInfoContext(ctx, "U0ANA")
	fatal(t, err)
	_, err = api.GetUserGroupsContext(ctx, client.GetUserGroupsOptionIncludeUsers(true))
	fatal(t, err)
	_, err = api.GetConversationInfoContext(ctx, &client.GetConversationInfoInput{ChannelID: "C0SHOP"})
	fatal(t, err)
	if len(kept) != 7 {
		t.Fatalf("%d answers were kept, want 7", len(kept))
	}
	for name, text := range kept {
		for _, difference := range hold(t, name, text) {
			t.Errorf("%s: %s", name, difference)
		}
	}
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestABrokenAnswerOfSlackIsNoticed(t *testing.T) {
	ours := samples(t)
	for _, control := range []struct{ name, was, is, want string }{
		{"users.info", `"is_bot":`, `"is_robot":`, ".user.is_robot is not in the sample"},
		{"users.info", `"is_bot":`, `"is_robot":`, "user.is_bot is read by the client and missing"},
		{"usergroups.list", `"handle":`, `"handel":`, ".usergroups[].handel is not in the sample"},
		{"chat.postMessage", `"ok":true`, `"ok":"yes"`, ".ok is a text, in the sample a truth"},
		{"BlockActionPayload", `"action_id":`, `"action":`, "actions[].action_id is read by the client and missing"},
	} {
		broken := bytes.ReplaceAll(ours[control.name], []byte(control.was), []byte(control.is))
		if bytes.Equal(broken, ours[control.name]) {
			t.Errorf("%s has no %s to break", control.name, control.was)
		}
		if found := hold(t, control.name, broken); !slices.Contains(found, control.want) {
			t.Errorf("%s: found %q, want %q among it", control.name, found, control.want)
		}
	}
}
