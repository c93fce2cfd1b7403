package diagnose

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

// lookInterval is the time between two looks at the folder of playbooks. It is
// read, not watched: that also notices the symbolic link of a mounted ConfigMap
// being swapped, and works on every file system.
const lookInterval = time.Second

// playbookFolder is where a Diagnoser's playbooks are.
type playbookFolder struct {
	path    string
	every   time.Duration
	inForce playbookLook
	failure atomic.Pointer[error] // why the folder as it is now is not in force
}

// playbookLook is what was found in the folder: a hash of all of it, or why it
// could not be read.
type playbookLook struct {
	hash [sha256.Size]byte
	err  string
}

func lookAt(files []PlaybookFile, err error) playbookLook {
	if err != nil {
		return playbookLook{err: err.Error()}
	}
	sum := sha256.New()
	for _, file := range files {
		for _, part := range [][]byte{[]byte(file.Name), file.Text} {
			sum.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
			sum.Write(part)
		}
	}
	var found playbookLook
	sum.Sum(found.hash[:0])
	return found
}

// UsePlaybooks puts a folder of playbooks in force, besides what is built in.
// An empty path is none. Its error is all that is wrong with them, by file and
// line.
func (d *Diagnoser) UsePlaybooks(path string) error {
	if path == "" {
		return nil
	}
	files, err := ReadPlaybooks(path)
	if err != nil {
		return err
	}
	engine, err := NewEngine(files...)
	if err != nil {
		return fmt.Errorf("the playbooks are not right:\n%w", err)
	}
	d.engine.Store(engine)
	d.folder.path, d.folder.inForce = path, lookAt(files, nil)
	return nil
}

// WatchPlaybooks takes up changes of the playbooks until the context ends. A
// changed folder is taken when it reads the same twice in a row, and only when
// all of it is right: until then the last good playbooks stay in force, and
// PlaybooksErr says why. Diagnoses under way end with what they began with.
func (d *Diagnoser) WatchPlaybooks(ctx context.Context) {
	if d.folder.path == "" {
		return
	}
	ticker := time.NewTicker(d.folder.every)
	defer ticker.Stop()
	taken, last := d.folder.inForce, d.folder.inForce
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		files, err := ReadPlaybooks(d.folder.path)
		now := lookAt(files, err)
		if now == last && now != taken {
			taken = now
			d.takePlaybooks(files, err)
		}
		last = now
	}
}

// takePlaybooks puts changed playbooks in force as a whole, or remembers why
// they cannot be.
func (d *Diagnoser) takePlaybooks(files []PlaybookFile, err error) {
	var engine *Engine
	if err == nil {
		engine, err = NewEngine(files...)
	}
	if err != nil {
		err = fmt.Errorf("the playbooks before stay in force: %w", err)
		d.folder.failure.Store(&err)
		d.options.Log.Error("playbooks not taken", zap.String("folder", d.folder.path), zap.Error(err))
		return
	}
	d.engine.Store(engine)
	d.folder.failure.Store(nil)
	d.options.Log.Info("playbooks taken", zap.String("folder", d.folder.path), zap.Int("files", len(files)))
}

// PlaybooksErr tells why the playbooks, as they are in their folder now, are
// not in force; nil when they are.
func (d *Diagnoser) PlaybooksErr() error {
	if err := d.folder.failure.Load(); err != nil {
		return *err
	}
	return nil
}
