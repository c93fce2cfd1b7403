package actions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/actions/guard"
	"github.com/steward-bot/steward/ops"
)

// story is what the journal says of one write that has started.
type story struct {
	started ops.Record
	applied bool // the patch is known to be in
	resumed bool // another process began it
}

// execute carries a started write to its recorded end. The caller holds the
// target's lease; execute keeps it alive and gives it back. An error means
// that the end could not be recorded: the job tries again.
func (r *Runner) execute(ctx context.Context, s story) error {
	req, plan := s.started.Request, *s.started.Plan
	begun := r.now()
	ctx, cancel := context.WithTimeout(ctx, r.Deadline)
	defer cancel()
	ctx, release := r.keepLease(ctx, plan.Target, req)
	defer release()
	outcome, err := r.act(ctx, s)
	if cause := r.interrupted(ctx); cause != nil && (err != nil || outcome.State != ops.Succeeded) {
		return fmt.Errorf("handing over request %s: %w", req.ID, cause)
	}
	if err != nil {
		outcome = failure(err, req)
	}
	outcome.Took = r.now().Sub(begun)
	return r.end(context.WithoutCancel(ctx), s, outcome)
}

// act does the work: the last checks, the patch, the rollout, the diagnosis.
func (r *Runner) act(ctx context.Context, s story) (ops.Outcome, error) {
	req, plan := s.started.Request, *s.started.Plan
	verb, ok := r.verbs[req.Verb].(Write)
	if !ok {
		return ops.Outcome{}, fmt.Errorf("the journal holds a started %q, which is no write of this steward", req.Verb)
	}
	tell := func(p ops.Progress) {
		p.At = r.now().UTC()
		r.Narrator.Progress(ctx, req, plan, p)
	}
	if !s.applied {
		if refused, err := r.apply(ctx, verb, s, tell); refused != nil || err != nil {
			return deref(refused), err
		}
	}
	outcome, err := verb.Watch(ctx, req, plan, tell)
	if err != nil && r.interrupted(ctx) != nil {
		return ops.Outcome{}, err
	}
	if err != nil {
		r.log(req).Warn("the rollout was lost from sight", zap.Error(err))
		return lostSight(plan), nil
	}
	if outcome.State != ops.Succeeded {
		return r.explain(ctx, req, plan, outcome), nil
	}
	tell(ops.Progress{Phase: ops.PhaseVerifying, Text: "The rollout is complete. Diagnosing again…"})
	return r.verify(ctx, req, plan, outcome), nil
}

// apply asks everything once more and then patches. It gives an outcome only
// when the last check refused.
func (r *Runner) apply(ctx context.Context, verb Write, s story, tell func(ops.Progress)) (*ops.Outcome, error) {
	req, plan := s.started.Request, *s.started.Plan
	if s.resumed {
		done, err := verb.Done(ctx, plan)
		if err != nil {
			return nil, err
		}
		if done {
			r.applied(ctx, s)
			return nil, nil
		}
		if waited := r.now().Sub(s.started.At); waited > startWithin {
			return tooLate(plan, waited), nil
		}
	}
	tell(ops.Progress{Phase: ops.PhaseChecking, Text: "Checking access, justification and the object once more…"})
	if err := r.checkAgain(ctx, verb, s); err != nil {
		var refusal *ops.Refusal
		if errors.As(err, &refusal) {
			return &ops.Outcome{State: ops.Refused, Summary: refusal.What, Next: refusal.Next, Reason: refusal.Reason}, nil
		}
		return nil, err
	}
	if err := verb.Apply(ctx, req, plan); err != nil && !r.wentIn(ctx, verb, plan, err) {
		return nil, err
	}
	tell(ops.Progress{Phase: ops.PhaseApplied, Text: "The API server accepted the change."})
	r.applied(ctx, s)
	return nil, nil
}

// startWithin is how old a confirmation may be when a write is taken up that has
// not touched the cluster: as long as a preview waits for it. After a longer
// outage nobody expects the change any more.
const startWithin = 10 * time.Minute

