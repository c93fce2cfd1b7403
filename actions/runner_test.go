package actions_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/steward-bot/steward/actions"
	"github.com/steward-bot/steward/actions/guard"
	"github.com/steward-bot/steward/ops"
)

func ask(verb string) ops.Request {
	return ops.Request{ID: "r1", Actor: ops.Actor{ID: "U0ANA"}, Verb: verb, Target: "checkout", Because: "Q1"}
}

// previewed asks for a rollback and gives the request that confirms it.
func previewed(t *testing.T, r *actions.Runner) ops.Request {
	t.Helper()
	reply, err := r.Run(t.Context(), ask("rollback"))
	if err != nil || reply.Preview == nil {
		t.Fatalf("no preview: %+v, %v", reply, err)
	}
	req := ask("rollback")
	req.Confirmed = reply.Preview.Plan.Fingerprint()
	return req
}

func TestAWriteIsShownThenConfirmedThenDoneAndVerified(t *testing.T) {
	h := newHouse()
	r := h.runner(t)
	req := previewed(t, r)
	if h.count() != 0 {
		t.Fatal("the preview changed something")
	}
	reply, err := r.Run(t.Context(), req)
	if err != nil || reply.Accepted == nil || reply.Accepted.Ticket.Key != "Q1" {
		t.Fatalf("not accepted: %+v, %v", reply, err)
	}
	if outcome := h.outcome(t); outcome.State != ops.Succeeded || outcome.Summary != "Rolled back." || !outcome.Diagnosis.Healthy {
		t.Errorf("outcome: %+v", outcome)
	}
	expect(t, h, ops.StepPreviewed, ops.StepStarted, ops.StepApplied, ops.StepEnded)
	if want := []ops.Phase{ops.PhaseChecking, ops.PhaseApplied, ops.PhaseVerifying}; !slices.Equal(h.progress, want) {
		t.Errorf("progress: %v", h.progress)
	}
}

func TestWhatStopsARequestOnArrival(t *testing.T) {
	closed := &ops.Refusal{Reason: ops.JustificationClosed, What: "Incident Q1 is resolved."}
	for name, tc := range map[string]struct {
		given  func(*house)
		req    func(*ops.Request)
		reason ops.Reason
	}{
		"an unknown verb":        {func(*house) {}, func(r *ops.Request) { r.Verb = "rolback" }, ops.UnknownVerb},
		"an unknown person":      {func(h *house) { h.person = &ops.Refusal{Reason: ops.IdentityRefused} }, nil, ops.IdentityRefused},
		"no permission":          {func(h *house) { h.allowed["rollback"] = false }, nil, ops.NotAllowed},
		"nothing they may see":   {func(h *house) { h.allowed = map[string]bool{} }, nil, ops.TargetNotFound},
		"a malformed target":     {func(*house) {}, func(r *ops.Request) { r.Target = "a/b/c/d/e" }, ops.BadTarget},
		"no target":              {func(*house) {}, func(r *ops.Request) { r.Target = "" }, ops.BadTarget},
		"a resolved incident":    {func(h *house) { h.tickets["Q1"] = closed }, nil, ops.JustificationClosed},
		"an unwritable journal":  {func(h *house) { h.journal[ops.StepPreviewed] = errDisk }, nil, ops.Unavailable},
		"a target that is empty": {func(*house) {}, func(r *ops.Request) { r.Target = "shop/" }, ops.BadTarget},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse()
			tc.given(h)
			req := ask("rollback")
			if tc.req != nil {
				tc.req(&req)
			}
			_, err := h.runner(t).Run(t.Context(), req)
			refused(t, err, tc.reason)
			expect(t, h, ops.StepRefused)
			if h.count() != 0 {
				t.Error("something was changed")
			}
		})
	}
}

func TestAMisspeltVerbGetsTheNearestNames(t *testing.T) {
	_, err := newHouse().runner(t).Run(t.Context(), ask("rolback"))
	refusal := refused(t, err, ops.UnknownVerb)
	if want := "steward has no verb \"rolback\". Choose from: rollback, audit, status. See `/k8s help`."; refusal.Error() != want {
		t.Errorf("got %s", refusal.Error())
	}
}

func TestAWriteWithoutALinkAsksForOne(t *testing.T) {
	h := newHouse()
	req := ask("rollback")
	req.Because = ""
	reply, err := h.runner(t).Run(t.Context(), req)
	if err != nil || reply.Ask == nil {
		t.Fatalf("it does not ask: %+v, %v", reply, err)
	}
	if reply.Ask.Text != "It needs a justification. Give an open incident." {
		t.Errorf("got %s", reply.Ask.Text)
	}
	expect(t, h, ops.StepRefused)
}

func TestAPlanThatWentStaleIsShownAgainAndNotDone(t *testing.T) {
	h := newHouse()
	r := h.runner(t)
	req := previewed(t, r)
	h.set(func() { h.template = "worse" })
	reply, err := r.Run(t.Context(), req)
	if err != nil || reply.Preview == nil || !reply.Preview.Stale {
		t.Fatalf("no stale preview: %+v, %v", reply, err)
	}
	if h.count() != 0 {
		t.Error("it acted on a stale plan")
	}
	expect(t, h, ops.StepPreviewed, ops.StepPreviewed)
}

