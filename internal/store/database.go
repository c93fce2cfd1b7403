package store

import (
	"context"
	"strings"
	"time"
)

// database is what SQLite and Postgres each do in their own way.
type database interface {
	querier // reads come from any connection; exec commits by itself
	// write runs f in one transaction and commits it durably. Nothing of it
	// stays when f or the commit fails.
	write(ctx context.Context, f func(tx tx) error) error
	close() error
	// clock is the SQL expression of the present in microseconds. Leases use
	// it, because processes on several machines share the database's clock
	// and not their own.
	clock() string
	// explain turns a failure that a person can mend into words.
	explain(err error) error
	// recorded tells whether the error is one of the unique indexes by which
	// a request starts once and ends once.
	recorded(err error) bool
	// start begins to work the jobs of the given kinds.
	start(ctx context.Context, id string, handlers map[string]Handler) error
	// stop lets running jobs finish until ctx is done, then cancels them.
	stop(ctx context.Context) error
	// rescue puts back the jobs of workers that are gone.
	rescue(ctx context.Context) (int64, error)
}

type querier interface {
	exec(ctx context.Context, sql string, args ...any) (changed int64, err error)
	query(ctx context.Context, sql string, args ...any) (rows, error)
}

// tx is a querier inside one transaction.
type tx interface {
	querier
	// lockHead makes this transaction the only one that may append.
	lockHead(ctx context.Context) error
	insert(ctx context.Context, jobs []Job) error
}

type row interface {
	Scan(dest ...any) error
}

type rows interface {
	row
	Next() bool
	Err() error
	Close()
}

// one reads at most one row.
func one(ctx context.Context, q querier, sql string, args []any, dest ...any) (bool, error) {
	rows, err := q.query(ctx, sql, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	if err := rows.Scan(dest...); err != nil {
		return false, err
	}
	rows.Close()
	return true, rows.Err()
}

// micros is how a moment is stored; moment is its inverse.
func micros(t time.Time) int64 { return t.UnixMicro() }

func moment(micros int64) time.Time {
	if t := time.UnixMicro(micros).UTC(); !t.Equal(time.Time{}) {
		return t
	}
	return time.Time{}
}

// clean makes a string that both databases store: Postgres refuses NUL and
// what is not UTF-8, and whoever types decides what is in it.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// blob is never nil, which would be stored as NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
