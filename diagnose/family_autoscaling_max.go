package diagnose

import (
	"fmt"
	"math"
	"strconv"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// hpaAtMax tells that an autoscaler wants more replicas than it may have. At
// its maximum with a metric at its target it does its work, and a workload that
// is well is not ill for it.
func hpaAtMax(s *scope) answer {
	hpa := s.autoscaler()
	if hpa == nil {
		return s.absent()
	}
	most := hpa.Spec.MaxReplicas
	if most < 1 || hpa.Status.DesiredReplicas < most || s.meant(hpaRef(hpa)) {
		return no(fmt.Sprintf("it wants %d of at most %d", hpa.Status.DesiredReplicas, most))
	}
	if most == max(1, replicas(hpa.Spec.MinReplicas)) {
		return no(fmt.Sprintf("its minimum is %d as well: somebody wants that size", most))
	}
	limited := hpaCondition(hpa, autoscalingv2.ScalingLimited)
	if limited != nil && (limited.Status != corev1.ConditionTrue || limited.Reason != "TooManyReplicas") {
		return no(fmt.Sprintf("it is at its maximum of %d, and wants no more", most))
	}
	top, known := highestLoad(hpa)
	if known && !tooHigh(hpa, top) {
		return no(fmt.Sprintf("it is at its maximum of %d, and that is enough: %s", most, top))
	}
	if !known && (limited == nil || s.Object != hpaRef(hpa) && podsNotReady(s).Verdict != ops.Yes) {
		return no(fmt.Sprintf("it is at its maximum of %d, and nothing shows that more are needed", most))
	}
	observed := fmt.Sprintf("it wants more than its maximum of %d", most)
	raised := 2 * most
	if known {
		observed += ": " + top.String()
		raised = max(most+1, min(raised, int32(math.Ceil(float64(most)*min(top.Ratio, 2)))))
	}
	a := yes(byField, observed).at(hpaRef(hpa)).
		with("hpa", hpa.Name, "workload", hpa.Spec.ScaleTargetRef.Name, "max", strconv.Itoa(int(most)), "raised", strconv.Itoa(int(raised)),
			"workload_target", s.commonFacts(scaledBy(hpa))["target"]).
		seen(hpaRef(hpa), "status.desiredReplicas", strconv.Itoa(int(hpa.Status.DesiredReplicas)), s.At).
		seen(hpaRef(hpa), "spec.maxReplicas", strconv.Itoa(int(most)), s.At)
	if limited != nil {
		a = a.seen(hpaRef(hpa), conditionPath(limited), limited.Reason, limited.LastTransitionTime.Time)
	}
	if known {
		a = a.with("load", top.String()).seen(hpaRef(hpa), "status.currentMetrics", top.String(), s.At)
	}
	return a
}
