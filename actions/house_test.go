package actions_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/actions"
	"github.com/steward-bot/steward/ops"
)

// house is everything around the gate, scripted: a story sets what somebody
// says and reads what was done. Nothing of it is Kubernetes or Slack; those are
// in the acceptance stories.
type house struct {
	mu         sync.Mutex
	person     error              // what Identity says
	allowed    map[string]bool    // verb → may
	tickets    map[string]error   // link → what the vendor says; absent is open
	template   string             // what runs now
	records    []ops.Record       // the journal
	journal    map[ops.Step]error // steps that cannot be recorded
	lockedBy   string
	onLock     func() // what happens just before a lease is asked for
	applied    int
	watchErr   error
	watching   chan struct{} // when set, the rollout goes on until its context ends, and this says that it is watched
	unhealthy  bool
	gone       bool // somebody deleted checkout
	progress   []ops.Phase
	outcomes   []ops.Outcome
	ended      chan struct{}
	warnings   []ops.Warning
	applyError error
}

func newHouse() *house {
	return &house{
		allowed:  map[string]bool{"rollback": true, "status": true, "diagnose": true},
		tickets:  map[string]error{},
		template: "bad",
		journal:  map[ops.Step]error{},
		ended:    make(chan struct{}, 8),
	}
}

var checkout = ops.Target{Cluster: "prod-eu", Environment: "production", Namespace: "shop", Kind: "Deployment", Name: "checkout", UID: "u1"}

func (h *house) runner(t *testing.T) *actions.Runner {
	t.Helper()
	r := actions.NewRunner(actions.Parts{
		Actions:  []actions.Action{rollback{h}, status{}, actions.Audit{Journal: h}},
		Resolver: h, Identity: h, Access: h, Justifier: ticketing{h}, Journal: h, Diagnoser: h, Narrator: h, Locker: h,
		Defaults: func(string) ops.Ref { return ops.Ref{Cluster: "prod-eu", Namespace: "shop"} },
		Log:      zap.NewNop(),
		Beat:     10 * time.Millisecond,
	})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		r.Shutdown(ctx)
	})
	return r
}

func (h *house) Resolve(_ context.Context, ref ops.Ref, _ []string, see func(ops.Target) bool) (ops.Target, error) {
	h.mu.Lock()
	gone := h.gone
	h.mu.Unlock()
	if gone || ref.Name != "checkout" || !see(checkout) {
		return ops.Target{}, &ops.Refusal{Reason: ops.TargetNotFound, What: "There is no " + ref.Name + " that you may see."}
	}
	return checkout, nil
}

func (h *house) Verify(context.Context, ops.Request, bool) (ops.Actor, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return ops.Actor{ID: "U0ANA", Name: "ana"}, h.person
}

func (h *house) Allowed(_ ops.Actor, _ ops.Target, _, action string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.allowed[action]
}

func (h *house) Refusal(_ ops.Actor, target ops.Target, _, action string) *ops.Refusal {
	return &ops.Refusal{Reason: ops.NotAllowed, What: "You may not " + action + " " + target.Name + "."}
}

func (h *house) Needed(ops.Target, string) []string { return []string{ops.PagerDuty} }

func (h *house) Append(_ context.Context, record *ops.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.journal[record.Step]; err != nil {
		return err
	}
	for _, r := range h.records {
		once := record.Step == ops.StepStarted || record.Step == ops.StepEnded
		if once && r.Step == record.Step && r.Request.ID == record.Request.ID {
			return ops.ErrRecorded
		}
	}
	record.Seq = int64(len(h.records) + 1)
	h.records = append(h.records, *record)
	return nil
}

func (h *house) Records(_ context.Context, q ops.Query) ([]ops.Record, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	found := []ops.Record{}
	for _, r := range h.records {
		open := !slices.ContainsFunc(h.records, func(o ops.Record) bool { return o.Request.ID == r.Request.ID && o.Step == ops.StepEnded })
		if (q.RequestID == "" || q.RequestID == r.Request.ID) && (!q.Open || r.Step == ops.StepStarted && open) {
			found = append(found, r)
		}
	}
	return found, nil
}

func (h *house) Diagnose(context.Context, ops.Target, func(ops.Target) bool) (ops.Diagnosis, error) {
	if h.unhealthy {
		return ops.Diagnosis{Status: ops.StatusUnhealthy, Causes: []ops.Cause{{ID: "image-not-found", Summary: "The image is not there."}}}, nil
	}
	return ops.Diagnosis{Status: ops.StatusHealthy, Healthy: true}, nil
}

