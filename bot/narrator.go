package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
)

// kindOutcome is an inbox row that we write ourselves: an outcome that has to
// be told, however long Slack is away and whoever is alive then.
const kindOutcome = "outcome"

// tellDeadline bounds one attempt to tell an outcome. What fails is told by a
// later sweep.
const tellDeadline = 2 * time.Minute

// Narrator tells the thread of a request what becomes of it: progress in one
// message that is edited in place, then the outcome. It never holds the write
// up. Use it from any number of goroutines.
type Narrator struct {
	client    *Client
	store     Store
	roots     roots
	directory *Directory
	custody   *custody
	tries     tries
	log       *zap.Logger

	base    context.Context // of what is being told
	stop    context.CancelFunc
	telling sync.WaitGroup
	mu      sync.Mutex
	tales   map[string]*tale // by request id
}

// NewNarrator makes a narrator. The Bot tells what it could not tell in time.
func NewNarrator(cfg Config, client *Client, store Store, log *zap.Logger) *Narrator {
	base, stop := context.WithCancel(context.Background())
	return &Narrator{
		client: client, store: store, roots: roots{client: client, notes: store}, directory: NewDirectory(client, cfg.TeamID),
		custody: newCustody(store, cfg.Instance, log), log: log, tries: tries{rows: map[string]int{}},
		base: base, stop: stop, tales: map[string]*tale{},
	}
}

