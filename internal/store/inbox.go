package store

import (
	"context"
	"time"
)

// Inbox is one payload that Slack delivered. It is committed before it is
// acknowledged, so that an acknowledged command is never lost.
type Inbox struct {
	ID         string // the id of the request that follows from it
	EnvelopeID string // Socket Mode's envelope id, or whatever identifies the delivery
	TriggerID  string // may be empty
	Kind       string // the caller's word for what the payload is
	Payload    []byte
	At         time.Time
}

// Receive commits the payload. It is not fresh, and nothing is changed, when
// the envelope id or the trigger id was seen before; an empty id is never
// seen.
func (s *Store) Receive(ctx context.Context, in Inbox) (fresh bool, err error) {
	received, err := s.change(ctx, "receiving a payload", `INSERT INTO inbox (id, envelope_id, trigger_id, kind, payload, at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		clean(in.ID), clean(in.EnvelopeID), clean(in.TriggerID), clean(in.Kind), blob(in.Payload), micros(in.At))
	return received > 0, err
}

// Handled says that nothing more is to be done for the payload.
func (s *Store) Handled(ctx context.Context, id string) error {
	_, err := s.change(ctx, "marking a payload as handled", `UPDATE inbox SET handled_at = $2 WHERE id = $1 AND handled_at IS NULL`, clean(id), micros(s.now()))
	return err
}

// Unhandled lists the payloads that were received and not handled, oldest
// first: what a process that died has left.
func (s *Store) Unhandled(ctx context.Context) ([]Inbox, error) {
	var left []Inbox
	err := s.each(ctx, "reading the inbox", `SELECT id, envelope_id, trigger_id, kind, payload, at FROM inbox WHERE handled_at IS NULL ORDER BY at, id`, nil,
		func(r row) error {
			var in Inbox
			var at int64
			err := r.Scan(&in.ID, &in.EnvelopeID, &in.TriggerID, &in.Kind, &in.Payload, &at)
			in.At = moment(at)
			left = append(left, in)
			return err
		})
	return left, err
}
