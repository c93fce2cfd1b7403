package bot

import "sync"

// turns sees to it that one person cannot keep all workers busy: of what one
// person asks, a part is worked on at a time, and the rest waits in order,
// without a worker.
type turns struct {
	most int // of one person at a time

	mu    sync.Mutex
	lines map[string]*line // by user id; only of people for whom something is to do
}

// line is what is to do for one person.
type line struct {
	busy    int
	waiting []chan struct{} // each is closed when its turn has come
}

func newTurns(most int) *turns {
	return &turns{most: most, lines: map[string]*line{}}
}

// enter takes a place in the person's line. It never waits: the channel that it
// gives is closed when the turn has come, and leave must be called after that.
// What nobody asked, an outcome of ours, has its turn at once.
func (t *turns) enter(person string) (turn <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l, ok := t.lines[person]
	if !ok {
		l = &line{}
		t.lines[person] = l
	}
	place := make(chan struct{})
	if l.busy < t.most || person == "" {
		l.busy++
		close(place)
	} else {
		l.waiting = append(l.waiting, place)
	}
	return place
}

// leave ends a turn, and begins the person's next one.
func (t *turns) leave(person string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.lines[person]
	if len(l.waiting) > 0 {
		close(l.waiting[0])
		l.waiting = l.waiting[1:]
		return
	}
	l.busy--
	if l.busy == 0 {
		delete(t.lines, person)
	}
}
