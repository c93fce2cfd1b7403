package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Filter selects entries. Zero fields select everything.
type Filter struct {
	RequestID string
	Cluster   string
	Namespace string
	Kind      string
	Name      string
	ActorID   string
	Since     time.Time
	Writes    bool // leave out answered reads
	Open      bool // only what has started and not ended
	Limit     int  // the newest so many; 0 means all
}

const entryColumns = `seq, at, request_id, step, cluster, namespace, kind, name, actor_id, is_write, body, prev, hash`

// Entries gives the selected entries, oldest first. Their Sinks are not read.
func (s *Store) Entries(ctx context.Context, f Filter) ([]Entry, error) {
	where, args := f.where()
	query := `SELECT ` + entryColumns + ` FROM entries AS e` + where + ` ORDER BY seq DESC`
	if f.Limit > 0 {
		args = append(args, f.Limit)
		query += fmt.Sprintf(" LIMIT $%d", len(args))
	}
	var entries []Entry
	err := s.each(ctx, "reading the journal", query, args, func(r row) error {
		e, err := scanEntry(r)
		entries = append(entries, e)
		return err
	})
	slices.Reverse(entries)
	return entries, err
}

// where writes the conditions, each argument numbered as it is added.
func (f Filter) where() (string, []any) {
	var conditions []string
	var args []any
	add := func(condition string, arg any) {
		args = append(args, arg)
		conditions = append(conditions, fmt.Sprintf("%s $%d", condition, len(args)))
	}
	for _, field := range []struct{ column, value string }{
		{"request_id", f.RequestID},
		{"cluster", f.Cluster},
		{"namespace", f.Namespace},
		{"kind", f.Kind},
		{"name", f.Name},
		{"actor_id", f.ActorID},
	} {
		if field.value != "" {
			add(field.column+" =", clean(field.value))
		}
	}
	if !f.Since.IsZero() {
		add("at >=", micros(f.Since))
	}
	if f.Writes {
		conditions = append(conditions, "is_write")
	}
	if f.Open {
		conditions = append(conditions, `step = 'started' AND NOT EXISTS
			(SELECT 1 FROM entries AS o WHERE o.request_id = e.request_id AND o.step = 'ended')`)
	}
	if len(conditions) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(conditions, " AND "), args
}

// page is how many entries Walk holds at once.
const page = 500

// Walk calls f for every entry in order, from the first, however long the
// journal is. It stops at the first error.
func (s *Store) Walk(ctx context.Context, f func(Entry) error) error {
	for after := int64(0); ; {
		entries := make([]Entry, 0, page)
		err := s.each(ctx, "reading the journal",
			`SELECT `+entryColumns+` FROM entries WHERE seq > $1 ORDER BY seq LIMIT $2`, []any{after, page},
			func(r row) error {
				e, err := scanEntry(r)
				entries = append(entries, e)
				return err
			})
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := f(e); err != nil {
				return err
			}
			after = e.Seq
		}
		if len(entries) < page {
			return nil
		}
	}
}

func scanEntry(r row) (Entry, error) {
	var e Entry
	var at int64
	err := r.Scan(&e.Seq, &at, &e.RequestID, &e.Step, &e.Cluster, &e.Namespace, &e.Kind, &e.Name, &e.ActorID, &e.Write, &e.Body, &e.Prev, &e.Hash)
	e.At = moment(at)
	return e, err
}
