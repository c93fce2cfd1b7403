package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"go.uber.org/zap"
	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqlite is the state in one file. All writing goes through one connection:
// SQLite has one writer at a time anyway, and who waits for a connection
// waits in order, where who finds the file locked must poll.
type sqlite struct {
	*engine[*sql.Tx]
	path    string
	lock    *fileLock
	writer  *sql.DB // nil when opened to read
	readers *sql.DB
}

// readers is how many connections read beside the writer.
const readers = 4

func openSQLite(ctx context.Context, path string, log *zap.Logger, readOnly bool) (_ *sqlite, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("finding the state file: %w", err)
	}
	s := &sqlite{path: path}
	defer func() {
		if err != nil {
			err = fmt.Errorf("opening the state file %s: %w", path, s.explain(err))
			_ = s.close() // the first error counts
		}
	}()
	if readOnly {
		_, err = os.Stat(path) // SQLite would make the file
	} else {
		err = s.openWriter(ctx, log)
	}
	if err != nil {
		return nil, err
	}
	s.readers, err = sql.Open("sqlite", dataSource(path, "busy_timeout(5000)", "query_only(1)"))
	if err != nil {
		return nil, err
	}
	s.readers.SetMaxOpenConns(readers)
	s.readers.SetMaxIdleConns(readers)
	return s, s.readers.PingContext(ctx)
}

// openWriter takes the file for this process, makes it if need be, and brings
// it up to date.
func (s *sqlite) openWriter(ctx context.Context, log *zap.Logger) (err error) {
	if s.lock, err = lockFile(s.path); err != nil {
		return err
	}
	if err := makePrivate(s.path); err != nil {
		return err
	}
	// Durability is the point: FULL makes every commit wait for the disk.
	s.writer, err = sql.Open("sqlite", dataSource(s.path, "busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)")+"&_txlock=immediate")
	if err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	if err := migrate(ctx, goose.DialectSQLite3, s.writer); err != nil {
		return err
	}
	migrator, err := rivermigrate.New(riversqlite.New(s.writer), &rivermigrate.Config{Logger: quiet(log)})
	if err != nil {
		return err
	}
	if err := migrateJobs(ctx, migrator); err != nil {
		return err
	}
	if s.engine, err = newEngine(log, func(config *river.Config) (*river.Client[*sql.Tx], error) {
		return river.NewClient(riversqlite.New(s.writer), config)
	}); err != nil {
		return err
	}
	return s.bury(ctx)
}

// bury clears away what a process that died has left: the file is ours alone,
// so nobody else runs jobs, leads or holds a lease.
func (s *sqlite) bury(ctx context.Context) error {
	for _, sql := range []string{
		`UPDATE river_job SET state = 'available' WHERE state = 'running'`,
		`DELETE FROM river_leader`,
		`DELETE FROM leases`,
	} {
		if _, err := s.exec(ctx, sql); err != nil {
			return fmt.Errorf("clearing away what the last process left: %w", err)
		}
	}
	return nil
}

func dataSource(path string, pragmas ...string) string {
	return (&url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"_pragma": pragmas}.Encode()}).String()
}

// makePrivate sees to it that nobody but the owner may read the file. SQLite
// gives the same mode to the files beside it.
func makePrivate(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(file.Chmod(0o600), file.Close())
}

func (s *sqlite) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	if s.writer == nil {
		return 0, errReadOnly
	}
	return affected(s.writer.ExecContext(ctx, sql, args...))
}

func (s *sqlite) query(ctx context.Context, sql string, args ...any) (rows, error) {
	return sqlRows(s.readers.QueryContext(ctx, sql, args...))
}

func (s *sqlite) write(ctx context.Context, f func(tx tx) error) error {
	if s.writer == nil {
		return errReadOnly
	}
	begun, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer begun.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if err := f(&sqliteTx{begun, s.engine}); err != nil {
		return err
	}
	return begun.Commit()
}

func (s *sqlite) close() error {
	var errs []error
	if s.readers != nil {
		errs = append(errs, s.readers.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.release())
	}
	return errors.Join(errs...)
}

func (s *sqlite) clock() string { return `CAST(unixepoch('subsec') * 1000000 AS INTEGER)` }

// rescue has nothing to do: bury has done it, and nobody else works here.
func (s *sqlite) rescue(context.Context) (int64, error) { return 0, nil }

// recorded goes by the column: SQLite does not name the index.
func (s *sqlite) recorded(err error) bool {
	var failed *driver.Error
	return errors.As(err, &failed) && failed.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE && strings.Contains(err.Error(), "entries.request_id")
}

func (s *sqlite) explain(err error) error {
	var failed *driver.Error
	if !errors.As(err, &failed) {
		return err
	}
	switch failed.Code() & 0xff { // the extended codes keep the primary one in the low byte
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("the disk that holds %s is full, so nothing was recorded: free some space: %w", s.path, err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return fmt.Errorf("%s cannot be written, so nothing was recorded: give steward write permission for the file and its folder: %w", s.path, err)
	case sqlite3.SQLITE_BUSY:
		return fmt.Errorf("another program has %s locked: close it: %w", s.path, err)
	case sqlite3.SQLITE_IOERR:
		return fmt.Errorf("the disk that holds %s failed, so nothing was recorded: check the disk: %w", s.path, err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%s is damaged or no steward state: restore it from a backup, or name another file: %w", s.path, err)
	}
	return err
}
