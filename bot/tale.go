package bot

import (
	"context"
	"encoding/json"
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
	if err := t.n.directory.Open(ctx, t.req, openLife); err != nil {
		return // the progress said so in the log
	}
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
	if err := t.n.show(ctx, t.req, p); err != nil && t.n.base.Err() == nil {
		t.n.log.Warn("a progress could not be shown", zap.String("request_id", t.req.ID), zap.Error(err))
	}
}

// shownProgress is the message that shows the progress of a request, and what
// it shows.
type shownProgress struct {
	TS       string       `json:"ts"`
	Progress ops.Progress `json:"progress"`
}

func progressKey(requestID string) string { return "progress/" + requestID }

// show posts the first progress of a request and edits it from then on.
func (n *Narrator) show(ctx context.Context, req ops.Request, p ops.Progress) error {
	if err := n.directory.Open(ctx, req, openLife); err != nil {
		return err
	}
	before, err := n.shown(ctx, req.ID)
	if err != nil {
		return err
	}
	news := shownProgress{Progress: p}
	switch {
	case before == nil:
		news.TS, err = n.client.post(ctx, req.Place.Channel, req.Place.Thread, renderProgress(p, false))
	case !n.client.pace.mayEdit():
		return nil // many rollouts at once: the next progress says more
	default:
		news.TS, err = before.TS, n.client.edit(ctx, req.Place.Channel, before.TS, renderProgress(p, false))
	}
	if err != nil {
		return err
	}
	note, err := json.Marshal(news)
	if err != nil {
		return fmt.Errorf("writing which message shows the progress: %w", err)
	}
	return n.store.PutNote(ctx, progressKey(req.ID), note)
}

// shown gives the message that shows the progress of a request, nil if there is
// none.
func (n *Narrator) shown(ctx context.Context, requestID string) (*shownProgress, error) {
	raw, found, err := n.store.Note(ctx, progressKey(requestID))
	if err != nil || !found {
		return nil, err
	}
	var now shownProgress
	if err := json.Unmarshal(raw, &now); err != nil {
		return nil, fmt.Errorf("reading which message shows the progress: %w", err)
	}
	return &now, nil
}

// over takes the hourglass off the progress of a request that has ended.
func (n *Narrator) over(ctx context.Context, req ops.Request) error {
	last, err := n.shown(ctx, req.ID)
	if err != nil || last == nil {
		return err
	}
	return n.client.edit(ctx, req.Place.Channel, last.TS, renderProgress(last.Progress, true))
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
