package diagnose

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
)

const (
	flappingWithin = time.Hour
	flappingLeast  = 4 // turns from up to down and back
	// stabilizationDefault is how long the API server lets a lower number wait
	// where the autoscaler sets nothing; stabilizationLimit the longest it takes.
	stabilizationDefault = 300
	stabilizationLimit   = 3600
)

// newSize is what an autoscaler says of each change of size
// (k8s.io/kubernetes/pkg/controller/podautoscaler).
var newSize = regexp.MustCompile(`^New size: (\d{1,9})`)

// rescale is one change of size that an autoscaler has made.
type rescale struct {
	At   time.Time
	Size int
}

// rescales lists what an autoscaler has done within a time, oldest first. Of
// an event that came several times the first and the last are known.
func (v *view) rescales(hpa *autoscalingv2.HorizontalPodAutoscaler, within time.Duration) []rescale {
	var list []rescale
	for _, e := range v.sizeEvents(hpa, within) {
		if e.Count > 1 && e.First.Before(e.Last) && v.At.Sub(e.First) <= within {
			list = append(list, rescale{e.First, e.size})
		}
		list = append(list, rescale{e.Last, e.size})
	}
	slices.SortStableFunc(list, func(a, b rescale) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Size, b.Size)) })
	return list
}

// sizeEvent is an event that tells a new size, and how often within the time.
type sizeEvent struct {
	*Event
	size, often int
}

func (v *view) sizeEvents(hpa *autoscalingv2.HorizontalPodAutoscaler, within time.Duration) []sizeEvent {
	var list []sizeEvent
	for _, e := range v.events[hpaRef(hpa)] {
		said := newSize.FindStringSubmatch(e.Message)
		if e.Reason != "SuccessfulRescale" || said == nil || v.At.Sub(e.Last) > within {
			continue
		}
		size, err := strconv.Atoi(said[1])
		if err != nil {
			continue
		}
		often := int(max(1, e.Count))
		if before := v.At.Sub(e.First); before > within && e.Last.After(e.First) { // spread evenly
			often = 1 + int(float64(often-1)*float64(within-v.At.Sub(e.Last))/float64(e.Last.Sub(e.First)))
		}
		list = append(list, sizeEvent{e, size, often})
	}
	return list
}

// turns counts how often the size turned from up to down or back. A size that
// was set anew was left in between, which is two turns, though the events of
// it are one with a count.
func turns(points []rescale, events []sizeEvent) int {
	n, up, known := 0, false, false
	for i := 1; i < len(points); i++ {
		if points[i].Size == points[i-1].Size {
			continue
		}
		rises := points[i].Size > points[i-1].Size
		if known && rises != up {
			n++
		}
		up, known = rises, true
	}
	often := map[int]int{}
	for _, e := range events {
		often[e.size] += e.often
	}
	if len(often) < 2 {
		return n
	}
	for _, count := range often {
		n = max(n, 2*(count-1))
	}
	return n
}

// eventsUnread says why the events of a namespace were not read, "" if they
// were.
func (v *view) eventsUnread(namespace string) string {
	for _, gap := range v.Gaps {
		if gap.Kind == "Event" && (gap.Namespace == namespace || gap.Namespace == "") {
			return gap.Why
		}
	}
	return ""
}

func hpaFlapping(s *scope) answer {
	hpa := s.autoscaler()
	if hpa == nil {
		return s.absent()
	}
	events := s.sizeEvents(hpa, flappingWithin)
	if missing := s.eventsUnread(hpa.Namespace); missing != "" && len(events) == 0 {
		return unknown(missing)
	}
	n := turns(s.rescales(hpa, flappingWithin), events)
	if n < flappingLeast {
		return no(fmt.Sprintf("it turned %s within the last hour", times(n)))
	}
	byRise := func(a, b sizeEvent) int { return cmp.Compare(a.size, b.size) }
	low, high := slices.MinFunc(events, byRise), slices.MaxFunc(events, byRise)
	window := int32(stabilizationDefault)
	if b := hpa.Spec.Behavior; b != nil && b.ScaleDown != nil && b.ScaleDown.StabilizationWindowSeconds != nil {
		window = *b.ScaleDown.StabilizationWindowSeconds
	}
	longer := min(stabilizationLimit, max(stabilizationDefault, 2*window))
	a := yes(byField, fmt.Sprintf("between %d and %d replicas, it turned %s within the last hour", low.size, high.size, times(n))).at(hpaRef(hpa)).
		with("hpa", hpa.Name, "workload", hpa.Spec.ScaleTargetRef.Name, "low", strconv.Itoa(low.size), "high", strconv.Itoa(high.size), "turns", times(n), "window", strconv.Itoa(int(longer)))
	for _, e := range []sizeEvent{low, high} {
		a = a.seen(hpaRef(hpa), "events[SuccessfulRescale].message", e.Message, e.Last)
	}
	return a.seen(hpaRef(hpa), "spec.behavior.scaleDown.stabilizationWindowSeconds", fmt.Sprint(window), s.At)
}
