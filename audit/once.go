package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/steward-bot/steward/internal/store"
)

// once writes something to a vendor exactly once, although its answer may get
// lost and this process may die at any point. What is written carries a mark
// by which it is found again.
type once struct {
	store *store.Store
	now   func() time.Time
	// settle is how long after an attempt whose outcome is unknown the
	// vendor's own view can be trusted: the request may still be on its way,
	// or not yet in an index.
	settle time.Duration
}

// do calls write unless present says that it happened. The key names the
// attempt, in our notes. After nil the thing is there.
func (o once) do(ctx context.Context, key string, present func(context.Context) (bool, error), write func(context.Context) error) error {
	there, err := present(ctx)
	if err != nil {
		return err
	}
	if there {
		return o.store.DropNote(ctx, key)
	}
	if err := o.settled(ctx, key); err != nil {
		return err
	}
	// The attempt is noted before it is made, so that a process that dies in
	// it leaves its trace.
	if err := o.note(ctx, key); err != nil {
		return err
	}
	err = write(ctx)
	var unknown *unknownError
	if !errors.As(err, &unknown) {
		if dropErr := o.store.DropNote(ctx, key); dropErr != nil {
			return errors.Join(err, dropErr)
		}
		return err
	}
	// Most of these have in fact happened.
	if there, err := present(ctx); err == nil && there {
		return o.store.DropNote(ctx, key)
	}
	return o.look(unknown)
}

// settled gives an error as long as an earlier attempt may still come true.
func (o once) settled(ctx context.Context, key string) error {
	note, found, err := o.store.Note(ctx, key)
	if err != nil || !found {
		return err
	}
	began, err := time.Parse(time.RFC3339Nano, string(note))
	if err != nil {
		return fmt.Errorf("reading the note of an attempt: %w", err)
	}
	left := o.settle - o.now().Sub(began)
	if left <= 0 {
		return nil
	}
	if left > o.settle { // the clock was set back: wait anew
		if err := o.note(ctx, key); err != nil {
			return err
		}
	}
	return o.look(errors.New("an earlier attempt may still come true"))
}

// look has the sink called again soon, to look whether the attempt came true.
func (o once) look(why error) error { return &Later{After: min(o.settle, settleLook), Err: why} }

// settleLook is how often we look while an attempt settles.
const settleLook = 5 * time.Second

func (o once) note(ctx context.Context, key string) error {
	return o.store.PutNote(ctx, key, []byte(o.now().UTC().Format(time.RFC3339Nano)))
}