func TestAWorkloadDeletedAfterItsPlanWasShownIsCalledGone(t *testing.T) {
	h := newHouse()
	r := h.runner(t)
	req := previewed(t, r)
	h.set(func() { h.gone = true })
	_, err := r.Run(t.Context(), req)
	refusal := refused(t, err, ops.Gone)
	want := "Nothing was changed: Deployment/shop/checkout is gone. It was deleted since you saw the plan, or you may no longer see it. Find out who deleted it; steward makes nothing anew."
	if refusal.Error() != want {
		t.Errorf("got %s", refusal.Error())
	}
	_, err = r.Run(t.Context(), ask("rollback"))
	refused(t, err, ops.TargetNotFound) // who has seen no plan of it learns nothing new
	expect(t, h, ops.StepPreviewed, ops.StepRefused, ops.StepRefused)
}

func TestAConfirmationOfWhatWasNeverShownIsRefused(t *testing.T) {
	h := newHouse()
	req := ask("rollback")
	req.Confirmed = ops.Plan{Verb: "rollback", Target: checkout, Basis: ops.Basis{Before: "bad", After: "good"}}.Fingerprint()
	_, err := h.runner(t).Run(t.Context(), req)
	refused(t, err, ops.Expired)
	if h.count() != 0 {
		t.Error("it acted without a preview")
	}
}

func TestAConfirmationAfterACancellationIsRefused(t *testing.T) {
	h := newHouse()
	r := h.runner(t)
	req := previewed(t, r)
	if err := r.Cancel(t.Context(), ask("rollback")); err != nil {
		t.Fatal(err)
	}
	_, err := r.Run(t.Context(), req)
	refused(t, err, ops.Expired)
}

func TestAConfirmationDeliveredTwiceActsOnce(t *testing.T) {
	h := newHouse()
	r := h.runner(t)
	req := previewed(t, r)
	for range 2 {
		if reply, err := r.Run(t.Context(), req); err != nil || reply.Accepted == nil {
			t.Fatalf("not accepted: %+v, %v", reply, err)
		}
	}
	h.outcome(t)
	if h.count() != 1 {
		t.Errorf("it acted %d times", h.count())
	}
	expect(t, h, ops.StepPreviewed, ops.StepStarted, ops.StepApplied, ops.StepEnded)
}

func TestWhatCannotBeRecordedIsNotDone(t *testing.T) {
	h := newHouse()
	r := h.runner(t)
	req := previewed(t, r)
	h.set(func() { h.journal[ops.StepStarted] = errDisk })
	_, err := r.Run(t.Context(), req)
	refusal := refused(t, err, ops.Unavailable)
	if want := "Nothing was changed: steward could not write its journal. What cannot be recorded is not done. Ask whoever runs steward to look at its store and at /readyz."; refusal.Error() != want {
		t.Errorf("got %s", refusal.Error())
	}
	if strings.Contains(refusal.Error(), errDisk.Error()) {
		t.Error("the person is told the inner error")
	}
	if h.count() != 0 || h.lockedBy != "" {
		t.Errorf("applied %d times, locked by %q", h.count(), h.lockedBy)
	}
}

func TestAnAnswerThatCannotBeRecordedIsWithheld(t *testing.T) {
	h := newHouse()
	h.journal[ops.StepAnswered] = errDisk
	reply, err := h.runner(t).Run(t.Context(), ask("status"))
	refused(t, err, ops.Unavailable)
	if reply.Answer != nil {
		t.Error("the answer was given")
	}
}

func TestTheLastCheckStandsBetweenConfirmationAndPatch(t *testing.T) {
	for name, tc := range map[string]struct {
		meanwhile func(*house)
		reason    ops.Reason
	}{
		"access was taken away":        {func(h *house) { h.allowed["rollback"] = false }, ops.NotAllowed},
		"the incident was resolved":    {func(h *house) { h.tickets["Q1"] = &ops.Refusal{Reason: ops.JustificationClosed} }, ops.JustificationClosed},
		"the account was closed":       {func(h *house) { h.person = &ops.Refusal{Reason: ops.IdentityRefused} }, ops.IdentityRefused},
		"somebody deleted it":          {func(h *house) { h.gone = true }, ops.Gone},
		"somebody changed it":          {func(h *house) { h.template = "worse" }, ops.Stale},
		"an owner took it":             {func(h *house) { h.warnings = []ops.Warning{{Code: ops.WarnOwner, Text: "Argo CD."}} }, ops.Stale},
		"the API server refused it":    {func(h *house) { h.applyError = &ops.Refusal{Reason: ops.Gone} }, ops.Gone},
		"the API server was not there": {func(h *house) { h.applyError = errors.New("connection refused") }, ops.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse()
			r := h.runner(t)
			started(t, h, r)
			h.set(func() { tc.meanwhile(h) })
			if err := r.Execute(t.Context(), "r1"); err != nil {
				t.Fatal(err)
			}
			outcome := h.outcome(t)
			if (outcome.State != ops.Refused && outcome.State != ops.Failed) || outcome.Reason != tc.reason {
				t.Errorf("outcome: %+v", outcome)
			}
			if h.count() != 0 {
				t.Error("it acted")
			}
			expect(t, h, ops.StepPreviewed, ops.StepStarted, ops.StepResumed, ops.StepEnded)
			if h.lockedBy != "" {
				t.Errorf("the lease is still held by %s", h.lockedBy)
			}
		})
	}
}

