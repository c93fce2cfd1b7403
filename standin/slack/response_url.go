package slack

import (
	"encoding/json"
	"mime"
	"net/http"
	"sync"
	"time"
)

// A response URL may be used five times within half an hour.
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses.
const (
	hookUses = 5
	hookLife = 30 * time.Minute
)

// hook is what a response URL stands for: the act of one person in one place.
type hook struct {
	channel string
	user    string
	// origin is the ts of the message that was acted on, empty for a command.
	origin string
	issued time.Time
	uses   int
}

// hooks hands out response URLs and counts their uses.
type hooks struct {
	clock *clock

	mu     sync.Mutex
	issued map[string]*hook
}

func newHooks(c *clock) *hooks { return &hooks{clock: c, issued: map[string]*hook{}} }

// issue remembers an act and returns the secret of its response URL.
func (h *hooks) issue(act hook) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	act.issued = h.clock.now()
	for secret, old := range h.issued {
		if act.issued.Sub(old.issued) > 2*hookLife {
			delete(h.issued, secret)
		}
	}
	secret := newSecret()
	h.issued[secret] = &act
	return secret
}

// use counts one use, or says why there is none left.
func (h *hooks) use(secret string) (hook, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	found, ok := h.issued[secret]
	switch {
	case !ok:
		return hook{}, refusal{code: "no_service"}
	case h.clock.now().Sub(found.issued) > hookLife:
		return hook{}, refusal{code: "expired_url"}
	case found.uses >= hookUses:
		return hook{}, refusal{code: "used_url"}
	}
	found.uses++
	return *found, nil
}

// serveResponseURL takes what the app says to somebody's act.
func (s *Server) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	a, err := hookArgs(r)
	if err == nil {
		var act hook
		if act, err = s.hooks.use(r.PathValue("secret")); err == nil {
			err = s.respond(act, a)
		}
	}
	s.calls.add(Call{At: s.clock.now(), Method: "response_url", Args: a, Status: hookStatus(err), Answer: hookAnswer(err)})
	writeJSON(w, hookStatus(err), hookAnswer(err))
}

// hookArgs reads the JSON body, or the JSON in a form's field "payload".
func hookArgs(r *http.Request) (args, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" && kind != "application/x-www-form-urlencoded" {
		return nil, refusal{code: "invalid_payload"}
	}
	a, _, err := readArgs(r)
	if err != nil || kind == "application/json" {
		return a, err
	}
	doc, ok, err := a.document("payload")
	payload, isObject := doc.(map[string]any)
	if err != nil || !ok || !isObject {
		return nil, refusal{code: "invalid_payload"}
	}
	return payload, nil
}

func hookStatus(err error) int {
	if err == nil {
		return http.StatusOK
	}
	switch asRefusal(err).code {
	case "used_url", "expired_url", "no_service":
		return http.StatusNotFound
	default:
		return http.StatusBadRequest
	}
}

func hookAnswer(err error) answer {
	if err == nil {
		return answer{"ok": true}
	}
	no := asRefusal(err)
	body := answer{"ok": false, "error": no.code}
	if len(no.messages) > 0 {
		body["response_metadata"] = answer{"messages": no.messages}
	}
	return body
}

// respond does what a response asks: replace or delete the message that was
// acted on, or say something new to the person or the channel.
func (s *Server) respond(act hook, a args) error {
	if a.flag("delete_original") {
		if act.origin == "" {
			return badArguments("[ERROR] delete_original needs a message that was acted on")
		}
		s.rooms.remove(act.channel, act.origin)
		s.watchers.channelChanged(s.directory, act.channel, "")
		return nil
	}
	said, err := readContent(a)
	if err != nil {
		return err
	}
	if said.empty() {
		return refusal{code: "no_text"}
	}
	if a.flag("replace_original") && act.origin != "" {
		return s.replaceOriginal(act, said)
	}
	m := said.message(act.channel, s.app.BotUserID)
	if a.text("response_type") != "in_channel" {
		m.onlyFor = act.user
	}
	if m.threadTS, err = threadOf(a); err != nil {
		return err
	}
	s.post(m)
	return nil
}

func (s *Server) replaceOriginal(act hook, said content) error {
	m, err := s.rooms.change(act.channel, act.origin, func(m *message) error {
		if m.user != s.app.BotUserID {
			return refusal{code: "cant_update_message"}
		}
		m.text, m.blocks, m.metadata = said.text, said.blocks, said.metadata
		m.edits++
		m.editedTS = s.stamps.next(s.clock.now())
		return nil
	})
	if err == nil {
		s.watchers.channelChanged(s.directory, act.channel, m.onlyFor)
	}
	return err
}

// answerCommand shows what came with the acknowledgement of a slash command:
// a JSON message, or plain text in HTTP mode.
func (s *Server) answerCommand(act hook, payload json.RawMessage) error {
	a := args{}
	if len(payload) == 0 || string(payload) == "null" {
		return nil
	}
	if err := decode(payload, &a); err != nil {
		text := ""
		if json.Unmarshal(payload, &text) != nil {
			return refusal{code: "invalid_json"}
		}
		a = args{"text": text}
	}
	if len(a) == 0 || a.text("text") == "" && a["blocks"] == nil {
		return nil
	}
	return s.respond(act, a)
}
