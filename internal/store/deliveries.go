package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Delivery is an entry that is owed to a sink.
type Delivery struct {
	Seq  int64
	Sink string
}

// Entry gives one entry by its Seq. Its Sinks are not read.
func (s *Store) Entry(ctx context.Context, seq int64) (e Entry, found bool, err error) {
	err = s.each(ctx, "reading the journal", `SELECT `+entryColumns+` FROM entries WHERE seq = $1`, []any{seq}, func(r row) error {
		found = true
		e, err = scanEntry(r)
		return err
	})
	return e, found, err
}

// Delivered tells whether the sink's receipt for the entry is here.
func (s *Store) Delivered(ctx context.Context, seq int64, sink string) (bool, error) {
	var n int
	_, err := s.one(ctx, "reading a delivery", `SELECT count(*) FROM deliveries WHERE seq = $1 AND sink = $2 AND delivered_at IS NOT NULL`, []any{seq, sink}, &n)
	return n > 0, err
}

// MarkDelivered keeps the sink's receipt. The note says how the delivery went,
// for people. The first receipt stays.
func (s *Store) MarkDelivered(ctx context.Context, seq int64, sink, note string) error {
	_, err := s.change(ctx, "keeping a receipt", `INSERT INTO deliveries (seq, sink, owed_at, delivered_at, note) VALUES ($1, $2, $3, $3, $4)
		ON CONFLICT (seq, sink) DO UPDATE SET delivered_at = excluded.delivered_at, note = excluded.note WHERE deliveries.delivered_at IS NULL`,
		seq, sink, micros(s.now()), clean(note))
	return err
}

// Undelivered lists what has been owed to one of the sinks for longer than
// age, oldest first, and at most a thousand at a time.
func (s *Store) Undelivered(ctx context.Context, sinks []string, age time.Duration) ([]Delivery, error) {
	return s.owed(ctx, sinks, `owed_at <= $1`, micros(s.now().Add(-age)))
}

// OwedBefore lists what one request owes a sink from before an entry: a sink
// that tells a story wants its chapters in order.
func (s *Store) OwedBefore(ctx context.Context, e Entry, sink string) ([]Delivery, error) {
	return s.owed(ctx, []string{sink}, `seq < $1 AND seq IN (SELECT seq FROM entries WHERE request_id = $2)`, e.Seq, clean(e.RequestID))
}

func (s *Store) owed(ctx context.Context, sinks []string, condition string, args ...any) ([]Delivery, error) {
	if len(sinks) == 0 {
		return nil, nil
	}
	places := make([]string, len(sinks))
	for i, sink := range sinks {
		args = append(args, sink)
		places[i] = fmt.Sprintf("$%d", len(args))
	}
	var owed []Delivery
	err := s.each(ctx, "reading what is owed to the sinks",
		`SELECT seq, sink FROM deliveries WHERE delivered_at IS NULL AND `+condition+` AND sink IN (`+strings.Join(places, ", ")+`) ORDER BY seq LIMIT 1000`, args,
		func(r row) error {
			var d Delivery
			err := r.Scan(&d.Seq, &d.Sink)
			owed = append(owed, d)
			return err
		})
	return owed, err
}
