package actions

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/actions/guard"
	"github.com/steward-bot/steward/ops"
)

// preview shows what a write would do. Nothing has changed yet. It is stale
// when an earlier preview was confirmed but no longer holds.
func (r *Runner) preview(ctx context.Context, verb Write, req ops.Request, target ops.Target, stale bool) (ops.Reply, error) {
	req.Confirmed = ""
	plan, err := verb.Plan(ctx, Query{Request: req, Target: &target, May: r.sees(req)})
	if err != nil {
		return ops.Reply{}, err
	}
	passage := &guard.Passage{Request: req, Plan: plan, Shown: plan}
	if err := (guard.Justify{Justifier: r.Justifier}).Pass(ctx, passage); err != nil {
		return r.ask(ctx, req, target, err)
	}
	record := &ops.Record{Step: ops.StepPreviewed, Request: bounded(req), Target: &plan.Target, Plan: &plan, Ticket: passage.Ticket, Summary: plan.Headline}
	if err := r.record(ctx, record); err != nil {
		return ops.Reply{}, err
	}
	return ops.Reply{Preview: &ops.Preview{Plan: plan, Ticket: passage.Ticket, Stale: stale}}, nil
}

// ask turns a missing justification into a question that is recorded as the
// refusal it is, and gives any other error back.
func (r *Runner) ask(ctx context.Context, req ops.Request, target ops.Target, err error) (ops.Reply, error) {
	var refusal *ops.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != ops.JustificationMissing {
		return ops.Reply{}, err
	}
	record := &ops.Record{Step: ops.StepRefused, Request: bounded(req), Target: &target, Refusal: refusal, Summary: refusal.What}
	if err := r.record(ctx, record); err != nil {
		return ops.Reply{}, err
	}
	return ops.Reply{Ask: &ops.Ask{Target: target, Accept: r.Justifier.Needed(target, req.Verb), Text: refusal.Error()}}, nil
}

// confirm takes a confirmed write through the guard, records its start, and
// only then sets it going.
func (r *Runner) confirm(ctx context.Context, verb Write, req ops.Request, target ops.Target) (ops.Reply, error) {
	shown, begun, err := r.shown(ctx, req)
	if err != nil {
		return ops.Reply{}, err
	}
	if begun != nil {
		return ops.Reply{Accepted: begun}, nil
	}
	plan, err := verb.Plan(ctx, Query{Request: req, Target: &target, May: r.sees(req)})
	if err != nil {
		return ops.Reply{}, err
	}
	if plan.Fingerprint() != req.Confirmed {
		return r.preview(ctx, verb, req, target, true)
	}
	passage := &guard.Passage{Request: req, Plan: plan, Shown: shown, Holder: r.holder(req.ID)}
	if err := guard.Before(r.Justifier, r.Locker).Pass(ctx, passage); err != nil {
		return ops.Reply{}, err
	}
	return r.start(ctx, req, plan, passage.Ticket)
}

// start records the start. From here on the write survives this process.
func (r *Runner) start(ctx context.Context, req ops.Request, plan ops.Plan, ticket *ops.Ticket) (ops.Reply, error) {
	record := &ops.Record{Step: ops.StepStarted, Request: bounded(req), Target: &plan.Target, Plan: &plan, Ticket: ticket, Summary: plan.Headline}
	err := r.record(ctx, record)
	accepted := ops.Reply{Accepted: &ops.Accepted{Plan: plan, Ticket: ticket}}
	if errors.Is(err, ops.ErrRecorded) {
		return accepted, nil // the same confirmation, delivered twice: the first is under way
	}
	if err != nil {
		r.unlock(ctx, plan.Target, req)
		return ops.Reply{}, err
	}
	r.mine(req.ID)
	r.running.Go(func() {
		defer r.forget(req.ID)
		if err := r.execute(r.base, story{started: *record}); err != nil {
			r.log(req).Warn("the execution is left to its job", zap.Error(err))
		}
	})
	return accepted, nil
}

// shown finds the plan that the requester saw, and what has begun already.
func (r *Runner) shown(ctx context.Context, req ops.Request) (ops.Plan, *ops.Accepted, error) {
	records, err := r.Journal.Records(ctx, ops.Query{RequestID: req.ID})
	if err != nil {
		return ops.Plan{}, nil, fmt.Errorf("reading the journal of request %s: %w", req.ID, err)
	}
	var shown *ops.Plan
	for _, record := range records {
		if record.Step == ops.StepRefused {
			continue // of anybody who tried: it takes nothing away from the requester
		}
		if record.Request.Actor.ID != req.Actor.ID || record.Request.Verb != req.Verb {
			return ops.Plan{}, nil, notYours(record.Request)
		}
		switch record.Step {
		case ops.StepPreviewed:
			shown = record.Plan
		case ops.StepStarted:
			return ops.Plan{}, &ops.Accepted{Plan: *record.Plan, Ticket: record.Ticket}, nil
		case ops.StepCancelled:
			return ops.Plan{}, nil, &ops.Refusal{Reason: ops.Expired, What: "Nothing was changed: this plan was cancelled.", Next: "Give the command again."}
		default:
		}
	}
	if shown == nil {
		return ops.Plan{}, nil, &ops.Refusal{Reason: ops.Expired, What: "Nothing was changed: steward has shown no plan for this request.", Next: "Give the command again, and confirm its preview."}
	}
	return *shown, nil, nil
}

// sinceShown tells a requester who confirms what is not found any more that it
// is gone: they have seen it in the plan. Any other error stays as it is.
func (r *Runner) sinceShown(ctx context.Context, req ops.Request, err error) error {
	var refusal *ops.Refusal
	if req.Confirmed == "" || !errors.As(err, &refusal) || refusal.Reason != ops.TargetNotFound {
		return err
	}
	plan, _, unseen := r.shown(ctx, req)
	if unseen != nil {
		return err
	}
	return goneSince(plan)
}

// notYours refuses a confirmation by anybody but the requester.
func notYours(req ops.Request) *ops.Refusal {
	return &ops.Refusal{
		Reason: ops.NotAllowed,
		What:   "Nothing was changed: only the person who asked for the " + req.Verb + " may confirm it.",
		Next:   "Give the command yourself, and confirm your own preview.",
	}
}

func (r *Runner) unlock(ctx context.Context, target ops.Target, req ops.Request) {
	if err := r.Locker.Unlock(context.WithoutCancel(ctx), guard.Key(target), r.holder(req.ID)); err != nil {
		r.log(req).Warn("the lock is left to run out", zap.Error(err))
	}
}
