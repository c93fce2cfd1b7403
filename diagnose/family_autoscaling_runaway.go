package diagnose

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
)

const (
	runawayFactor = 3                // how many times as many replicas as before
	runawayLeast  = 10               // fewer are not worth the word
	runawayAfter  = 10 * time.Minute // a metric has time to fall for so long
	// Where no event tells how many there were before, the autoscaler's minimum
	// stands for it, and more is asked for.
	runawayFloorFactor = 20
	runawayFloorLeast  = 100
	// Where somebody is known to have written the maximum, less is enough.
	runawayRaisedFactor = 10
)

// climb is a rise of the number of replicas without a step down.
type climb struct {
	From, To int
	Since    time.Time
	floor    bool // nobody says how many there were: From is the autoscaler's minimum
}

// climbOf finds how an autoscaler's size has risen up to now.
func (s *scope) climbOf(hpa *autoscalingv2.HorizontalPodAutoscaler) (climb, bool) {
	points := s.rescales(hpa, changeWindow)
	if len(points) == 0 {
		points = s.stepsUp(hpa)
	}
	if len(points) == 0 {
		return s.climbUnseen(hpa)
	}
	first := len(points) - 1
	for first > 0 && points[first-1].Size <= points[first].Size {
		first--
	}
	now := max(int(hpa.Status.CurrentReplicas), int(hpa.Status.DesiredReplicas))
	if last := points[len(points)-1].Size; now < last {
		return climb{}, false // it went down since
	}
	c := climb{From: points[first].Size, To: now, Since: points[first].At}
	if first == 0 {
		if before, ok := s.sizeAt(hpa, c.Since); ok {
			c.From = before
		}
	} else if points[first-1].Size > points[first].Size {
		c.Since = points[min(first+1, len(points)-1)].At // the lowest point was a step down
	}
	if c.To < runawayFactor*c.From && first == 0 && c.To >= runawayFloorLeast && farAbove(hpa, c.To, runawayFloorFactor) {
		c.From, c.floor = int(replicas(hpa.Spec.MinReplicas)), true
	}
	return c, true
}

// climbUnseen is for an autoscaler whose events are gone: its maximum was
// written, and it is far above its minimum since.
func (s *scope) climbUnseen(hpa *autoscalingv2.HorizontalPodAutoscaler) (climb, bool) {
	raised, now := s.maxRaised(hpa), int(hpa.Status.CurrentReplicas)
	if raised == nil || !farAbove(hpa, now, runawayRaisedFactor) {
		return climb{}, false
	}
	return climb{From: int(replicas(hpa.Spec.MinReplicas)), To: now, Since: raised.At, floor: true}, true
}

func farAbove(hpa *autoscalingv2.HorizontalPodAutoscaler, n, factor int) bool {
	return n >= factor*int(max(1, replicas(hpa.Spec.MinReplicas)))
}

// stepsUp are the sizes that the Deployment's events tell, for where the
// autoscaler's own are gone. A rollout scales down as well, and is no climb.
func (s *scope) stepsUp(hpa *autoscalingv2.HorizontalPodAutoscaler) []rescale {
	var points []rescale
	for _, e := range s.events[scaledBy(hpa)] {
		said := scaledMessage.FindStringSubmatch(e.Message)
		if e.Reason != "ScalingReplicaSet" || said == nil || s.At.Sub(e.Last) > changeWindow {
			continue
		}
		size, err := strconv.Atoi(said[2])
		if err != nil || strings.HasPrefix(e.Message, "Scaled down") {
			return nil
		}
		points = append(points, rescale{e.Last, size})
	}
	return points
}

// sizeAt is how many replicas there were before a moment, as the Deployment's
// events tell.
func (s *scope) sizeAt(hpa *autoscalingv2.HorizontalPodAutoscaler, moment time.Time) (int, bool) {
	for _, e := range s.events[scaledBy(hpa)] {
		said := scaledMessage.FindStringSubmatch(e.Message)
		if e.Reason != "ScalingReplicaSet" || said == nil || e.Last.Before(moment.Add(-createdWithin)) || e.Last.Sub(moment) > createGrace {
			continue
		}
		if n, err := strconv.Atoi(said[1] + said[3]); err == nil {
			return n, true
		}
	}
	return 0, false
}

// maxRaised is the last write of an autoscaler's maximum within a day, nil if
// there is none.
func (v *view) maxRaised(hpa *autoscalingv2.HorizontalPodAutoscaler) *Change {
	write := v.lastWrite(hpaRef(hpa), "spec.maxReplicas")
	if write == nil || v.At.Sub(write.At) > changeWindow {
		return nil
	}
	return &Change{
		At: write.At, Source: "autoscaling", Who: write.Manager, Object: write.Object, Field: "spec.maxReplicas",
		Summary: fmt.Sprintf("spec.maxReplicas was written; it is %d", hpa.Spec.MaxReplicas),
	}
}

// hpaMaxRaised finds who wrote the maximum while the replicas climbed, or just
// before.
func hpaMaxRaised(s *scope) answer {
	hpa := s.autoscaler()
	if hpa == nil {
		return s.absent()
	}
	change := s.maxRaised(hpa)
	if change == nil {
		return no("nobody is known to have written it within a day")
	}
	return yes(byChange, change.Who+": "+change.Summary).by(change).with("who", change.Who, "when", change.At.UTC().Format("15:04")).
		seen(hpaRef(hpa), "managedFields[spec.maxReplicas]", change.Who, change.At)
}

