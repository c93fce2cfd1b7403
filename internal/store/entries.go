package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrRecorded is given by Append for a second "started" or "ended" of one
// request.
var ErrRecorded = errors.New("this step of the request is recorded already")

// Entry is the stored form of a journal record. Body is the record itself; the
// other fields are what entries are found and chained by.
type Entry struct {
	Seq       int64 // 1, 2, 3 … without gaps
	At        time.Time
	RequestID string
	Step      string
	Cluster   string
	Namespace string
	Kind      string
	Name      string
	ActorID   string
	Write     bool // false for an answered read
	Body      []byte
	Prev      string
	Hash      string
	// Sinks are the names of those who are owed this entry. Each has a
	// delivery to its name from the moment the entry is committed.
	Sinks []string
}

// Seal builds the entry that follows the chain's head: its Seq is seq, its
// Prev is prev. It says which jobs are committed with it. It may be called
// again for the same record, must not block, and must not use the store.
type Seal func(seq int64, prev string) (Entry, []Job, error)

// Append puts one entry at the end of the chain, with its jobs and deliveries,
// in one transaction. After nil all of it is on the disk; after an error
// nothing is, but for one case: when the connection to Postgres is lost during
// the commit, and cannot be had back to see how it went.
func (s *Store) Append(ctx context.Context, seal Seal) (Entry, error) {
	var sealed Entry
	err := s.db.write(ctx, func(tx tx) error {
		if err := tx.lockHead(ctx); err != nil {
			return err
		}
		seq, prev, err := head(ctx, tx)
		if err != nil {
			return err
		}
		entry, jobs, err := seal(seq+1, prev)
		if err != nil {
			return err
		}
		sealed = entry
		return s.put(ctx, tx, entry, jobs)
	})
	switch {
	case err == nil || sealed.Hash != "" && !s.db.recorded(err) && s.committed(ctx, sealed):
		return sealed, nil
	case s.db.recorded(err):
		return Entry{}, ErrRecorded
	default:
		return Entry{}, fmt.Errorf("appending to the journal: %w", s.db.explain(err))
	}
}

func (s *Store) put(ctx context.Context, tx tx, e Entry, jobs []Job) error {
	_, err := tx.exec(ctx, `INSERT INTO entries
		(seq, at, request_id, step, cluster, namespace, kind, name, actor_id, is_write, body, prev, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		e.Seq, micros(e.At), clean(e.RequestID), clean(e.Step), clean(e.Cluster), clean(e.Namespace), clean(e.Kind),
		clean(e.Name), clean(e.ActorID), e.Write, blob(e.Body), e.Prev, e.Hash)
	if err != nil {
		return err
	}
	for _, sink := range e.Sinks {
		_, err := tx.exec(ctx, `INSERT INTO deliveries (seq, sink, owed_at) VALUES ($1, $2, $3)`, e.Seq, sink, micros(s.now()))
		if err != nil {
			return err
		}
	}
	return tx.insert(ctx, jobs)
}

// committed asks a fresh connection whether an entry is in the chain after
// all: the answer to a commit may be lost on its way.
func (s *Store) committed(ctx context.Context, e Entry) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	var hash string
	found, err := one(ctx, s.db, `SELECT hash FROM entries WHERE seq = $1`, []any{e.Seq}, &hash)
	return err == nil && found && hash == e.Hash
}

// Head gives the last entry's Seq and Hash; zero and "" of an empty journal.
func (s *Store) Head(ctx context.Context) (seq int64, hash string, err error) {
	seq, hash, err = head(ctx, s.db)
	if err != nil {
		return 0, "", fmt.Errorf("reading the journal's head: %w", s.db.explain(err))
	}
	return seq, hash, nil
}

func head(ctx context.Context, q querier) (seq int64, hash string, err error) {
	_, err = one(ctx, q, `SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1`, nil, &seq, &hash)
	return seq, hash, err
}
