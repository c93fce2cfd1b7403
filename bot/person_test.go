package bot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// do is one act of a person. It gives Slack's answer.
func (h *house) do(path string, body any) map[string]any {
	h.t.Helper()
	answer := map[string]any{}
	if err := call(http.MethodPost, h.server.URL+"/person/"+path, body, &answer); err != nil {
		h.t.Fatal(err)
	}
	return answer
}

// acked is an act that Slack must not complain about.
func (h *house) acked(path string, body any) map[string]any {
	h.t.Helper()
	answer := h.do(path, body)
	if answer["ok"] != true {
		h.t.Fatalf("%s: Slack says %v\n%s", path, answer, h.log())
	}
	return answer
}

func (h *house) command(user, channel, text string) {
	h.t.Helper()
	h.acked("command", map[string]any{"user": user, "channel": channel, "text": text})
}

func (h *house) mention(user, channel, text, thread string) (ts string) {
	h.t.Helper()
	answer := h.acked("mention", map[string]any{"user": user, "channel": channel, "text": text, "thread_ts": thread})
	return fmt.Sprint(answer["ts"])
}

// press presses the button that a message shows.
func (h *house) press(user string, m shown, action string) {
	h.t.Helper()
	h.acked("press", map[string]any{"user": user, "channel": m.channel, "message_ts": m.TS, "action_id": action})
}

func (h *house) submit(user string, view view, value string) map[string]any {
	h.t.Helper()
	return h.do("submit", map[string]any{"user": user, "view_id": view.ID, "values": map[string]any{view.input(): map[string]any{view.input(): value}}})
}

// shown is a message as one person sees it.
type shown struct {
	TS        string           `json:"ts"`
	ThreadTS  string           `json:"thread_ts"`
	User      string           `json:"user"`
	Text      string           `json:"text"`
	Blocks    []map[string]any `json:"blocks"`
	Thread    []shown          `json:"thread"`
	Edited    int              `json:"edited"`
	ephemeral bool
	channel   string
}

func (m shown) words() string {
	if len(m.Blocks) == 0 {
		return m.Text
	}
	return words(m.Blocks)
}

func (m shown) has(action string) bool {
	raw, _ := json.Marshal(m.Blocks)
	return bytes.Contains(raw, []byte(`"action_id":"`+action+`"`))
}

// sees lists what a person sees in a channel: messages with their threads, then
// ephemerals.
func (h *house) sees(user, channel string) (public, ephemeral []shown) {
	h.t.Helper()
	var room struct{ Messages, Ephemerals []shown }
	if err := call(http.MethodGet, h.server.URL+"/person/channel/"+channel+"?user="+user, nil, &room); err != nil {
		h.t.Fatal(err)
	}
	for _, m := range room.Messages {
		m.channel = channel
		public = append(public, m)
		for _, reply := range m.Thread {
			reply.channel, reply.ThreadTS = channel, m.TS
			public = append(public, reply)
		}
	}
	for i := range room.Ephemerals {
		room.Ephemerals[i].channel, room.Ephemerals[i].ephemeral = channel, true
	}
	return public, room.Ephemerals
}

// ephemeral waits for the nth message that only this person sees.
func (h *house) ephemeral(user, channel string, nth int) shown {
	h.t.Helper()
	var found shown
	h.until(fmt.Sprintf("%s sees %d ephemeral messages in %s", user, nth, channel), func() bool {
		_, all := h.sees(user, channel)
		if len(all) < nth {
			return false
		}
		found = all[nth-1]
		return true
	})
	return found
}

// said waits for the nth message that everybody sees, threads unfolded.
func (h *house) said(channel string, nth int) shown {
	h.t.Helper()
	var found shown
	h.until(fmt.Sprintf("%d messages in %s", nth, channel), func() bool {
		all, _ := h.sees("U0ANA", channel)
		if len(all) < nth {
			return false
		}
		found = all[nth-1]
		return true
	})
	return found
}

// saying waits for a message that everybody sees and that holds the text.
func (h *house) saying(channel, text string) shown {
	h.t.Helper()
	var found shown
	h.until(fmt.Sprintf("%s shows %q", channel, text), func() bool {
		all, _ := h.sees("U0ANA", channel)
		for _, m := range all {
			if strings.Contains(m.words(), text) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// view is a modal as a person sees it.
type view struct {
	ID     string           `json:"id"`
	Blocks []map[string]any `json:"blocks"`
}

func (v view) words() string { return words(v.Blocks) }

// input is the block id of its one input, which is its action id too.
func (v view) input() string {
	for _, block := range v.Blocks {
		if block["type"] == "input" {
			return fmt.Sprint(block["block_id"])
		}
	}
	return ""
}

// modal waits for a modal that says the text.
func (h *house) modal(user, text string) view {
	h.t.Helper()
	var open struct {
		View *view `json:"view"`
	}
	h.until(fmt.Sprintf("%s's modal says %q", user, text), func() bool {
		open.View = nil
		if err := call(http.MethodGet, h.server.URL+"/person/view/"+user, nil, &open); err != nil {
			h.t.Fatal(err)
		}
		return open.View != nil && strings.Contains(open.View.words(), text)
	})
	return *open.View
}

// words are what blocks say, as a person reads it: one line a text, fields
// after each other, buttons in brackets.
func words(blocks []map[string]any) string {
	var said []string
	for _, block := range blocks {
		switch block["type"] {
		case "divider":
			said = append(said, "---")
		case "input":
			said = append(said, "["+textOf(block["label"])+"] "+textOf(block["hint"]))
		default:
			if text := textOf(block["text"]); text != "" {
				said = append(said, text)
			}
			for _, part := range []string{"fields", "elements"} {
				items, _ := block[part].([]any)
				for _, item := range items {
					element, _ := item.(map[string]any)
					if element["type"] == "button" {
						said = append(said, "["+textOf(element["text"])+"]")
						continue
					}
					said = append(said, textOf(item))
				}
			}
		}
	}
	return strings.Join(said, "\n")
}

func textOf(object any) string {
	fields, _ := object.(map[string]any)
	text, _ := fields["text"].(string)
	return text
}

func call(method, url string, body, into any) error {
	var sent io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, url, sent)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s %s answered %d: %s", method, url, resp.StatusCode, raw)
	}
	return nil
}

// want compares what is read with what should be read.
func want(t *testing.T, what, got, want string) {
	t.Helper()
	if strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("%s says\n%s\n\n— but should say —\n%s", what, got, want)
	}
}