func TestAPatchThatWentInBeforeTheCrashIsNotSentAgain(t *testing.T) {
	h := newHouse()
	r := h.runner(t)
	started(t, h, r)
	h.set(func() { h.template = "good" })
	if err := r.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if outcome := h.outcome(t); outcome.State != ops.Succeeded {
		t.Errorf("outcome: %+v", outcome)
	}
	if h.count() != 0 {
		t.Error("it patched again")
	}
	expect(t, h, ops.StepPreviewed, ops.StepStarted, ops.StepResumed, ops.StepApplied, ops.StepEnded)
}

func TestWhatHasEndedIsNotTakenUpAgain(t *testing.T) {
	h := newHouse()
	r := h.runner(t)
	if _, err := r.Run(t.Context(), previewed(t, r)); err != nil {
		t.Fatal(err)
	}
	h.outcome(t)
	if err := r.Execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	expect(t, h, ops.StepPreviewed, ops.StepStarted, ops.StepApplied, ops.StepEnded)
}

func TestAWriteThatAnotherProcessHoldsIsLeftToIt(t *testing.T) {
	h := newHouse()
	r := h.runner(t)
	started(t, h, r)
	h.set(func() { h.lockedBy = guard.Holder("r1", "another-replica") })
	if err := r.Execute(t.Context(), "r1"); !errors.Is(err, actions.ErrBusy) {
		t.Errorf("got %v", err)
	}
	expect(t, h, ops.StepPreviewed, ops.StepStarted)
}

func TestARolloutThatLeavesTheServiceBrokenIsNotCalledASuccess(t *testing.T) {
	h := newHouse()
	h.unhealthy = true
	r := h.runner(t)
	if _, err := r.Run(t.Context(), previewed(t, r)); err != nil {
		t.Fatal(err)
	}
	if outcome := h.outcome(t); outcome.State != ops.Unhealthy || outcome.Next != "Still wrong: The image is not there." {
		t.Errorf("outcome: %+v", outcome)
	}
}

func TestARolloutLostFromSightSaysThatTheChangeWasMade(t *testing.T) {
	h := newHouse()
	h.watchErr = errors.New("connection refused")
	r := h.runner(t)
	if _, err := r.Run(t.Context(), previewed(t, r)); err != nil {
		t.Fatal(err)
	}
	if outcome := h.outcome(t); outcome.State != ops.Failed || outcome.Summary != "The change was made, but steward could not follow the rollout to its end." {
		t.Errorf("outcome: %+v", outcome)
	}
}

func TestAnExecutionThatLosesItsLeaseLeavesTheEndToTheOther(t *testing.T) {
	h := newHouse()
	h.watching = make(chan struct{})
	r := h.runner(t)
	started(t, h, r)
	ended := make(chan error, 1)
	go func() { ended <- r.Execute(context.Background(), "r1") }()
	<-h.watching
	h.set(func() { h.lockedBy = guard.Holder("r1", "another-replica") })
	select {
	case err := <-ended:
		if err == nil || !strings.Contains(err.Error(), "the lease is lost") {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("it goes on without its lease")
	}
	expect(t, h, ops.StepPreviewed, ops.StepStarted, ops.StepResumed, ops.StepApplied)
	if h.lockedBy != guard.Holder("r1", "another-replica") {
		t.Errorf("it took the other's lease away: %q", h.lockedBy)
	}
}

// started leaves a write in the journal that was started by a process which
// has died since.
func started(t *testing.T, h *house, r *actions.Runner) {
	t.Helper()
	req := previewed(t, r)
	plan := *h.records[0].Plan
	if err := h.Append(t.Context(), &ops.Record{Step: ops.StepStarted, At: time.Now(), Request: req, Target: &checkout, Plan: &plan, Ticket: &ops.Ticket{Key: "Q1"}}); err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, h *house, steps ...ops.Step) {
	t.Helper()
	if got := h.steps("r1"); !slices.Equal(got, steps) {
		t.Errorf("the journal holds %v, want %v", got, steps)
	}
}

func refused(t *testing.T, err error, reason ops.Reason) *ops.Refusal {
	t.Helper()
	var refusal *ops.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != reason {
		t.Fatalf("got %v, want a refusal with the reason %s", err, reason)
	}
	return refusal
}
