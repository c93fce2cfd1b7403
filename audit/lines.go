package audit

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"sync"
)

// lines is a file, or standard output, that gets one line at a time. Its
// methods are called with mu held.
type lines struct {
	path   string // empty for standard output
	stdout io.Writer

	mu     sync.Mutex
	recent []string // the hashes written last, since standard output cannot be read
}

const (
	// tail is how much of the file's end is searched, in bytes: what a crash
	// can have left undelivered is much less.
	tail = 256 << 10
	// remembered is how many hashes are kept in memory.
	remembered = 1024
)

// has tells whether a line with the hash was written.
func (l *lines) has(hash string) (bool, error) {
	if slices.Contains(l.recent, hash) || l.path == "" {
		return slices.Contains(l.recent, hash), nil
	}
	end, err := l.end(tail)
	if err != nil {
		return false, err
	}
	// A line counts when it is whole: its hash comes early in it.
	whole := end[:bytes.LastIndexByte(end, '\n')+1]
	return bytes.Contains(whole, []byte(`"event.id":"`+hash+`"`)), nil
}

func (l *lines) remember(hash string) {
	l.recent = append(l.recent, hash)
	if len(l.recent) > remembered {
		l.recent = slices.Delete(l.recent, 0, len(l.recent)-remembered)
	}
}

// end gives at most the last size bytes of the file.
func (l *lines) end(size int64) ([]byte, error) {
	file, err := os.Open(l.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	length, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.NewSectionReader(file, max(0, length-size), size))
}

// Write appends one line, durably where it is a file. After a part of a line,
// which a full disk leaves, it begins a new one.
func (l *lines) Write(line []byte) (int, error) {
	if l.path == "" {
		return l.stdout.Write(line)
	}
	before, err := l.end(1)
	if err != nil {
		return 0, err
	}
	file, err := os.OpenFile(l.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return 0, err
	}
	whole := line
	if len(before) == 1 && before[0] != '\n' {
		whole = append([]byte{'\n'}, line...)
	}
	if _, err := file.Write(whole); err != nil {
		return 0, errors.Join(err, file.Close())
	}
	return len(line), errors.Join(file.Sync(), file.Close())
}

// Sync has nothing to do: Write does.
func (l *lines) Sync() error { return nil }