func (h *house) Scan(_ context.Context, place ops.Target, _ func(ops.Target) bool) (ops.Scan, error) {
	scan := ops.Scan{Cluster: place.Cluster, Namespace: place.Namespace, Workloads: 7}
	if h.unhealthy {
		scan.Diagnoses = []ops.Diagnosis{{Causes: []ops.Cause{{ID: "image-not-found", Confidence: ops.Proven}}}}
	}
	return scan, nil
}

func (h *house) Progress(_ context.Context, _ ops.Request, _ ops.Plan, p ops.Progress) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.progress = append(h.progress, p.Phase)
}

func (h *house) Outcome(_ context.Context, _ ops.Request, _ ops.Plan, outcome ops.Outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.outcomes = append(h.outcomes, outcome)
	h.ended <- struct{}{}
}

func (h *house) Lock(_ context.Context, _, holder string) (string, error) {
	if h.onLock != nil {
		h.onLock()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lockedBy == "" {
		h.lockedBy = holder
	}
	if h.lockedBy == holder {
		return "", nil
	}
	return h.lockedBy, nil
}

func (h *house) Unlock(_ context.Context, _, holder string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lockedBy == holder {
		h.lockedBy = ""
	}
	return nil
}

// steps are what the journal holds of a request, in order.
func (h *house) steps(id string) []ops.Step {
	h.mu.Lock()
	defer h.mu.Unlock()
	steps := []ops.Step{}
	for _, r := range h.records {
		if r.Request.ID == id {
			steps = append(steps, r.Step)
		}
	}
	return steps
}

func (h *house) set(change func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change()
}

func (h *house) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.applied
}

func (h *house) outcome(t *testing.T) ops.Outcome {
	t.Helper()
	select {
	case <-h.ended:
	case <-time.After(10 * time.Second):
		t.Fatal("no outcome was told")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.outcomes[len(h.outcomes)-1]
}

// rollback is a write that turns the template "bad" into "good".
type rollback struct{ h *house }

func (rollback) Spec() ops.Spec {
	return ops.Spec{Verb: "rollback", Target: ops.RequiredTarget, Write: true, Examples: []string{"rollback checkout"}}
}

func (r rollback) Plan(context.Context, actions.Query) (ops.Plan, error) {
	r.h.mu.Lock()
	defer r.h.mu.Unlock()
	return ops.Plan{
		Verb: "rollback", Target: checkout, Headline: "Roll back checkout", Warnings: r.h.warnings,
		Basis: ops.Basis{Before: r.h.template, After: "good"},
	}, nil
}

func (r rollback) Apply(context.Context, ops.Request, ops.Plan) error {
	r.h.mu.Lock()
	defer r.h.mu.Unlock()
	if r.h.applyError != nil {
		return r.h.applyError
	}
	r.h.applied++
	r.h.template = "good"
	return nil
}

func (r rollback) Done(context.Context, ops.Plan) (bool, error) {
	r.h.mu.Lock()
	defer r.h.mu.Unlock()
	return r.h.template == "good", nil
}

func (r rollback) Watch(ctx context.Context, _ ops.Request, _ ops.Plan, _ func(ops.Progress)) (ops.Outcome, error) {
	if r.h.watching != nil {
		close(r.h.watching)
		<-ctx.Done()
		return ops.Outcome{}, ctx.Err()
	}
	return ops.Outcome{State: ops.Succeeded, Summary: "Rolled back."}, r.h.watchErr
}

// status is a read.
type status struct{}

func (status) Spec() ops.Spec { return ops.Spec{Verb: "status", Target: ops.RequiredTarget} }

func (status) Answer(context.Context, actions.Query) (ops.Answer, error) {
	return ops.Answer{Headline: "checkout runs."}, nil
}

// ticketing puts Verify of a Justifier beside Verify of an Identity.
type ticketing struct{ *house }

func (t ticketing) Verify(_ context.Context, because, _ string, _ ops.Target) (ops.Ticket, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if because == "" {
		return ops.Ticket{}, &ops.Refusal{Reason: ops.JustificationMissing, What: "It needs a justification.", Next: "Give an open incident."}
	}
	if err := t.tickets[because]; err != nil {
		return ops.Ticket{}, err
	}
	return ops.Ticket{System: ops.PagerDuty, Key: because}, nil
}

var errDisk = errors.New("the disk is full")
