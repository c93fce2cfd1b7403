package bot

import (
	"errors"
	"runtime/debug"
	"sync"

	"go.uber.org/zap"
)

// errPanicked is what guarded makes of a panic.
var errPanicked = errors.New("it panicked")

// guarded runs f, and turns a panic into errPanicked, counted and logged: one
// payload must not end the process, and again each time it is taken up.
func guarded(m *metrics, log *zap.Logger, f func() error) (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			m.panics.Inc()
			log.Error("a handler panicked", zap.Any("panic", broken), zap.ByteString("stack", debug.Stack()))
			err = errPanicked
		}
	}()
	return f()
}

// outcomeTries is how often an outcome is told that panics on the way.
const outcomeTries = 3

// tries counts the panics of each row, in this process.
type tries struct {
	mu   sync.Mutex
	rows map[string]int
}

// last counts a panic, and tells whether the row is not worth another one.
func (t *tries) last(row string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[row]++
	if t.rows[row] < outcomeTries {
		return false
	}
	delete(t.rows, row)
	return true
}