// hpaRunaway tells that more and more replicas do not help: their number has
// multiplied, and the metric stays above its target though they are there. A
// metric that has fallen is an autoscaler that works.
func hpaRunaway(s *scope) answer {
	hpa := s.autoscaler()
	if hpa == nil {
		return s.absent()
	}
	c, ok := s.climbOf(hpa)
	raised := s.maxRaised(hpa)
	top, known := highestLoad(hpa)
	switch {
	case s.meant(hpaRef(hpa)):
		return no("it is meant to be so: it carries " + intentAnnotation)
	case !ok:
		return no("it is not known to have scaled up")
	case c.To < runawayLeast || c.To < runawayFactor*max(1, c.From):
		return no(fmt.Sprintf("it went from %d to %d", c.From, c.To))
	case known && !tooHigh(hpa, top):
		return no(fmt.Sprintf("it went from %d to %d, and that helped: %s", c.From, c.To, top))
	case !known && raised == nil:
		return no(fmt.Sprintf("it went from %d to %d, and its metric is not known", c.From, c.To))
	case raised == nil && !s.hadTime(hpa, c):
		return no(fmt.Sprintf("it went from %d to %d, and the metric has had no time to fall", c.From, c.To))
	}
	a := yes(byField, fmt.Sprintf("from %d to %d replicas since %s UTC", c.From, c.To, c.Since.UTC().Format("15:04")))
	if !known || raised == nil {
		a.Proofs = []proof{bySignature} // it may be that there are more and more requests
	}
	a = withCap(a.at(hpaRef(hpa)), hpa, c, raised).with("hpa", hpa.Name, "workload", hpa.Spec.ScaleTargetRef.Name, "from", strconv.Itoa(c.From), "to", strconv.Itoa(c.To),
		"since", c.Since.UTC().Format("15:04"), "workload_target", s.commonFacts(scaledBy(hpa))["target"]).
		seen(hpaRef(hpa), "status.currentReplicas", strconv.Itoa(int(hpa.Status.CurrentReplicas)), s.At).
		seen(hpaRef(hpa), "spec.maxReplicas", strconv.Itoa(int(hpa.Spec.MaxReplicas)), s.At)
	for _, e := range s.sizeEvents(hpa, changeWindow) {
		if len(a.Evidence) < evidenceLimit/2 {
			a = a.seen(hpaRef(hpa), "events[SuccessfulRescale].message", e.Message, e.Last)
		}
	}
	if known {
		a = a.with("load", top.String()).seen(hpaRef(hpa), "status.currentMetrics", top.String(), s.At)
	}
	if hpa.Status.DesiredReplicas >= hpa.Spec.MaxReplicas {
		a = a.brings("hpa-at-max", hpaRef(hpa), fmt.Sprintf("it is at its maximum of %d", hpa.Spec.MaxReplicas))
	}
	return s.climbedWith(a, hpa, c)
}

// withCap adds a maximum to stop at: near where it began, where somebody is
// known to have raised it; otherwise what runs now, which may be what bears the
// load.
func withCap(a answer, hpa *autoscalingv2.HorizontalPodAutoscaler, c climb, raised *Change) answer {
	now := int(hpa.Status.CurrentReplicas)
	most := max(2*c.From, int(replicas(hpa.Spec.MinReplicas)))
	if raised == nil {
		most = max(most, now)
	}
	if most >= int(hpa.Spec.MaxReplicas) {
		return a
	}
	a = a.with("cap", strconv.Itoa(most))
	if now > most {
		a = a.with("excess", count(now-most, "replica"))
	}
	return a
}

// hadTime tells that the new replicas are there, and have been for long enough
// to take load away from the others.
func (s *scope) hadTime(hpa *autoscalingv2.HorizontalPodAutoscaler, c climb) bool {
	ready := int(hpa.Status.CurrentReplicas)
	if w := s.workload(scaledBy(hpa)); w != nil && len(w.Pods) > 0 {
		ready = 0
		for _, pod := range w.Pods {
			if podReady(pod) {
				ready++
			}
		}
	}
	return s.At.Sub(c.Since) >= runawayAfter && ready >= 2*c.From
}

// climbedWith names the rollout that the climb began with: taking it back
// takes the load away.
func (s *scope) climbedWith(a answer, hpa *autoscalingv2.HorizontalPodAutoscaler, c climb) answer {
	w := s.workload(scaledBy(hpa))
	if w == nil || w.current() == nil || w.previous() == nil || c.floor {
		return a
	}
	change := s.rolloutOf(w, w.current())
	if change == nil || change.At.After(c.Since) || c.Since.Sub(change.At) > implicatedWithin {
		return a
	}
	return a.and(byChange).by(change).
		with("rollout", cmp.Or(change.Summary, "a rollout"), "back_to", strconv.FormatInt(w.previous().Number, 10), "scaled", w.Ref.String()).
		seen(w.current().Ref, "spec.template", change.Summary, change.At)
}
