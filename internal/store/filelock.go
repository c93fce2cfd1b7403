package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// fileLock keeps a second process from a SQLite file. The operating system
// gives it back when the process ends, however it ends.
type fileLock struct{ file *os.File }

// lockFile takes the lock of the state file at path, which is a file beside
// it: SQLite locks the state file itself in its own ways.
func lockFile(path string) (*fileLock, error) {
	file, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("another steward%s is using it. Stop that one first, or name another file in state.dsn; several processes can share one state on Postgres", holder(file))
	}
	if err == nil {
		err = errors.Join(file.Truncate(0), write(file, strconv.Itoa(os.Getpid())+"\n"))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &fileLock{file}, nil
}

// release gives the lock back. The file stays: deleting it would let two
// processes lock two files of the same name.
func (l *fileLock) release() error {
	if err := l.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

func write(file *os.File, text string) error {
	_, err := file.WriteAt([]byte(text), 0)
	return err
}

// holder names the process that has the lock, as far as the file says.
func holder(file *os.File) string {
	content, _ := io.ReadAll(io.LimitReader(file, 32)) // without a number the sentence still holds
	if pid, err := strconv.Atoi(strings.TrimSpace(string(content))); err == nil {
		return fmt.Sprintf(" (process %d)", pid)
	}
	return ""
}
