package test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// message is one message as a person sees it.
type message struct {
	TS        string            `json:"ts"`
	ThreadTS  string            `json:"thread_ts"`
	Text      string            `json:"text"`
	Blocks    []json.RawMessage `json:"blocks"`
	Thread    []message         `json:"thread"`
	Edited    int               `json:"edited"`
	ephemeral bool
}

// words are everything that the message says, block after block.
func (m message) words() string {
	words := []string{}
	for _, block := range m.Blocks {
		var tree any
		_ = json.Unmarshal(block, &tree)
		words = collect(tree, words)
	}
	if len(words) == 0 {
		words = append(words, m.Text)
	}
	return strings.Join(words, "\n")
}

func collect(tree any, words []string) []string {
	switch node := tree.(type) {
	case []any:
		for _, child := range node {
			words = collect(child, words)
		}
	case map[string]any:
		if text, ok := node["text"].(string); ok {
			words = append(words, text)
		}
		for _, key := range []string{"text", "label", "title", "hint", "fields", "elements", "accessory", "blocks"} {
			if child, ok := node[key]; ok {
				words = collect(child, words)
			}
		}
	}
	return words
}

// sees lists every message that a person sees in a channel, threads unfolded,
// ephemerals last.
func (w *world) sees(person, channel string) ([]message, error) {
	_, raw, err := call(http.MethodGet, w.slack.URL+"/person/channel/"+channel+"?user="+w.people[person], nil)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Messages   []message `json:"messages"`
		Ephemerals []message `json:"ephemerals"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, fmt.Errorf("%w: %s", err, raw)
	}
	all := []message{}
	for _, m := range answer.Messages {
		all = append(all, m)
		for _, reply := range m.Thread {
			reply.ThreadTS = m.TS
			all = append(all, reply)
		}
	}
	for _, m := range answer.Ephemerals {
		m.ephemeral = true
		all = append(all, m)
	}
	return all, nil
}

// say PERSON [in=CHANNEL] [thread] TEXT types into a channel: a slash command,
// or a mention when it begins with @steward.
func (w *world) say(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: say PERSON [in=CHANNEL] [thread] TEXT")
	}
	w.asker, w.place = args[0], "C0SHOP"
	thread := ""
	for _, option := range args[1 : len(args)-1] {
		if channel, ok := strings.CutPrefix(option, "in="); ok {
			w.place = channel
		}
		if option == "thread" {
			thread = w.thread
		}
	}
	text := args[len(args)-1]
	path, body := "/person/mention", map[string]string{"user": w.people[w.asker], "channel": w.place, "thread_ts": thread, "text": strings.TrimPrefix(text, "@steward ")}
	if command, ok := strings.CutPrefix(text, "/k8s"); ok {
		path, body = "/person/command", map[string]string{"user": w.people[w.asker], "channel": w.place, "text": strings.TrimSpace(command)}
	}
	status, answer, err := call(http.MethodPost, w.slack.URL+path, body)
	ts.Check(err)
	if failed := status != http.StatusOK || strings.Contains(string(answer), `"ok":false`); failed != neg {
		ts.Fatalf("Slack answered %d: %s\n%s", status, answer, w.logs)
	}
}

// reply TEXT waits until the channel shows the text in a message that
// everybody sees, and moves the story into its thread.
func (w *world) reply(ts *testscript.TestScript, neg bool, args []string) {
	w.expect(ts, neg, w.asker, args, false)
}

// ephemeral PERSON TEXT waits for a message that only this person sees.
func (w *world) ephemeral(ts *testscript.TestScript, neg bool, args []string) {
	w.expect(ts, neg, args[0], args[1:], true)
}

func (w *world) expect(ts *testscript.TestScript, neg bool, person string, texts []string, ephemeral bool) {
	for _, text := range texts {
		seen := ""
		find := func() string {
			messages, err := w.sees(person, w.place)
			ts.Check(err)
			seen = ""
			for _, m := range messages {
				if m.ephemeral != ephemeral {
					continue
				}
				seen += "---\n" + m.words() + "\n"
				if strings.Contains(m.words(), text) {
					if m.ThreadTS != "" {
						w.thread = m.ThreadTS
					} else if !m.ephemeral {
						w.thread = m.TS
					}
					return ""
				}
			}
			return "not there"
		}
		if neg {
			if find() == "" {
				ts.Fatalf("%s sees %q:\n%s", person, text, seen)
			}
			continue
		}
		if until(find) != "" {
			ts.Fatalf("%s does not see %q. What is there:\n%s\nsteward's log:\n%s", person, text, seen, w.logs)
		}
	}
}

// count N TEXT tells how many messages in the channel hold the text.
func (w *world) count(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	complaint := until(func() string {
		messages, err := w.sees(w.asker, w.place)
		ts.Check(err)
		got := 0
		for _, m := range messages {
			if strings.Contains(m.words(), args[1]) {
				got++
			}
		}
		if got != want {
			return fmt.Sprintf("%d messages hold %q, not %d", got, args[1], want)
		}
		return ""
	})
	if complaint != "" {
		ts.Fatalf("%s", complaint)
	}
}

// press PERSON ACTION presses the newest button of that action which the person
// can see. With ! the press must be refused, by Slack or by an answer that
// does not act.
func (w *world) press(ts *testscript.TestScript, neg bool, args []string) {
	person, action := args[0], args[1]
	var chosen message
	if complaint := until(func() string {
		messages, err := w.sees(person, w.place)
		ts.Check(err)
		for _, m := range messages {
			for _, block := range m.Blocks {
				if strings.Contains(string(block), `"action_id":"`+action+`"`) && m.TS >= chosen.TS {
					chosen = m
				}
			}
		}
		if chosen.TS == "" {
			return "no button " + action
		}
		return ""
	}); complaint != "" {
		ts.Fatalf("%s sees %s\n%s", person, complaint, w.logs)
	}
	if chosen.ThreadTS != "" {
		w.thread = chosen.ThreadTS
	}
	status, answer, err := call(http.MethodPost, w.slack.URL+"/person/press", map[string]string{
		"user": w.people[person], "channel": w.place, "message_ts": chosen.TS, "action_id": action,
	})
	ts.Check(err)
	if (status != http.StatusOK) != neg {
		ts.Fatalf("Slack answered %d: %s\n%s", status, answer, w.logs)
	}
}

// modal PERSON TEXT waits until the modal that the person has open says it.
func (w *world) modal(ts *testscript.TestScript, neg bool, args []string) {
	last := ""
	complaint := until(func() string {
		_, raw, err := call(http.MethodGet, w.slack.URL+"/person/view/"+w.people[args[0]], nil)
		ts.Check(err)
		var answer struct {
			View   any               `json:"view"`
			Errors map[string]string `json:"errors"`
		}
		ts.Check(json.Unmarshal(raw, &answer))
		last = strings.Join(collect(answer.View, nil), "\n") + fmt.Sprint(answer.Errors)
		if strings.Contains(last, args[1]) == neg {
			return "not there"
		}
		return ""
	})
	if complaint != "" {
		ts.Fatalf("%s's modal does not say %q but:\n%s\n%s", args[0], args[1], last, w.logs)
	}
}

// submit PERSON TEXT fills the one input of the open modal and sends it.
func (w *world) submit(ts *testscript.TestScript, neg bool, args []string) {
	_, raw, err := call(http.MethodGet, w.slack.URL+"/person/view/"+w.people[args[0]], nil)
	ts.Check(err)
	var open struct {
		View struct {
			ID     string `json:"id"`
			Blocks []struct {
				BlockID string `json:"block_id"`
				Element struct {
					ActionID string `json:"action_id"`
				} `json:"element"`
			} `json:"blocks"`
		} `json:"view"`
	}
	ts.Check(json.Unmarshal(raw, &open))
	values := map[string]map[string]string{}
	for _, block := range open.View.Blocks {
		if block.Element.ActionID != "" {
			values[block.BlockID] = map[string]string{block.Element.ActionID: args[1]}
		}
	}
	status, answer, err := call(http.MethodPost, w.slack.URL+"/person/submit", map[string]any{
		"user": w.people[args[0]], "view_id": open.View.ID, "values": values,
	})
	ts.Check(err)
	if (status != http.StatusOK) != neg {
		ts.Fatalf("Slack answered %d: %s\n%s", status, answer, w.logs)
	}
}

// slackControl PATH JSON tells the stand-in to misbehave.
func (w *world) slackControl(ts *testscript.TestScript, _ bool, args []string) {
	control(ts, w.slack.URL, args)
}

func control(ts *testscript.TestScript, base string, args []string) {
	body := "{}"
	if len(args) > 1 {
		body = args[1]
	}
	status, answer, err := call(http.MethodPost, base+"/control/"+args[0], body)
	ts.Check(err)
	if status >= http.StatusBadRequest {
		ts.Fatalf("the stand-in answered %d: %s", status, answer)
	}
}
