package diagnose

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// wayBack names the revision whose pods the API server would let in, where it
// is the newest template's that it refuses.
func (s *scope) wayBack(a answer, r *refusal, admitted func(*corev1.PodTemplateSpec) bool) answer {
	w := s.Workload()
	if w == nil || w.current() == nil || w.previous() == nil || r.Revision != nil && r.Revision != w.current() {
		return a
	}
	if !admitted(w.previous().Template) {
		return a
	}
	number := fmt.Sprint(w.previous().Number)
	return a.with("undo", number)
}

// changedBefore makes the change of a policy, or of a part of it, that came in
// the day before an onset, where the workload is older than it; nil if there
// was none.
func (s *scope) changedBefore(onset time.Time, object Ref, field, summary string) *Change {
	write := s.lastWrite(object, field)
	change := &Change{Source: "policy", Object: object, Field: field, Summary: summary + " was changed"}
	switch made := s.objects[object]; {
	case write != nil:
		change.At, change.Who = write.At, write.Manager
	case made != nil:
		change.At, change.Summary = made.GetCreationTimestamp().Time, summary+" was made"
		change.Who = s.writerAt(object, field, change.At)
	default:
		return nil
	}
	w := s.Workload()
	if onset.IsZero() {
		onset = s.At
	}
	before := onset.Sub(change.At)
	if w == nil || !w.Object.GetCreationTimestamp().Time.Before(change.At) || before < -createdWithin || before > changeWindow {
		return nil
	}
	return change
}

// blame adds an implicated change to an answer.
func blame(a answer, change *Change) answer {
	if change == nil {
		return a
	}
	by := ""
	if change.Who != "" {
		by = " by " + change.Who
	}
	return a.and(byChange).by(change).with("changed", change.At.UTC().Format("15:04")+" UTC"+by).
		seen(change.Object, change.Field, change.Summary+by, change.At)
}
