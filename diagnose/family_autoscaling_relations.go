package diagnose

import (
	"fmt"
	"strings"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
)

// scaleGrace is how long an autoscaler may be unable to scale before that is a
// symptom: the metrics of pods that have just started take a minute or two.
const scaleGrace = 3 * time.Minute

// autoscaler is the one that a tree is about, or that it is walked for.
func (s *scope) autoscaler() *autoscalingv2.HorizontalPodAutoscaler {
	if hpa := get[autoscalingv2.HorizontalPodAutoscaler](s.view, s.Related); hpa != nil {
		return hpa
	}
	return get[autoscalingv2.HorizontalPodAutoscaler](s.view, s.Object)
}

// scaledBy names what an autoscaler scales.
func scaledBy(hpa *autoscalingv2.HorizontalPodAutoscaler) Ref {
	return Ref{hpa.Spec.ScaleTargetRef.Kind, hpa.Namespace, hpa.Spec.ScaleTargetRef.Name}
}

func hpaRef(hpa *autoscalingv2.HorizontalPodAutoscaler) Ref {
	return refOf("HorizontalPodAutoscaler", hpa)
}

// autoscalersOf is the relation of a workload to what scales it.
func autoscalersOf(s *scope) []Ref {
	var refs []Ref
	for _, hpa := range s.Objects.HPAs {
		if hpa.Namespace == s.Object.Namespace && scaledBy(hpa) == s.Object {
			refs = append(refs, hpaRef(hpa))
		}
	}
	return refs
}

func autoscaled(s *scope) answer {
	if refs := autoscalersOf(s); len(refs) > 0 {
		return yes(byContext, "by "+refs[0].String())
	}
	if !s.read("HorizontalPodAutoscaler", s.Object.Namespace) {
		return unknown(s.why("HorizontalPodAutoscaler", s.Object.Namespace))
	}
	return no("no autoscaler scales it")
}

// failsByItself tells that pods fail in a way that neither too much load nor
// too little room explains.
func failsByItself(s *scope) answer {
	w := s.Workload()
	if w == nil {
		return s.absent()
	}
	for _, f := range s.failuresOf(w) {
		switch f.Class {
		case starting, unready, unscheduled, terminating:
		default:
			return yes(byContext, count(len(f.Pods), "pod")+" "+string(f.Class))
		}
	}
	return no("they run, or wait for a node")
}

// hpaCondition finds a condition of an autoscaler, nil if it has none of the
// type.
func hpaCondition(hpa *autoscalingv2.HorizontalPodAutoscaler, of autoscalingv2.HorizontalPodAutoscalerConditionType) *autoscalingv2.HorizontalPodAutoscalerCondition {
	for i := range hpa.Status.Conditions {
		if hpa.Status.Conditions[i].Type == of {
			return &hpa.Status.Conditions[i]
		}
	}
	return nil
}

// failed is a condition that is False, nil otherwise.
func failed(c *autoscalingv2.HorizontalPodAutoscalerCondition) *autoscalingv2.HorizontalPodAutoscalerCondition {
	if c == nil || c.Status != corev1.ConditionFalse {
		return nil
	}
	return c
}

// metricsTrouble is the condition that says that its metrics are not to be
// had, nil if they are. An autoscaler of something that is scaled to zero does
// nothing, by intent.
func metricsTrouble(hpa *autoscalingv2.HorizontalPodAutoscaler) *autoscalingv2.HorizontalPodAutoscalerCondition {
	c := failed(hpaCondition(hpa, autoscalingv2.ScalingActive))
	if c == nil || c.Reason == "ScalingDisabled" || strings.HasSuffix(c.Reason, "Selector") {
		return nil
	}
	return c
}

// stuckBy is the condition that says that it cannot scale, nil if it can, or
// has had no time yet.
func (v *view) stuckBy(hpa *autoscalingv2.HorizontalPodAutoscaler) *autoscalingv2.HorizontalPodAutoscalerCondition {
	c := failed(hpaCondition(hpa, autoscalingv2.AbleToScale))
	if c == nil || strings.HasPrefix(c.Reason, "Backoff") {
		c = failed(hpaCondition(hpa, autoscalingv2.ScalingActive))
	}
	if c == nil || c.Reason == "ScalingDisabled" || v.meant(hpaRef(hpa)) {
		return nil
	}
	if !c.LastTransitionTime.IsZero() && v.At.Sub(c.LastTransitionTime.Time) < scaleGrace {
		return nil
	}
	return c
}

func autoscalerStuck(s *scope) answer {
	hpa := s.autoscaler()
	if hpa == nil {
		return s.absent()
	}
	c := s.stuckBy(hpa)
	if c == nil {
		return no(fmt.Sprintf("%d replicas, and %d wanted", hpa.Status.CurrentReplicas, hpa.Status.DesiredReplicas))
	}
	return yes(byField, c.Reason+": "+c.Message).seen(hpaRef(hpa), conditionPath(c), c.Reason, c.LastTransitionTime.Time)
}

func conditionPath(c *autoscalingv2.HorizontalPodAutoscalerCondition) string {
	return "status.conditions[" + string(c.Type) + "].reason"
}

// autoscalerNotes tell what is to be known of a workload's autoscalers though
// it is no cause: that one cannot scale now, or has no room left.
func autoscalerNotes(s *scope) []string {
	var notes []string
	for _, ref := range autoscalersOf(s) {
		hpa := get[autoscalingv2.HorizontalPodAutoscaler](s.view, ref)
		switch c := s.stuckBy(hpa); {
		case c != nil:
			notes = append(notes, fmt.Sprintf("Its autoscaler %s cannot scale: %s.", hpa.Name, strings.TrimSuffix(c.Message, ".")))
		case hpa.Spec.MaxReplicas > 0 && hpa.Status.CurrentReplicas >= hpa.Spec.MaxReplicas:
			notes = append(notes, fmt.Sprintf("Its autoscaler %s is at its maximum of %d.", hpa.Name, hpa.Spec.MaxReplicas))
		}
	}
	return notes
}
