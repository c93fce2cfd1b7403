package rbac

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"go.uber.org/zap"
)

// lookInterval is the time between two looks at the policy file. The file is
// read, not watched: that also notices the symbolic link of a mounted
// ConfigMap being swapped, and works on every file system.
const lookInterval = time.Second

// look is what was found in the file: its content's hash, or why it could not
// be read.
type look struct {
	hash [sha256.Size]byte
	err  string
}

// settling remembers looks at a file, to tell when it has changed for good.
type settling struct{ taken, last look }

// changed tells whether a look differs from what was taken and is the same as
// the look before it: a file that is being written does not count.
func (s *settling) changed(now look) bool {
	settled := now == s.last && now != s.taken
	if settled {
		s.taken = now
	}
	s.last = now
	return settled
}

// Watch takes up changes of the policy file until the context ends. A changed
// file is taken when it reads the same twice in a row, and only when it is
// valid as a whole: until then the last good policy stays in force, and Err
// says why.
func (e *Enforcer) Watch(ctx context.Context) {
	ticker := time.NewTicker(e.every)
	defer ticker.Stop()
	first := look{hash: e.current.Load().hash}
	file := settling{taken: first, last: first}
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		text, err := read("the policy", e.path)
		now := look{hash: sha256.Sum256(text)}
		if err != nil {
			now.err = err.Error()
		}
		if file.changed(now) {
			e.take(text, err)
		}
	}
}

// take puts a changed file in force, or remembers why it cannot be.
func (e *Enforcer) take(text []byte, err error) {
	var policy *policy
	if err == nil {
		policy, err = e.compile(text)
	}
	if err != nil {
		err = fmt.Errorf("the policy of %s stays in force: %w", e.current.Load().loaded.Format(time.RFC3339), err)
		e.failure.Store(&err)
		e.log.Error("policy not taken", zap.String("file", e.path), zap.Error(err))
		return
	}
	e.use(policy)
}

// Err tells why the policy file, as it is now, is not in force; nil when it is.
func (e *Enforcer) Err() error {
	if err := e.failure.Load(); err != nil {
		return *err
	}
	return nil
}
