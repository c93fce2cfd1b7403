package bot

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/ops"
)

// taleEvery is how often the progress of one request is shown at most.
const taleEvery = time.Second

// tale is the message in a thread that shows the progress of one request. Its
// timestamp is noted, so that the process that resumes the request goes on
// editing it.
type tale struct {
	n       *Narrator
	req     ops.Request
	news    chan ops.Progress // holds one: the latest
	stopped chan struct{}     // closed to end the tale
	done    chan struct{}     // closed when the last progress is shown
}

func newTale(n *Narrator, req ops.Request) *tale {
	t := &tale{n: n, req: req, news: make(chan ops.Progress, 1), stopped: make(chan struct{}), done: make(chan struct{})}
	n.telling.Go(t.run)
	return t
}

// latest replaces what is waiting to be shown. The narrator's lock is held.
func (t *tale) latest(p ops.Progress) {
	select {
	case <-t.news:
	default:
	}
	t.news <- p
}

// run shows news at most once in taleEvery, until the tale ends.
func (t *tale) run() {
	defer close(t.done)
	marked := false
	for {
		select {
		case p := <-t.news:
			t.show(p)
			if !marked {
				t.mark()
				marked = true
			}
		case <-t.stopped:
			t.last()
			return
		case <-t.n.base.Done():
			return
		}
		select {
		case <-time.After(taleEvery):
		case <-t.stopped:
			t.last()
			return
		case <-t.n.base.Done():
			return
		}
	}
}

// mark says in the channel that the request is under way. The outcome says
// otherwise only after the tale has ended.
func (t *tale) mark() {
	ctx, cancel := context.WithTimeout(t.n.base, showDeadline)
	defer cancel()
	if err := t.n.roots.mark(ctx, t.req.ID, fmt.Sprintf("⏳ Confirmed by <@%s>. It is under way, in the thread.", t.req.Actor.ID)); err != nil {
		t.n.log.Warn("the channel does not show that a request is under way", zap.String("request_id", t.req.ID), zap.Error(err))
	}
}

// last shows what is still waiting when the tale ends.
func (t *tale) last() {
	select {
	case p := <-t.news:
		t.show(p)
	default:
	}
}

// showDeadline bounds one progress: the next one is more use than this one late.
const showDeadline = 5 * time.Second

func (t *tale) show(p ops.Progress) {
	ctx, cancel := context.WithTimeout(t.n.base, showDeadline)
	defer cancel()
	if err := t.put(ctx, renderProgress(p)); err != nil && t.n.base.Err() == nil {
		t.n.log.Warn("a progress could not be shown", zap.String("request_id", t.req.ID), zap.Error(err))
	}
}

// put posts the first progress of a request and edits it from then on.
func (t *tale) put(ctx context.Context, m message) error {
	key := "progress/" + t.req.ID
	ts, found, err := t.n.store.Note(ctx, key)
	if err != nil {
		return fmt.Errorf("reading which message shows the progress: %w", err)
	}
	if found {
		if !t.n.client.pace.mayEdit() {
			return nil // many rollouts at once: the next progress says more
		}
		return t.n.client.edit(ctx, t.req.Place.Channel, string(ts), m)
	}
	posted, err := t.n.client.post(ctx, t.req.Place.Channel, t.req.Place.Thread, m)
	if err != nil {
		return err
	}
	return t.n.store.PutNote(ctx, key, []byte(posted))
}

// endTale ends the tale of a request, so that its outcome comes last.
func (n *Narrator) endTale(ctx context.Context, requestID string) {
	n.mu.Lock()
	t, ok := n.tales[requestID]
	delete(n.tales, requestID)
	n.mu.Unlock()
	if !ok {
		return
	}
	close(t.stopped)
	select {
	case <-t.done:
	case <-ctx.Done():
	}
}
