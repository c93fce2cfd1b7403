package slack

import (
	"maps"
	"slices"
	"sync"
)

// watchers are the open streams of person_stream.go.
type watchers struct {
	mu  sync.Mutex
	all map[*watcher]bool
}

// watcher gathers what has changed for one user until the stream takes it, so
// that a slow reader costs no more than one entry a channel.
type watcher struct {
	user string
	wake chan struct{}

	mu       sync.Mutex
	channels map[string]bool
	view     bool
	people   bool
}

func newWatchers() *watchers { return &watchers{all: map[*watcher]bool{}} }

func (w *watchers) add(user string) *watcher {
	w.mu.Lock()
	defer w.mu.Unlock()
	one := &watcher{user: user, wake: make(chan struct{}, 1), channels: map[string]bool{}}
	w.all[one] = true
	return one
}

func (w *watchers) remove(one *watcher) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.all, one)
}

// channelChanged tells those who see the channel; onlyFor narrows it to one
// user.
func (w *watchers) channelChanged(d *directory, channel, onlyFor string) {
	w.each(func(one *watcher) {
		if (onlyFor == "" || onlyFor == one.user) && d.sees(one.user, channel) {
			one.note(func() { one.channels[channel] = true })
		}
	})
}

// viewChanged tells the user whose modal it is.
func (w *watchers) viewChanged(user string) {
	w.each(func(one *watcher) {
		if one.user == user {
			one.note(func() { one.view = true })
		}
	})
}

// peopleChanged tells everyone that the directory is another.
func (w *watchers) peopleChanged() {
	w.each(func(one *watcher) { one.note(func() { one.people = true }) })
}

func (w *watchers) each(tell func(*watcher)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for one := range w.all {
		tell(one)
	}
}

func (w *watcher) note(what func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	what()
	select {
	case w.wake <- struct{}{}:
	default: // woken already
	}
}

// take returns what has changed since the last time, as the stream sends it.
func (w *watcher) take() []answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	var changes []answer
	for _, channel := range slices.Sorted(maps.Keys(w.channels)) {
		changes = append(changes, answer{"channel": channel})
	}
	if w.view {
		changes = append(changes, answer{"view": true})
	}
	if w.people {
		changes = append(changes, answer{"people": true})
	}
	clear(w.channels)
	w.view, w.people = false, false
	return changes
}