// tooLate is the outcome of a write that nobody expects any more.
func tooLate(plan ops.Plan, waited time.Duration) *ops.Outcome {
	return &ops.Outcome{
		State:   ops.Refused,
		Summary: fmt.Sprintf("Nothing was changed: %s was confirmed %s ago, and steward was away since.", plan.Headline, age(waited)),
		Next:    "Give the command again to see the plan as it is now.",
		Reason:  ops.Expired,
	}
}

// wentIn tells whether a patch whose answer was an error is in all the same: an
// answer that got lost is no proof that nothing happened.
func (r *Runner) wentIn(ctx context.Context, verb Write, plan ops.Plan, err error) bool {
	var refusal *ops.Refusal
	if errors.As(err, &refusal) && refusal.Reason != ops.Unavailable {
		return false
	}
	done, err := verb.Done(ctx, plan)
	return err == nil && done
}

// checkAgain is the last look before the patch: the person, their access, the
// justification, the owner, and that the plan is still the plan.
func (r *Runner) checkAgain(ctx context.Context, verb Write, s story) error {
	req, plan := s.started.Request, *s.started.Plan
	req.Target = plan.Target.String()
	req, target, err := r.admit(ctx, req, verb.Spec())
	var refusal *ops.Refusal
	if errors.As(err, &refusal) && refusal.Reason == ops.TargetNotFound {
		return goneSince(plan)
	}
	if err != nil {
		return err
	}
	now, err := verb.Plan(ctx, Query{Request: req, Target: target, May: r.sees(req)})
	if err != nil {
		return err
	}
	if now.Fingerprint() != plan.Fingerprint() {
		return &ops.Refusal{
			Reason: ops.Stale,
			What:   "Nothing was changed: " + plan.Target.Object() + " is no longer what you confirmed.",
			Why:    "Somebody changed it after the confirmation.",
			Next:   "Give the command again to see the plan as it is now.",
		}
	}
	return guard.Again(r.Justifier).Pass(ctx, &guard.Passage{Request: req, Plan: now, Shown: plan})
}

// applied records that the patch is in. The patch cannot be taken back, so a
// journal that does not answer is logged and not obeyed: Done says the same
// after a restart.
func (r *Runner) applied(ctx context.Context, s story) {
	record := &ops.Record{Step: ops.StepApplied, Request: s.started.Request, Target: s.started.Target, Plan: s.started.Plan, Ticket: s.started.Ticket, Summary: "the API server accepted the change"}
	if err := r.record(ctx, record); err != nil {
		r.log(s.started.Request).Error("the applied step could not be recorded", zap.Error(err))
	}
}

// end records the outcome, then tells it.
func (r *Runner) end(ctx context.Context, s story, outcome ops.Outcome) error {
	req := s.started.Request
	record := &ops.Record{Step: ops.StepEnded, Request: req, Target: s.started.Target, Plan: s.started.Plan, Ticket: s.started.Ticket, Outcome: &outcome, Summary: outcome.Summary}
	if err := r.record(ctx, record); err != nil && !errors.Is(err, ops.ErrRecorded) {
		return fmt.Errorf("recording the end of request %s: %w", req.ID, err)
	}
	r.log(req).Info("ended", zap.String("state", string(outcome.State)), zap.Duration("took", outcome.Took))
	r.Narrator.Outcome(ctx, req, *s.started.Plan, outcome)
	return nil
}

// lostSight is the outcome of a change that is in, but could not be followed.
func lostSight(plan ops.Plan) ops.Outcome {
	return ops.Outcome{
		State:   ops.Failed,
		Summary: "The change was made, but steward could not follow the rollout to its end.",
		Next:    "Run `/k8s status " + plan.Target.String() + "` to see where it stands.",
		Reason:  ops.Unavailable,
	}
}

func failure(err error, req ops.Request) ops.Outcome {
	refusal := asRefusal(err, req)
	next := refusal.Next
	if refusal.Why != "" {
		next = refusal.Why + " " + next
	}
	return ops.Outcome{State: ops.Failed, Summary: refusal.What, Next: next, Reason: refusal.Reason}
}

func deref(outcome *ops.Outcome) ops.Outcome {
	if outcome == nil {
		return ops.Outcome{}
	}
	return *outcome
}
