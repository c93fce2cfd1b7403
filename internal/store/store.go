// Package store keeps steward's state: the journal's entries, the durable jobs
// that follow from them, what Slack delivered, the tokens behind buttons,
// leases and notes. It runs on SQLite in one file, or on Postgres when several
// processes share the work, and the rest of steward cannot tell which.
//
// What is one idea for the caller is one transaction here: an entry is
// committed together with its jobs and with what is owed to the sinks, or not
// at all. A method that returned nil has put its change on the disk.
//
// sqlite.go and postgres.go hold what differs between the two; every other
// file is written once, in SQL that both understand.
package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Store is the open state. It is safe for concurrent use.
type Store struct {
	db       database
	readOnly bool
	log      *zap.Logger
	now      func() time.Time

	mu   sync.Mutex
	work *work // the running jobs and upkeep; nil until Start
}

// Open opens the state that the DSN names, and brings its tables up to date.
// A DSN is "sqlite:FILE" or "postgres://…". A SQLite file belongs to one
// process at a time: the error says who has it.
func Open(ctx context.Context, dsn string, log *zap.Logger) (*Store, error) {
	return open(ctx, dsn, log, false)
}

// OpenToRead opens the state for reading only, beside a steward that is at
// work on it: for the command line's list, verify and export. Nothing is
// migrated, no jobs can run, and whatever writes gives an error.
func OpenToRead(ctx context.Context, dsn string, log *zap.Logger) (*Store, error) {
	return open(ctx, dsn, log, true)
}

func open(ctx context.Context, dsn string, log *zap.Logger, readOnly bool) (*Store, error) {
	place, err := parseDSN(dsn)
	if err != nil {
		return nil, err
	}
	var db database
	if place.file != "" {
		db, err = openSQLite(ctx, place.file, log, readOnly)
	} else {
		db, err = openPostgres(ctx, place.postgres, log, readOnly)
	}
	if err != nil {
		return nil, err
	}
	return &Store{db: db, readOnly: readOnly, log: log, now: time.Now}, nil
}

// Close stops the jobs as Stop does, and closes the state.
func (s *Store) Close(ctx context.Context) error {
	return errors.Join(s.Stop(ctx), s.db.close())
}

// Ping tells whether the state is well: it reads and, unless it was opened to
// read, writes. A disk that is full or a database that has become read-only is
// not well.
func (s *Store) Ping(ctx context.Context) error {
	if _, _, err := s.Head(ctx); err != nil || s.readOnly {
		return err
	}
	return s.PutNote(ctx, "ping", []byte(s.now().UTC().Format(time.RFC3339)))
}

// write runs f in one durable transaction.
func (s *Store) write(ctx context.Context, doing string, f func(tx tx) error) error {
	if err := s.db.write(ctx, f); err != nil {
		return fmt.Errorf("%s: %w", doing, s.db.explain(err))
	}
	return nil
}

// change runs one statement in a durable transaction of its own, and gives the
// number of rows that it changed.
func (s *Store) change(ctx context.Context, doing, sql string, args ...any) (int64, error) {
	changed, err := s.db.exec(ctx, sql, args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, s.db.explain(err))
	}
	return changed, nil
}

// one reads at most one row into dest, and tells whether there was one.
func (s *Store) one(ctx context.Context, doing, sql string, args []any, dest ...any) (bool, error) {
	found, err := one(ctx, s.db, sql, args, dest...)
	if err != nil {
		return false, fmt.Errorf("%s: %w", doing, s.db.explain(err))
	}
	return found, nil
}

// each reads rows and calls scan for every one of them.
func (s *Store) each(ctx context.Context, doing, sql string, args []any, scan func(row) error) error {
	rows, err := s.db.query(ctx, sql, args...)
	if err == nil {
		defer rows.Close()
		for err == nil && rows.Next() {
			err = scan(rows)
		}
		err = errors.Join(err, rows.Err())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, s.db.explain(err))
	}
	return nil
}
