package actions

import (
	"fmt"
	"strings"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// pausedRefusal refuses to change a paused Deployment, as kubectl does: nothing
// would roll out.
func pausedRefusal(w *kube.Workload, noun string) *ops.Refusal {
	return &ops.Refusal{
		Reason: ops.Paused,
		What:   fmt.Sprintf("Nothing was changed: the rollout of %s is paused.", w.Name),
		Why:    "A " + noun + " of a paused Deployment would not reach its pods.",
		Next: fmt.Sprintf("Find out who paused it and why; then `kubectl rollout resume deployment/%s -n %s`, and give the command again. "+
			"Once resumed, it rolls out the template that it has now (%s) until then.",
			w.Name, w.Namespace, imagesOf(w.Template)),
	}
}

// stale refuses because the workload is no longer what was confirmed.
func stale(plan ops.Plan, why string) *ops.Refusal {
	return &ops.Refusal{
		Reason: ops.Stale,
		What:   "Nothing was changed: " + plan.Target.Object() + " is no longer what you confirmed.",
		Why:    why,
		Next:   "Give the command again to see the plan as it is now.",
	}
}

// goneSince refuses because the workload of a plan is not found any more.
func goneSince(plan ops.Plan) *ops.Refusal {
	return &ops.Refusal{
		Reason: ops.Gone,
		What:   "Nothing was changed: " + plan.Target.Object() + " is gone.",
		Why:    "It was deleted since you saw the plan, or you may no longer see it.",
		Next:   "Find out who deleted it; steward makes nothing anew.",
	}
}

// alreadyThere refuses to bring back what is there.
func alreadyThere(v *kube.View, r *kube.Revision, req ops.Request) *ops.Refusal {
	return &ops.Refusal{
		Reason:  ops.NothingToDo,
		What:    fmt.Sprintf("Nothing to do: %s runs the template of revision %d already.", v.Name, r.Number),
		Why:     "Its images are " + imagesOf(v.Template) + ".",
		Next:    "Choose another revision.",
		Choices: offerRevisions(v, req.At),
	}
}

// containsQuoted tells whether a message names something in quotes, as
// Kubernetes' conditions do.
func containsQuoted(message, name string) bool { return strings.Contains(message, `"`+name+`"`) }
