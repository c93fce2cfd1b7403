package slack

import (
	"encoding/json"
	"fmt"
	"time"
)

// Samples returns one successful answer of every API method, by the method's
// name, and one payload of each kind that goes to the app: SlashCommandPayload,
// BlockActionPayload (with BlockActionPayload.ephemeral and .view),
// MessageShortcutPayload, ViewSubmissionPayload, ViewClosedPayload and
// EventPayload. They come from a workspace made for the purpose, so that they
// can be held against a published contract.
func Samples() (map[string]json.RawMessage, error) {
	s, err := New(Options{
		BaseURL: "http://127.0.0.1", Limits: NoLimits(), Timing: Timing{EventRetries: []time.Duration{}},
		Workspace: Workspace{
			ID: "T0SAMPLE", Name: "Sample",
			People:   []Person{{ID: "U0ANA", Name: "ana", Email: "ana@sample.example"}},
			Groups:   []Group{{ID: "S0SRE", Handle: "sre", Name: "SRE", Users: []string{"U0ANA"}}},
			Channels: []Channel{{ID: "C0SHOP", Name: "shop", Members: []string{"U0ANA", "U0STEWARD"}}},
		},
	})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	t := &sampler{s: s, samples: map[string]json.RawMessage{}}
	t.directory()
	t.messages()
	t.modals()
	return t.samples, t.err
}

// sampler drives a workspace through everything once. After the first error it
// does nothing more.
type sampler struct {
	s       *Server
	samples map[string]json.RawMessage
	err     error
}

// call makes an API call and keeps its answer.
func (t *sampler) call(name string, a args) answer {
	if t.err != nil {
		return nil
	}
	token := t.s.app.BotToken
	if t.s.methods[name].appToken {
		token = t.s.app.AppToken
	}
	body, err := t.s.callMethod(name, call{args: a, base: t.s.url}, token)
	if err != nil {
		t.err = fmt.Errorf("sampling %s: %w", name, err)
		return nil
	}
	_, sealed := t.s.seal(body, nil)
	if t.samples[name], t.err = json.Marshal(sealed); t.err != nil {
		return nil
	}
	return body
}

// person does what somebody does and keeps the payload that it sent. Nobody
// listens, so that the deliveries fail; the payloads are the same.
func (t *sampler) person(kind string, do func() (answer, error)) {
	if t.err != nil {
		return
	}
	if _, err := do(); err != nil {
		t.err = fmt.Errorf("sampling %s: %w", kind, err)
		return
	}
	sent := t.s.Deliveries()
	t.samples[kind] = sent[len(sent)-1].Payload
}

// trigger is the trigger id of the payload that was sent last.
func (t *sampler) trigger(kind string) string {
	var payload struct {
		TriggerID string `json:"trigger_id"`
	}
	if t.err == nil {
		t.err = json.Unmarshal(t.samples[kind], &payload)
	}
	return payload.TriggerID
}

func (t *sampler) directory() {
	t.call("auth.test", nil)
	t.call("apps.connections.open", nil)
	t.call("users.info", args{"user": "U0ANA"})
	t.call("users.lookupByEmail", args{"email": "ana@sample.example"})
	t.call("usergroups.list", args{"include_users": "true", "include_count": "true"})
	t.call("usergroups.users.list", args{"usergroup": "S0SRE"})
	t.call("conversations.info", args{"channel": "C0SHOP", "include_num_members": "true"})
	t.call("conversations.list", nil)
	t.call("conversations.members", args{"channel": "C0SHOP"})
}

func (t *sampler) messages() {
	blocks := `[{"type":"section","text":{"type":"mrkdwn","text":"Roll back?"}},
		{"type":"actions","elements":[{"type":"button","action_id":"confirm","style":"danger","text":{"type":"plain_text","text":"Confirm"},"value":"1"}]}]`
	said := args{"channel": "C0SHOP", "text": "Roll back?", "blocks": blocks}
	ts, _ := t.call("chat.postMessage", said)["ts"].(string)
	t.call("chat.postMessage", args{"channel": "C0SHOP", "text": "In the thread.", "thread_ts": ts})
	t.call("reactions.add", args{"channel": "C0SHOP", "timestamp": ts, "name": "eyes"})
	t.call("chat.update", args{"channel": "C0SHOP", "ts": ts, "text": "Roll back now?"})
	t.call("bookmarks.add", args{"channel_id": "C0SHOP", "title": "Runbook", "type": "link", "link": "https://sample.example/"})
	whispered, _ := t.call("chat.postEphemeral", args{"channel": "C0SHOP", "user": "U0ANA", "text": "Only you.", "blocks": blocks})["message_ts"].(string)
	t.file()
	t.person("EventPayload", func() (answer, error) {
		return t.s.personMention(nil, mentionAct{User: "U0ANA", Channel: "C0SHOP", Text: "status", ThreadTS: ts})
	})
	t.person("SlashCommandPayload", func() (answer, error) {
		return t.s.personCommand(nil, commandAct{User: "U0ANA", Channel: "C0SHOP", Text: "status"})
	})
	t.person("MessageShortcutPayload", func() (answer, error) {
		return t.s.personShortcut(nil, shortcutAct{User: "U0ANA", Channel: "C0SHOP", MessageTS: ts})
	})
	t.person("BlockActionPayload", func() (answer, error) {
		return t.s.personPress(nil, pressAct{User: "U0ANA", Channel: "C0SHOP", MessageTS: ts, ActionID: "confirm"})
	})
	t.person("BlockActionPayload.ephemeral", func() (answer, error) {
		return t.s.personPress(nil, pressAct{User: "U0ANA", Channel: "C0SHOP", MessageTS: whispered, ActionID: "confirm"})
	})
}

func (t *sampler) file() {
	id, _ := t.call("files.getUploadURLExternal", args{"filename": "diff.txt", "length": "4"})["file_id"].(string)
	t.s.files.change(id, func(f *file) { f.data = []byte("diff") })
	t.call("files.completeUploadExternal", args{"files": `[{"id":"` + id + `","title":"The diff"}]`, "channel_id": "C0SHOP"})
}

func (t *sampler) modals() {
	view := `{"type":"modal","title":{"type":"plain_text","text":"Roll back"},"submit":{"type":"plain_text","text":"Go"},"notify_on_close":true,
		"blocks":[{"type":"input","block_id":"why","label":{"type":"plain_text","text":"Why"},"element":{"type":"plain_text_input","action_id":"justification"}},
		{"type":"actions","elements":[{"type":"button","action_id":"more","text":{"type":"plain_text","text":"More"}}]}]}`
	opened, _ := t.call("views.open", args{"trigger_id": t.trigger("BlockActionPayload"), "view": view})["view"].(answer)
	id, _ := opened["id"].(string)
	t.call("views.update", args{"view_id": id, "view": view})
	t.person("ViewSubmissionPayload", func() (answer, error) {
		return t.s.personSubmit(nil, submitAct{User: "U0ANA", ViewID: id, Values: map[string]map[string]any{"why": {"justification": "PD"}}})
	})
	t.person("BlockActionPayload.view", func() (answer, error) {
		return t.s.personPress(nil, pressAct{User: "U0ANA", ViewID: id, ActionID: "more"})
	})
	pushed, _ := t.call("views.push", args{"trigger_id": t.trigger("BlockActionPayload.view"), "view": view})["view"].(answer)
	top, _ := pushed["id"].(string)
	t.person("ViewClosedPayload", func() (answer, error) {
		return t.s.personClose(nil, closeAct{User: "U0ANA", ViewID: top})
	})
}
