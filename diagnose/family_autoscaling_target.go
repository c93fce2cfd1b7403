package diagnose

import (
	"fmt"
	"slices"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/ops"
)

// scalable are the kinds that an autoscaler can scale and steward reads. Of
// any other kind the autoscaler's own words must do.
var scalable = []string{"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"}

func hpaTargetMissing(s *scope) answer {
	hpa := s.autoscaler()
	if hpa == nil {
		return s.absent()
	}
	target, self := scaledBy(hpa), hpaRef(hpa)
	verdict, missing := s.exists(target)
	refused := failed(hpaCondition(hpa, autoscalingv2.AbleToScale))
	said := refused != nil && refused.Reason == "FailedGetScale"
	a := yes(byField, target.String()+" does not exist").at(self).with("hpa", hpa.Name, "workload", target.Name)
	if said {
		a = a.seen(self, conditionPath(refused), refused.Reason+": "+refused.Message, refused.LastTransitionTime.Time)
	}
	switch {
	case s.At.Sub(hpa.CreationTimestamp.Time) < createGrace:
		return no("it has just been made")
	case verdict == ops.No && slices.Contains(scalable, target.Kind):
		a = a.with("why", target.String()+" does not exist", "orphan", hpa.Name).seen(target, "", "does not exist", s.At)
		if near := nearNames(target.Name, s.namesOf(target)); len(near) > 0 {
			a = a.with("nearest", near[0])
		}
		return a
	case said:
		a.Observed = refused.Message
		return a.with("why", "it cannot read the scale of "+target.String()+" ("+refused.Message+")")
	case verdict == ops.Unknown:
		return unknown(missing)
	default:
		return no(target.String() + " is there")
	}
}

// namesOf lists what there is of the target's kind in its namespace.
func (v *view) namesOf(like Ref) []string {
	var names []string
	v.eachWorkload(like.Namespace, func(w *workload) {
		if w.Ref.Kind == like.Kind {
			names = append(names, w.Ref.Name)
		}
	})
	return names
}

// hpaAmbiguous tells that two autoscalers scale the same thing, or things
// whose selectors overlap: then neither does anything.
func hpaAmbiguous(s *scope) answer {
	hpa := s.autoscaler()
	if hpa == nil {
		return s.absent()
	}
	self, target := hpaRef(hpa), scaledBy(hpa)
	says := failed(hpaCondition(hpa, autoscalingv2.ScalingActive))
	ambiguous := says != nil && says.Reason == "AmbiguousSelector"
	a := yes(byField, "the autoscaler says so").at(self).with("hpa", hpa.Name, "workload", target.Name)
	if ambiguous {
		a.Observed = says.Message
		a = a.with("why", "its pods are also those of another autoscaler").seen(self, conditionPath(says), says.Reason+": "+says.Message, says.LastTransitionTime.Time)
	}
	for _, other := range s.Objects.HPAs {
		if other.Namespace != hpa.Namespace || other.Name == hpa.Name {
			continue
		}
		same := scaledBy(other) == target
		if !same && (!ambiguous || !s.overlap(target, scaledBy(other))) {
			continue
		}
		why := "the autoscaler " + other.Name + " scales " + target.String() + " too"
		if !same {
			why = "the autoscaler " + other.Name + " scales " + scaledBy(other).String() + ", whose selector matches the same pods"
		}
		a.Observed = why
		return a.with("why", why, "other", other.Name).seen(hpaRef(other), "spec.scaleTargetRef", scaledBy(other).String(), s.At)
	}
	if ambiguous {
		return a
	}
	return no("no other autoscaler scales " + target.String())
}

// overlap tells that the selector of one workload matches the pods of another.
func (v *view) overlap(one, other Ref) bool {
	a, b := v.workload(one), v.workload(other)
	if a == nil || b == nil {
		return false
	}
	for _, pair := range [][2]*workload{{a, b}, {b, a}} {
		selector, err := metav1.ParseToLabelSelector(selectorText(pair[0]))
		if err != nil {
			continue
		}
		if by, err := metav1.LabelSelectorAsSelector(selector); err == nil && !by.Empty() && by.Matches(labelsOf(pair[1])) {
			return true
		}
	}
	return false
}

// resetLeast is how often an autoscaler must have set the same size anew for
// it to be said that somebody takes it back.
const resetLeast = 2

// resetWithin is how near to such a write the autoscaler must have set its size:
// it does so at its next look. Somebody may scale by hand, once.
const resetWithin = 10 * time.Minute

// byAutoscaler are the field managers that write for an autoscaler.
var byAutoscaler = []string{"kube-controller-manager", "horizontal-pod-autoscaler"}

// hpaReplicasReset tells that the autoscaler sets the same size again and
// again, because somebody who applies a manifest with replicas takes it back.
func hpaReplicasReset(s *scope) answer {
	hpa := s.autoscaler()
	if hpa == nil {
		return s.absent()
	}
	target, often := scaledBy(hpa), map[int]int{}
	var first time.Time
	for _, e := range s.sizeEvents(hpa, changeWindow) {
		often[e.size] += e.often
		if first.IsZero() || e.First.Before(first) {
			first = e.First
		}
	}
	size := 0
	for each, n := range often {
		if n > often[size] || n == often[size] && each > size {
			size = each
		}
	}
	if often[size] < resetLeast {
		return no("it has not set the same number twice")
	}
	write := s.lastWrite(target, "spec.replicas")
	if write == nil || slices.Contains(byAutoscaler, write.Manager) || write.At.Before(first) || s.At.Sub(write.At) > changeWindow {
		return no("nobody but the autoscaler is known to write it")
	}
	if !slices.ContainsFunc(s.sizeEvents(hpa, changeWindow), func(e sizeEvent) bool {
		return e.size == size && min(e.Last.Sub(write.At).Abs(), e.First.Sub(write.At).Abs()) <= resetWithin
	}) {
		return no(write.Manager + " wrote it once, and the autoscaler did not set it anew for that")
	}
	change := &Change{At: write.At, Source: "scale", Who: write.Manager, Object: target, Field: "spec.replicas", Summary: "spec.replicas was written, which the autoscaler owns"}
	why := fmt.Sprintf("%s writes spec.replicas as well, at %s UTC the last time, and the autoscaler set %d anew %s", write.Manager, write.At.UTC().Format("15:04"), size, times(often[size]-1))
	a := yes(byField, why).and(byChange).by(change).at(hpaRef(hpa)).
		with("hpa", hpa.Name, "workload", target.Name, "why", why, "resets", write.Manager, "workload_target", s.commonFacts(target)["target"]).
		seen(target, "managedFields[spec.replicas]", write.Manager, write.At).
		seen(hpaRef(hpa), "events[SuccessfulRescale]", fmt.Sprintf("New size: %d, %s", size, times(often[size])), s.At)
	if tool := s.gitOpsOf(target); tool != "" {
		a = a.with("tool", tool)
	}
	return a
}
