package slack

import (
	"fmt"
	"sync"
	"time"
)

// trigger is a person's act that allows the app to open one modal for them.
type trigger struct {
	user   string
	view   string // the view in which it happened, if any
	issued time.Time
	used   bool
}

// triggers hands out trigger ids and takes them back, once each and in time.
type triggers struct {
	clock *clock
	life  time.Duration

	mu     sync.Mutex
	issued map[string]*trigger
}

func newTriggers(c *clock, life time.Duration) *triggers {
	return &triggers{clock: c, life: life, issued: map[string]*trigger{}}
}

// remembered is how long a spent trigger id is still told apart from one that
// never existed.
const remembered = 10 * time.Minute

// issue makes a trigger id. View is the id of the view it happened in, or
// empty.
func (t *triggers) issue(user, view string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.now()
	for id, old := range t.issued {
		if now.Sub(old.issued) > remembered {
			delete(t.issued, id)
		}
	}
	id := fmt.Sprintf("%d.%d.%s", now.UnixMilli(), len(t.issued)+1, newSecret())
	t.issued[id] = &trigger{user: user, view: view, issued: now}
	return id
}

// exchange spends a trigger id, or says in Slack's code why it cannot be.
func (t *triggers) exchange(id string) (trigger, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.issued[id]
	switch {
	case !ok:
		return trigger{}, refusal{code: "invalid_trigger_id"}
	case found.used:
		return trigger{}, refusal{code: "exchanged_trigger_id"}
	case t.clock.now().Sub(found.issued) > t.life:
		return trigger{}, refusal{code: "expired_trigger_id"}
	}
	found.used = true
	return *found, nil
}
