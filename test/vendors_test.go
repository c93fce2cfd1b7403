package test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// issue is a Jira issue as a person sees it.
type issue struct {
	Key      string   `json:"key"`
	Labels   []string `json:"labels"`
	Comments []struct {
		Body string `json:"body"`
	} `json:"comments"`
	Properties map[string]json.RawMessage `json:"properties"`
	Links      []struct {
		URL string `json:"url"`
	} `json:"links"`
}

func (w *world) issue(ts *testscript.TestScript, key string) (issue, string) {
	_, raw, err := call(http.MethodGet, w.jira.URL+"/person/issue/"+key, nil)
	ts.Check(err)
	var i issue
	_ = json.Unmarshal(raw, &i)
	return i, string(raw)
}

// jiraText KEY TEXT… waits until the issue says it anywhere.
func (w *world) jiraText(ts *testscript.TestScript, neg bool, args []string) {
	for _, text := range args[1:] {
		if neg {
			if _, raw := w.issue(ts, args[0]); strings.Contains(raw, text) {
				ts.Fatalf("%s says %q: %s", args[0], text, raw)
			}
			continue
		}
		w.waitFor(ts, text, func() string { _, raw := w.issue(ts, args[0]); return raw })
	}
}

// jiraComments KEY N waits until the issue has N comments of steward, and makes
// sure that it keeps them.
func (w *world) jiraComments(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	if complaint := until(func() string {
		i, raw := w.issue(ts, args[0])
		if len(i.Comments) != want {
			return fmt.Sprintf("%s has %d comments, not %d: %s", args[0], len(i.Comments), want, raw)
		}
		return ""
	}); complaint != "" {
		ts.Fatalf("%s\n%s", complaint, w.logs)
	}
}

func (w *world) jiraControl(ts *testscript.TestScript, _ bool, args []string) {
	control(ts, w.jira.URL, args)
}

// jiraMove KEY STATUS is a person who moves the issue through the workflow.
func (w *world) jiraMove(ts *testscript.TestScript, _ bool, args []string) {
	w.person(ts, w.jira.URL+"/person/transition", map[string]string{"key": args[0], "status": args[1]})
}

// pagerdutyText ID TEXT… waits until the incident says it.
func (w *world) pagerdutyText(ts *testscript.TestScript, neg bool, args []string) {
	for _, text := range args[1:] {
		if neg {
			if raw := w.incident(ts, args[0]); strings.Contains(raw, text) {
				ts.Fatalf("%s says %q: %s", args[0], text, raw)
			}
			continue
		}
		w.waitFor(ts, text, func() string { return w.incident(ts, args[0]) })
	}
}

// pagerdutyNotes ID N waits until the incident has N notes.
func (w *world) pagerdutyNotes(ts *testscript.TestScript, _ bool, args []string) {
	if complaint := until(func() string {
		raw := w.incident(ts, args[0])
		var i struct{ Notes []any }
		_ = json.Unmarshal([]byte(raw), &i)
		if strconv.Itoa(len(i.Notes)) != args[1] {
			return fmt.Sprintf("%s has %d notes, not %s: %s", args[0], len(i.Notes), args[1], raw)
		}
		return ""
	}); complaint != "" {
		ts.Fatalf("%s\n%s", complaint, w.logs)
	}
}

func (w *world) incident(ts *testscript.TestScript, id string) string {
	_, raw, err := call(http.MethodGet, w.pagerduty.URL+"/person/incident/"+id, nil)
	ts.Check(err)
	return string(raw)
}

// pagerdutyMove ID acknowledge|resolve is a person at PagerDuty.
func (w *world) pagerdutyMove(ts *testscript.TestScript, _ bool, args []string) {
	w.person(ts, w.pagerduty.URL+"/person/"+args[1], map[string]string{"id": args[0], "user": "PANA001"})
}

func (w *world) pagerdutyControl(ts *testscript.TestScript, _ bool, args []string) {
	control(ts, w.pagerduty.URL, args)
}

func (w *world) person(ts *testscript.TestScript, url string, body any) {
	status, answer, err := call(http.MethodPost, url, body)
	ts.Check(err)
	if status >= http.StatusBadRequest {
		ts.Fatalf("%s answered %d: %s", url, status, answer)
	}
}

func (w *world) waitFor(ts *testscript.TestScript, text string, read func() string) {
	last := ""
	if until(func() string {
		if last = read(); strings.Contains(last, text) {
			return ""
		}
		return "not there"
	}) != "" {
		ts.Fatalf("it does not say %q but: %s\nsteward's log:\n%s", text, last, w.logs)
	}
}
