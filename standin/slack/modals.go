package slack

import (
	"slices"
	"sync"
)

// maxStack is how many views stand on top of each other.
// https://docs.slack.dev/surfaces/modals#lifecycle.
const maxStack = 3

// view is one modal as it stands open for one user. Its maps are replaced,
// never changed in place.
type view struct {
	id     string
	user   string
	doc    map[string]any // what the app sent, checked, with ids
	hash   string
	root   string
	before string // the view beneath
	// chosen is what the person has filled in so far: state.values.
	chosen map[string]map[string]any
	// errors are the app's complaints by block, trouble is Slack's own.
	errors  map[string]string
	trouble string
}

func (v view) blocks() []any { blocks, _ := v.doc["blocks"].([]any); return blocks }

func (v view) text(name string) string { s, _ := v.doc[name].(string); return s }

func (v view) flag(name string) bool { on, _ := v.doc[name].(bool); return on }

// modals are the stacks of open views, one stack a user.
type modals struct {
	mu     sync.Mutex
	stacks map[string][]view
}

func newModals() *modals { return &modals{stacks: map[string][]view{}} }

// top is the view that the user sees, and how many there are in all.
func (m *modals) top(user string) (view, int, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	stack := m.stacks[user]
	if len(stack) == 0 {
		return view{}, 0, false
	}
	return stack[len(stack)-1], len(stack), true
}

// open starts a new stack for the user, in place of any other.
func (m *modals) open(v view) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stacks[v.user] = []view{v}
}

// push puts a view on top of the stack that holds the view below.
func (m *modals) push(v view, below string) (view, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	stack := m.stacks[v.user]
	if !slices.ContainsFunc(stack, func(o view) bool { return o.id == below }) {
		return view{}, refusal{code: "not_found"}
	}
	if len(stack) >= maxStack {
		return view{}, refusal{code: "push_limit_reached"}
	}
	v.root, v.before = stack[0].id, stack[len(stack)-1].id
	m.stacks[v.user] = append(slices.Clone(stack), v)
	return v, nil
}

// change edits the open view that is found, and returns the copy after.
func (m *modals) change(is func(view) bool, how func(*view) error) (view, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, stack := range m.stacks {
		i := slices.IndexFunc(stack, is)
		if i < 0 {
			continue
		}
		v := stack[i]
		if err := how(&v); err != nil {
			return view{}, err
		}
		stack[i] = v
		return v, nil
	}
	return view{}, refusal{code: "not_found"}
}

// close takes away one view and those above it, or the whole stack.
func (m *modals) close(user, id string, all bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	stack := m.stacks[user]
	i := slices.IndexFunc(stack, func(v view) bool { return v.id == id })
	switch {
	case i < 0:
	case all || i == 0:
		delete(m.stacks, user)
	default:
		m.stacks[user] = slices.Clone(stack[:i])
	}
}

// holds reports whether an external id is taken by an open view.
func (m *modals) holds(externalID string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, stack := range m.stacks {
		if slices.ContainsFunc(stack, func(v view) bool { return v.text("external_id") == externalID }) {
			return true
		}
	}
	return false
}