// Progress shows where a write stands. It returns at once; of reports that
// come faster than Slack takes them, the last one counts.
func (n *Narrator) Progress(_ context.Context, req ops.Request, _ ops.Plan, progress ops.Progress) {
	if req.Place.Channel == "" {
		return // asked for on the command line, which prints it
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	t, ok := n.tales[req.ID]
	if !ok {
		t = newTale(n, req)
		n.tales[req.ID] = t
	}
	t.latest(progress)
}

// Outcome tells how a write ended. It returns when the outcome is on the disk;
// telling it goes on until Slack takes it. The same outcome is told once, also
// when it is given again after a restart.
func (n *Narrator) Outcome(ctx context.Context, req ops.Request, _ ops.Plan, outcome ops.Outcome) {
	if req.Place.Channel == "" {
		return
	}
	log := n.log.With(zap.String("request_id", req.ID))
	payload, err := json.Marshal(ending{Request: req, Outcome: outcome})
	if err != nil {
		log.Error("an outcome cannot be written", zap.Error(err))
		return
	}
	row := store.Inbox{ID: newID(), EnvelopeID: "outcome:" + req.ID, Kind: kindOutcome, Payload: payload, At: time.Now()}
	fresh, err := n.store.Receive(ctx, row)
	if err != nil {
		log.Error("an outcome could not be kept: it is told now or never", zap.Error(err))
		n.telling.Go(func() { n.tellAtOnce(req, outcome) })
		return
	}
	if !fresh || !n.custody.claim(row.ID) {
		return
	}
	n.telling.Go(func() {
		defer n.custody.drop(row.ID)
		ctx, cancel := context.WithTimeout(n.base, tellDeadline)
		defer cancel()
		release, ours := n.custody.lease(ctx, row.ID)
		if !ours {
			return
		}
		defer release()
		if err := n.retell(ctx, row); err != nil {
			log.Error("an outcome could not be told yet", zap.Error(err))
			return
		}
		if err := n.store.Handled(context.WithoutCancel(ctx), row.ID); err != nil {
			log.Error("an outcome that was told could not be marked so", zap.Error(err))
		}
	})
}

// tellAtOnce tells an outcome that could not be kept: without buttons, which
// need the store too.
func (n *Narrator) tellAtOnce(req ops.Request, outcome ops.Outcome) {
	ctx, cancel := context.WithTimeout(n.base, tellDeadline)
	defer cancel()
	n.endTale(ctx, req.ID)
	if err := n.directory.Open(ctx, req, askNow); err != nil {
		n.log.Error("an outcome was not told where it was asked for: the journal has it", zap.String("request_id", req.ID), zap.Error(err))
		return
	}
	for _, page := range pages(renderOutcome(req, outcome, "")) {
		if _, err := n.client.post(ctx, req.Place.Channel, req.Place.Thread, page); err != nil {
			n.log.Error("an outcome was not told: the journal has it", zap.String("request_id", req.ID), zap.Error(err))
		}
	}
}

// Shutdown waits until ctx ends for what is being told. What is not told then
// is in the inbox.
func (n *Narrator) Shutdown(ctx context.Context) {
	n.mu.Lock()
	for id, t := range n.tales {
		close(t.stopped) // whoever resumes the request goes on
		delete(n.tales, id)
	}
	n.mu.Unlock()
	done := make(chan struct{})
	go func() { n.telling.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
	n.stop()
	<-done
}

// ending is an outcome that is to be told.
type ending struct {
	Request ops.Request `json:"request"`
	Outcome ops.Outcome `json:"outcome"`
}

// retell tells the outcome of an inbox row. One that panics each time is given
// up with an apology to the requester: the journal has it.
func (n *Narrator) retell(ctx context.Context, row store.Inbox) error {
	log := n.log.With(zap.String("row", row.ID))
	err := guarded(n.client.metrics, log, func() error { return n.tellRow(ctx, row) })
	if !errors.Is(err, errPanicked) || !n.tries.last(row.ID) {
		return err
	}
	var end ending
	if json.Unmarshal(row.Payload, &end) != nil {
		return nil //nolint:nilerr // it was logged; what cannot be read can never be told
	}
	req := end.Request
	log.Error("an outcome cannot be told: the journal has it", zap.String("request_id", req.ID))
	if _, err := n.client.post(ctx, req.Actor.ID, "", renderInternal(req.ID)); err != nil && !forGood(err) {
		return fmt.Errorf("apologising for the outcome of request %s: %w", req.ID, err)
	}
	return nil
}

// tellRow tells the outcome of an inbox row. What Slack refuses for good is
// logged: the journal has it.
func (n *Narrator) tellRow(ctx context.Context, row store.Inbox) error {
	var end ending
	if err := json.Unmarshal(row.Payload, &end); err != nil {
		n.log.Error("an outcome cannot be read", zap.String("row", row.ID), zap.Error(err))
		return nil
	}
	req := end.Request
	n.endTale(ctx, req.ID)
	open := n.directory.Open(ctx, req, askNow)
	if closed := closedFor(open); closed != nil {
		return n.tellAlone(ctx, req, end.Outcome, closed)
	}
	if open != nil {
		return fmt.Errorf("asking whether the outcome of request %s may be told: %w", req.ID, open)
	}
	if err := n.tell(ctx, req, end.Outcome); err != nil {
		if !forGood(err) {
			return err
		}
		n.log.Error("Slack does not take the outcome: the journal has it", zap.String("request_id", req.ID), zap.Error(err))
	}
	if err := n.over(ctx, req); err != nil {
		n.log.Warn("the progress of a request that ended still shows its hourglass", zap.String("request_id", req.ID), zap.Error(err))
	}
	state := stateMark(end.Outcome.State) + " " + prose(end.Outcome.Summary, 600)
	if err := n.roots.mark(ctx, req.ID, state); err != nil {
		n.log.Warn("the channel does not show how a request ended", zap.String("request_id", req.ID), zap.Error(err))
	}
	return nil
}

func (n *Narrator) tell(ctx context.Context, req ops.Request, outcome ops.Outcome) error {
	key := "outcome/" + req.ID
	if _, told, err := n.store.Note(ctx, key); err != nil || told {
		return err
	}
	token := ""
	if d := outcome.Diagnosis; d != nil {
		var err error
		if token, err = lookAt(ctx, n.store, ops.Answer{Diagnosis: d}); err != nil {
			return err
		}
	}
	ts := ""
	for _, page := range pages(renderOutcome(req, outcome, token)) {
		var err error
		if ts, err = n.client.post(ctx, req.Place.Channel, req.Place.Thread, page); err != nil {
			return fmt.Errorf("telling the outcome of request %s: %w", req.ID, err)
		}
	}
	return n.store.PutNote(ctx, key, []byte(ts))
}
