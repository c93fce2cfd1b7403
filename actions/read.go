package actions

import (
	"context"
	"time"

	"github.com/steward-bot/steward/ops"
)

// readDeadline bounds a read: somebody is waiting for it.
const readDeadline = 30 * time.Second

// answer lets a read answer, and records that it did before anybody sees it.
func (r *Runner) answer(ctx context.Context, verb Read, req ops.Request, target *ops.Target) (ops.Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	may := r.sees(req)
	if target == nil {
		may = r.mayDo(req) // admit has asked about no object: the verb itself has to be allowed on each
	}
	answer, err := verb.Answer(ctx, Query{Request: req, Target: target, Default: r.Defaults(req.Place.Channel), May: may})
	if err != nil {
		return ops.Reply{}, err
	}
	if answer.Target == nil {
		answer.Target = target
	}
	record := &ops.Record{Step: ops.StepAnswered, Request: bounded(req), Target: target, Summary: answer.Headline}
	if err := r.record(ctx, record); err != nil {
		return ops.Reply{}, err
	}
	return ops.Reply{Answer: &answer}, nil
}
