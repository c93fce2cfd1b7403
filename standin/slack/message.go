package slack

import (
	"cmp"
	"slices"
	"sync"
)

// message is one message in a channel, or one that a single user sees. Its
// slices and maps are replaced, never changed in place, so that a copy can be
// read without a lock.
type message struct {
	ts       string
	channel  string
	threadTS string // the parent's ts in a reply
	user     string // the author; the bot's user id for the app's messages
	text     string
	blocks   []any
	metadata any
	editedTS string
	edits    int
	files    []file
	emoji    []reaction
	// onlyFor is the one user who sees an ephemeral message.
	onlyFor string
	// slackbot marks what Slack itself says to a person.
	slackbot bool
}

// reaction is an emoji and who put it there.
type reaction struct {
	name  string
	users []string
}

// visibleTo reports whether a member of the channel sees the message.
func (m message) visibleTo(user string) bool { return m.onlyFor == "" || m.onlyFor == user }

// rooms keep the last messages of every channel.
type rooms struct {
	keep int

	mu        sync.RWMutex
	messages  map[string][]message // by channel, in the order of ts
	bookmarks map[string][]answer
}

func newRooms(keep int) *rooms {
	return &rooms{keep: keep, messages: map[string][]message{}, bookmarks: map[string][]answer{}}
}

func byTS(m message, ts string) int { return cmp.Compare(m.ts, ts) }

// add stores a message in the order of ts; past the limit the oldest are forgotten.
func (r *rooms) add(m message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.messages[m.channel]
	i, _ := slices.BinarySearchFunc(all, m.ts, byTS)
	all = slices.Insert(all, i, m)
	if len(all) > r.keep {
		all = slices.Clone(all[len(all)-r.keep:])
	}
	r.messages[m.channel] = all
}

// find returns a copy of a message, whoever may see it.
func (r *rooms) find(channel, ts string) (message, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	i, ok := slices.BinarySearchFunc(r.messages[channel], ts, byTS)
	if !ok {
		return message{}, false
	}
	return r.messages[channel][i], true
}

// change edits a stored message and returns the copy after the change. The
// change may refuse.
func (r *rooms) change(channel, ts string, how func(*message) error) (message, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, ok := slices.BinarySearchFunc(r.messages[channel], ts, byTS)
	if !ok {
		return message{}, refusal{code: "message_not_found"}
	}
	m := r.messages[channel][i]
	if err := how(&m); err != nil {
		return message{}, err
	}
	r.messages[channel][i] = m
	return m, nil
}

func (r *rooms) remove(channel, ts string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i, ok := slices.BinarySearchFunc(r.messages[channel], ts, byTS); ok {
		r.messages[channel] = slices.Delete(r.messages[channel], i, i+1)
	}
}

// all returns a channel's messages and replies as one user sees them, oldest
// first, ephemeral ones among them.
func (r *rooms) all(channel, user string) []message {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var seen []message
	for _, m := range r.messages[channel] {
		if m.visibleTo(user) {
			seen = append(seen, m)
		}
	}
	return seen
}

// replies returns the public replies to a message.
func (r *rooms) replies(channel, ts string) []message {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var thread []message
	for _, m := range r.messages[channel] {
		if m.threadTS == ts && m.onlyFor == "" {
			thread = append(thread, m)
		}
	}
	return thread
}

// post stores a message from anyone and tells those who watch.
func (s *Server) post(m message) message {
	m.ts = s.stamps.next(s.clock.now())
	if parent, ok := s.rooms.find(m.channel, m.threadTS); ok {
		if parent.threadTS != "" {
			m.threadTS = parent.threadTS // a reply to a reply joins the thread
		}
	} else {
		m.threadTS = "" // Slack posts a reply to a message that is gone into the channel itself
	}
	s.rooms.add(m)
	s.watchers.channelChanged(s.directory, m.channel, m.onlyFor)
	return m
}

// whisper shows one user an ephemeral message from Slack itself.
func (s *Server) whisper(channel, user, text string) {
	s.post(message{channel: channel, user: "USLACKBOT", text: text, onlyFor: user, slackbot: true})
}
