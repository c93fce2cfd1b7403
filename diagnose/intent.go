package diagnose

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/steward-bot/steward/ops"
)

// intentAnnotation on an object says that somebody wants it as it is.
const intentAnnotation = "steward/intent"

// intents are notes on what somebody wants to be so, though it looks like a
// fault: paused, suspended, scaled to zero.
func intents(s *scope) []string {
	var notes []string
	object := s.objects[s.Object]
	if object == nil {
		return nil
	}
	if text, ok := object.GetAnnotations()[intentAnnotation]; ok {
		notes = append(notes, fmt.Sprintf("%s carries %s: %s.", s.Object, intentAnnotation, ops.Shorten(text, 200)))
	}
	if cron, ok := object.(*batchv1.CronJob); ok && cron.Spec.Suspend != nil && *cron.Spec.Suspend {
		notes = append(notes, "It is suspended: it starts no Jobs.")
	}
	w := s.Workload()
	if w == nil {
		return notes
	}
	if w.deployment != nil && w.deployment.Spec.Paused {
		notes = append(notes, "Its rollout is paused: changes of the template wait.")
	}
	if w.job != nil {
		notes = append(notes, jobNotes(s, w)...)
	}
	if w.job != nil && w.job.Spec.Suspend != nil && *w.job.Spec.Suspend {
		notes = append(notes, "The Job is suspended: it runs no pods.")
	}
	if w.Desired == 0 && w.daemonSet == nil && w.job == nil {
		notes = append(notes, "It is scaled to zero.")
	}
	notes = append(notes, autoscalerNotes(s)...)
	return append(notes, startingNotes(s, w)...)
}

// startingNotes tell of pods that have not had their time yet.
func startingNotes(s *scope, w *workload) []string {
	n := 0
	for _, f := range s.failuresOf(w) {
		if f.Class == starting {
			n += len(f.Pods)
		}
	}
	if n == 0 {
		return nil
	}
	return []string{count(n, "pod") + " just started and may still become ready."}
}

// meant tells that an object carries the annotation of intent.
func (v *view) meant(ref Ref) bool {
	object := v.objects[ref]
	if object == nil {
		return false
	}
	_, ok := object.GetAnnotations()[intentAnnotation]
	return ok
}
