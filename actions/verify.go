package actions

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/ops"
)

// settle is how long a finished rollout gets before a diagnosis that still
// finds something is believed: endpoints and old pods lag a moment behind.
const settle = 2 * time.Second

// verify diagnoses the target after a finished rollout. The rollout counts as
// succeeded only when the diagnosis says healthy.
func (r *Runner) verify(ctx context.Context, req ops.Request, plan ops.Plan, outcome ops.Outcome) ops.Outcome {
	diagnosis, err := r.Diagnoser.Diagnose(ctx, plan.Target, r.sees(req))
	if err == nil && !diagnosis.Healthy {
		pause(ctx, settle)
		diagnosis, err = r.Diagnoser.Diagnose(ctx, plan.Target, r.sees(req))
	}
	if err != nil {
		r.log(req).Warn("the verification could not diagnose", zap.Error(err))
		outcome.State = ops.Unhealthy
		outcome.Next = "The rollout finished, but steward could not verify it. Run `/k8s diagnose " + plan.Target.String() + "`."
		return outcome
	}
	outcome.Diagnosis = &diagnosis
	switch {
	case diagnosis.Healthy:
	case len(diagnosis.Causes) > 0:
		outcome.State = ops.Unhealthy
		outcome.Next = "Still wrong: " + diagnosis.Causes[0].Summary
	default:
		outcome.State = ops.Unhealthy
		outcome.Next = "The rollout finished, but steward could not tell whether the service is healthy. Run `/k8s diagnose " + plan.Target.String() + "`."
	}
	return outcome
}

// explain adds a diagnosis to a rollout that did not finish.
func (r *Runner) explain(ctx context.Context, req ops.Request, plan ops.Plan, outcome ops.Outcome) ops.Outcome {
	if outcome.Reason == ops.Gone {
		return outcome
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readDeadline)
	defer cancel()
	diagnosis, err := r.Diagnoser.Diagnose(ctx, plan.Target, r.sees(req))
	if err != nil {
		r.log(req).Warn("the failed rollout could not be diagnosed", zap.Error(err))
		return outcome
	}
	outcome.Diagnosis = &diagnosis
	if len(diagnosis.Causes) > 0 && outcome.Next == "" {
		outcome.Next = "The cause: " + diagnosis.Causes[0].Summary
	}
	return outcome
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
