package actions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/steward-bot/steward/ops"
)

// The stories of people who mean no good, and of moments that are bad.

func TestWhoMayNotReadTheTrailOfAnObjectGetsNoneByNamingNothing(t *testing.T) {
	h := newHouse()
	r := h.runner(t)
	previewed(t, r)
	req := ask("audit")
	req.ID, req.Target, req.Because = "r2", "", ""
	req.At = time.Now()
	reply, err := r.Run(t.Context(), req)
	if err != nil || reply.Answer == nil {
		t.Fatalf("got %+v, %v", reply, err)
	}
	if len(reply.Answer.Sections) != 0 {
		t.Errorf("somebody without the verb audit reads %v", reply.Answer.Sections)
	}
	h.set(func() { h.allowed["audit"] = true })
	req.ID = "r3"
	if reply, err = r.Run(t.Context(), req); err != nil || len(reply.Answer.Sections) != 1 {
		t.Fatalf("somebody with it reads %+v, %v", reply, err)
	}
	if line := reply.Answer.Sections[0].Lines[0]; !strings.Contains(line, "by ana (U0ANA): Roll back checkout") {
		t.Errorf("the line does not say by whose account: %s", line)
	}
}

func TestAStrangersAttemptTakesNothingAwayFromTheRequester(t *testing.T) {
	h := newHouse()
	r := h.runner(t)
	req := previewed(t, r)
	stranger := &ops.Record{Step: ops.StepRefused, Request: ops.Request{ID: "r1", Verb: "rollback", Actor: ops.Actor{ID: "U0EVE"}}}
	if err := h.Append(t.Context(), stranger); err != nil {
		t.Fatal(err)
	}
	if reply, err := r.Run(t.Context(), req); err != nil || reply.Accepted == nil {
		t.Fatalf("not accepted: %+v, %v", reply, err)
	}
	h.outcome(t)
}

func TestNobodyConfirmsThePlanOfAnother(t *testing.T) {
	h := newHouse()
	r := h.runner(t)
	req := previewed(t, r)
	h.set(func() { h.records[0].Request.Actor.ID = "U0BEN" })
	_, err := r.Run(t.Context(), req)
	refused(t, err, ops.NotAllowed)
	if h.count() != 0 {
		t.Error("it acted")
	}
}

func TestAWriteThatEndedWhileItsJobWaitedForTheLeaseIsNotDoneAgain(t *testing.T) {
	h := newHouse()
	r := h.runner(t)
	started(t, h, r)
	h.onLock = func() {
		ended := &ops.Record{Step: ops.StepEnded, Request: ask("rollback"), Outcome: &ops.Outcome{State: ops.Refused}}
		if err := h.Append(t.Context(), ended); err != nil {
			t.Error(err)
		}
	}
	if err := r.Execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	if h.count() != 0 {
		t.Error("it acted after the journal said how it ended")
	}
	expect(t, h, ops.StepPreviewed, ops.StepStarted, ops.StepEnded)
	if h.lockedBy != "" {
		t.Errorf("the lease is still held by %s", h.lockedBy)
	}
}

func TestAWriteThatWasConfirmedLongAgoIsNotDoneAfterAnOutage(t *testing.T) {
	h := newHouse()
	r := h.runner(t)
	started(t, h, r)
	h.set(func() { h.records[1].At = time.Now().Add(-3 * time.Hour) })
	if err := r.Execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	outcome := h.outcome(t)
	want := "Nothing was changed: Roll back checkout was confirmed 3h ago, and steward was away since."
	if outcome.State != ops.Refused || outcome.Reason != ops.Expired || outcome.Summary != want {
		t.Errorf("outcome: %+v", outcome)
	}
	if h.count() != 0 {
		t.Error("it acted")
	}
}

func TestWhatHangsOnALinkIsNotRecorded(t *testing.T) {
	for pasted, want := range map[string]string{
		"https://acme.pagerduty.com/incidents/Q1XCHK0001?session=hunter2": "https://acme.pagerduty.com/incidents/Q1XCHK0001",
		"https://acme.atlassian.net/browse/SHOP-7#access=hunter2":         "https://acme.atlassian.net/browse/SHOP-7",
		"SHOP-7": "SHOP-7",
	} {
		h := newHouse()
		req := ask("rollback")
		req.Because = pasted
		if _, err := h.runner(t).Run(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		if got := h.records[0].Request.Because; got != want {
			t.Errorf("%s is recorded as %s", pasted, got)
		}
	}
}
