package guard_test

import (
	"context"
	"errors"
	"testing"

	"github.com/steward-bot/steward/actions/guard"
	"github.com/steward-bot/steward/ops"
)

var checkout = ops.Target{Cluster: "prod-eu", Environment: "production", Namespace: "shop", Kind: "Deployment", Name: "checkout", UID: "u1"}

// onCall accepts one link, for production.
type onCall struct{ link string }

func (o onCall) Needed(target ops.Target, _ string) []string {
	if target.Environment == "production" {
		return []string{ops.PagerDuty, ops.Jira}
	}
	return nil
}

func (o onCall) Verify(_ context.Context, because, _ string, _ ops.Target) (ops.Ticket, error) {
	if because == "" {
		return ops.Ticket{}, &ops.Refusal{Reason: ops.JustificationMissing, What: "A justification is needed."}
	}
	if because != o.link {
		return ops.Ticket{}, &ops.Refusal{Reason: ops.JustificationClosed, What: "Incident Q1 is resolved."}
	}
	return ops.Ticket{System: ops.PagerDuty, Key: "Q1"}, nil
}

func TestAWriteInProductionNeedsAJustification(t *testing.T) {
	err := guard.Justify{onCall{"Q1"}}.Pass(t.Context(), &guard.Passage{Request: ops.Request{Verb: "rollback"}, Plan: ops.Plan{Target: checkout}})
	refused(t, err, ops.JustificationMissing)
}

func TestAWriteElsewherePassesWithoutOne(t *testing.T) {
	staging := checkout
	staging.Environment = "staging"
	passage := &guard.Passage{Request: ops.Request{Verb: "rollback"}, Plan: ops.Plan{Target: staging}}
	if err := (guard.Justify{onCall{"Q1"}}).Pass(t.Context(), passage); err != nil || passage.Ticket != nil {
		t.Errorf("got %v, %v", err, passage.Ticket)
	}
}

func TestALinkThatIsGivenMustBeTrueEvenWhereNoneIsNeeded(t *testing.T) {
	staging := checkout
	staging.Environment = "staging"
	passage := &guard.Passage{Request: ops.Request{Verb: "rollback", Because: "Q2"}, Plan: ops.Plan{Target: staging}}
	refused(t, guard.Justify{onCall{"Q1"}}.Pass(t.Context(), passage), ops.JustificationClosed)
}

func TestAnOwnerThatAppearedAfterThePreviewStopsTheWrite(t *testing.T) {
	owned := ops.Plan{Target: checkout, Warnings: []ops.Warning{{Code: ops.WarnOwner, Text: "Argo CD owns it and will undo this."}}}
	if err := (guard.Ownership{}).Pass(t.Context(), &guard.Passage{Plan: owned, Shown: owned}); err != nil {
		t.Errorf("an owner that was shown stops the write: %v", err)
	}
	refusal := refused(t, guard.Ownership{}.Pass(t.Context(), &guard.Passage{Plan: owned, Shown: ops.Plan{Target: checkout}}), ops.Stale)
	if want := "Nothing was changed: Deployment/shop/checkout has a new owner since you looked."; refusal.What != want {
		t.Errorf("got %q", refusal.What)
	}
}

// held is a lock that somebody has already.
type held struct{ by string }

func (h held) Lock(context.Context, string, string) (string, error) { return h.by, nil }

func TestTheSecondOfTwoWritesIsTold(t *testing.T) {
	refusal := refused(t, guard.Lock{held{"r1@replica-a"}}.Pass(t.Context(), &guard.Passage{Plan: ops.Plan{Target: checkout}, Holder: "r2@replica-b"}), ops.Locked)
	want := "Nothing was changed: another action on Deployment/shop/checkout is under way. Request r1 holds it; one write at a time on a target. Wait for its result in its thread, then look again."
	if refusal.Error() != want {
		t.Errorf("got %s", refusal.Error())
	}
}

func TestTheFirstRefusalStopsThePassage(t *testing.T) {
	passage := &guard.Passage{Request: ops.Request{Verb: "restart"}, Plan: ops.Plan{Target: checkout}, Holder: "r2@b"}
	refused(t, guard.Before(onCall{"Q1"}, held{"r1@a"}).Pass(t.Context(), passage), ops.JustificationMissing)
}

func refused(t *testing.T, err error, reason ops.Reason) *ops.Refusal {
	t.Helper()
	var refusal *ops.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != reason {
		t.Fatalf("got %v, want a refusal with the reason %s", err, reason)
	}
	return refusal
}
