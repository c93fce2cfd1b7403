package slack_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/steward-bot/steward/standin/slack"
)

// The keys that Slack sends, by its documentation of each payload and method.
// A payload may have no other, and must have those before the bar.
func TestPayloadsAndAnswersHaveSlacksKeysAndNoOther(t *testing.T) {
	const (
		interaction = "type team user api_app_id token enterprise is_enterprise_install"
		message     = "type user text ts team bot_id app_id bot_profile blocks | thread_ts parent_user_id edited reactions reply_count reply_users reply_users_count latest_reply metadata"
		view        = "id team_id type title submit close blocks private_metadata callback_id external_id state hash clear_on_close notify_on_close " +
			"root_view_id previous_view_id app_id app_installed_team_id bot_id | submit_disabled"
		container = "type message_ts channel_id is_ephemeral | thread_ts"
	)
	keys := map[string]string{
		"SlashCommandPayload": "token api_app_id team_id team_domain channel_id channel_name user_id user_name command text response_url trigger_id is_enterprise_install",

		"BlockActionPayload":                     interaction + " container trigger_id channel message response_url state actions",
		"BlockActionPayload/container":           container,
		"BlockActionPayload/message":             message,
		"BlockActionPayload/user":                "id username name team_id",
		"BlockActionPayload/team":                "id domain",
		"BlockActionPayload/actions/0":           "action_id block_id text value type style action_ts",
		"BlockActionPayload.ephemeral":           interaction + " container trigger_id channel response_url state actions",
		"BlockActionPayload.ephemeral/container": container,
		"BlockActionPayload.view":                interaction + " container trigger_id view actions",
		"BlockActionPayload.view/container":      "type view_id",
		"BlockActionPayload.view/view":           view,

		"MessageShortcutPayload":         "type callback_id trigger_id message_ts response_url message enterprise team user channel token action_ts is_enterprise_install",
		"MessageShortcutPayload/message": message,
		"MessageShortcutPayload/user":    "id name team_id",
		"ViewSubmissionPayload":          interaction + " trigger_id view",
		"ViewSubmissionPayload/view":     view,
		"ViewClosedPayload":              interaction + " view is_cleared",

		"EventPayload":                  "token team_id api_app_id event type event_id event_time event_context authorizations is_ext_shared_channel",
		"EventPayload/event":            "type user text ts event_ts channel team client_msg_id | thread_ts user_team source_team",
		"EventPayload/authorizations/0": "enterprise_id team_id user_id is_bot is_enterprise_install",

		"auth.test":                    "ok url team user team_id user_id bot_id is_enterprise_install",
		"apps.connections.open":        "ok url",
		"chat.postMessage":             "ok channel ts message",
		"chat.update":                  "ok channel ts text message",
		"chat.update/message":          "type user text team bot_id app_id bot_profile edited blocks | metadata",
		"chat.postEphemeral":           "ok message_ts",
		"views.open":                   "ok view",
		"views.open/view":              view,
		"users.info/user/profile":      "real_name real_name_normalized display_name display_name_normalized team email",
		"usergroups.users.list":        "ok users",
		"conversations.members":        "ok members response_metadata",
		"files.getUploadURLExternal":   "ok upload_url file_id",
		"files.completeUploadExternal": "ok files",
		"reactions.add":                "ok",
		"bookmarks.add":                "ok bookmark",
	}
	samples, err := slack.Samples()
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range slices.Sorted(maps.Keys(keys)) {
		t.Run(at, func(t *testing.T) { wantKeys(t, samples, at, keys[at]) })
	}
}

func wantKeys(t *testing.T, samples map[string]json.RawMessage, at, keys string) {
	t.Helper()
	name, path, _ := strings.Cut(at, "/")
	var v any
	if err := json.Unmarshal(samples[name], &v); err != nil {
		t.Fatal(err)
	}
	for _, step := range strings.FieldsFunc(path, func(r rune) bool { return r == '/' }) {
		if list, ok := v.([]any); ok {
			v = list[0]
			continue
		}
		o, _ := v.(map[string]any)
		v = o[step]
	}
	got, ok := v.(map[string]any)
	if !ok {
		t.Fatalf("there is no object at %s", at)
	}
	must, may, _ := strings.Cut(keys, "|")
	for _, key := range strings.Fields(must) {
		if _, ok := got[key]; !ok {
			t.Errorf("the key %s is missing", key)
		}
	}
	for key := range got {
		if !slices.Contains(strings.Fields(must+" "+may), key) {
			t.Errorf("the key %s is one that Slack does not send", key)
		}
	}
}

func TestThereIsASampleOfEveryMethodAndPayload(t *testing.T) {
	samples, err := slack.Samples()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the samples", strings.Join(slices.Sorted(maps.Keys(samples)), " "), strings.Join([]string{
		"BlockActionPayload", "BlockActionPayload.ephemeral", "BlockActionPayload.view", "EventPayload", "MessageShortcutPayload", "SlashCommandPayload",
		"ViewClosedPayload", "ViewSubmissionPayload", "apps.connections.open", "auth.test", "bookmarks.add", "chat.postEphemeral", "chat.postMessage", "chat.update",
		"conversations.info", "conversations.list", "conversations.members", "files.completeUploadExternal", "files.getUploadURLExternal", "reactions.add",
		"usergroups.list", "usergroups.users.list", "users.info", "users.lookupByEmail", "views.open", "views.push", "views.update",
	}, " "))
}
