package actions

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/actions/guard"
	"github.com/steward-bot/steward/ops"
)

// Parts are what the Runner is made of. All are required but Deadline.
type Parts struct {
	Actions   []Action
	Resolver  Resolver
	Identity  Identity
	Access    Access
	Justifier Justifier
	Journal   Journal
	Diagnoser Diagnoser
	Narrator  Narrator
	Locker    Locker
	// Defaults gives the cluster and namespace that a channel's targets have
	// when none is typed.
	Defaults func(channel string) ops.Ref
	Log      *zap.Logger
	// Deadline bounds one execution, from the last check to the verification.
	// Zero means 20 minutes: twice Kubernetes' default progress deadline.
	Deadline time.Duration
	// Beat is how often an execution renews its lease. Zero means 5 seconds.
	Beat time.Duration
}

// Runner is the only gate. Everything that anybody asks of steward passes Run,
// and everything that changes a cluster passes Execute.
type Runner struct {
	Parts
	verbs    map[string]Action
	instance string // names this process to the locks
	now      func() time.Time
	base     context.Context // of executions: outlives the request that started them
	stop     context.CancelFunc
	running  sync.WaitGroup
	mu       sync.Mutex
	mineNow  map[string]bool // requests that this process executes now
}

// NewRunner puts the parts together.
func NewRunner(parts Parts) *Runner {
	if parts.Deadline == 0 {
		parts.Deadline = 20 * time.Minute
	}
	if parts.Beat == 0 {
		parts.Beat = leaseBeat
	}
	verbs := make(map[string]Action, len(parts.Actions))
	for _, action := range parts.Actions {
		verbs[action.Spec().Verb] = action
	}
	base, stop := context.WithCancel(context.Background())
	return &Runner{Parts: parts, verbs: verbs, instance: randomName(), now: time.Now, base: base, stop: stop, mineNow: map[string]bool{}}
}

// Specs describes every verb, in the order of the list.
func (r *Runner) Specs() []ops.Spec {
	specs := make([]ops.Spec, 0, len(r.Actions))
	for _, action := range r.Actions {
		specs = append(specs, action.Spec())
	}
	return specs
}

// Run takes one request as far as it may go: a read to its answer, a write to
// its preview, a confirmed write to its start. Whatever happens is in the
// journal before Run returns. The error is always a *ops.Refusal.
func (r *Runner) Run(ctx context.Context, req ops.Request) (ops.Reply, error) {
	log := r.log(req)
	action, err := r.lookup(req.Verb)
	if err != nil {
		return r.refuse(ctx, req, nil, err)
	}
	req, target, err := r.admit(ctx, req, action.Spec())
	if err != nil {
		return r.refuse(ctx, req, target, r.sinceShown(ctx, req, err))
	}
	log.Info("admitted", zap.String("verb", req.Verb), zap.Bool("confirmed", req.Confirmed != ""))
	var reply ops.Reply
	switch verb := action.(type) {
	case Read:
		reply, err = r.answer(ctx, verb, req, target)
	case Write:
		if req.Confirmed == "" {
			reply, err = r.preview(ctx, verb, req, *target, false)
		} else {
			reply, err = r.confirm(ctx, verb, req, *target)
		}
	default:
		err = errors.New("the verb " + req.Verb + " neither reads nor writes")
	}
	if err != nil {
		return r.refuse(ctx, req, target, err)
	}
	return reply, nil
}

// Cancel records that the requester withdrew a plan.
func (r *Runner) Cancel(ctx context.Context, req ops.Request) error {
	return r.record(ctx, &ops.Record{Step: ops.StepCancelled, Request: req, Summary: "cancelled by the requester"})
}

// Shutdown waits for the executions under way until ctx ends. What is not
// finished then is left to the journal: the next process, or another replica,
// takes it up.
func (r *Runner) Shutdown(ctx context.Context) {
	done := make(chan struct{})
	go func() { r.running.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		r.stop()
		<-done
	}
	r.stop()
}

func (r *Runner) holder(requestID string) string { return guard.Holder(requestID, r.instance) }

// mine claims a request for one goroutine of this process. It tells whether
// another goroutine had it already.
func (r *Runner) mine(requestID string) (already bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	already = r.mineNow[requestID]
	r.mineNow[requestID] = true
	return already
}

func (r *Runner) forget(requestID string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.mineNow, requestID)
}

func (r *Runner) log(req ops.Request) *zap.Logger {
	return r.Log.With(zap.String("request_id", req.ID), zap.String("user", req.Actor.ID), zap.String("channel", req.Place.Channel))
}

func (r *Runner) record(ctx context.Context, record *ops.Record) error {
	record.At = r.now().UTC()
	if err := r.Journal.Append(ctx, record); err != nil {
		return unrecorded(err)
	}
	return nil
}

// randomName is 8 random bytes: two processes never share it.
func randomName() string {
	raw := make([]byte, 8)
	rand.Read(raw) // it never fails (Go 1.24)
	return hex.EncodeToString(raw)
}
