package diagnose

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// rolloutFamily knows why a rollout stands still, though its pods do not say
// why, and when nothing runs because somebody wants it so.
func rolloutFamily() family {
	return family{
		Name:   "rollout",
		Causes: rolloutCauses(),
		Checks: []check{
			{"scaled-to-zero", "Is it scaled to zero, while something needs it?", scaledToZero},
			{"rollout-paused", "Does a change wait because the rollout is paused?", rolloutPaused},
			{"controller-behind", "Has no controller looked at the last change?", controllerBehind},
			{"surge-without-room", "Must an old pod go before a new one has room?", surgeWithoutRoom},
			{"statefulset-blocked", "Does a broken pod of an older template block the rollout?", statefulSetBlocked},
			{"eviction-blocked", "Does a PodDisruptionBudget keep pods from being evicted?", evictionBlocked},
		},
		Relations: map[string]relation{"covered": covered},
	}
}

func scaledToZero(s *scope) answer {
	w := s.Workload()
	if w == nil || w.Desired != 0 || w.daemonSet != nil || w.job != nil {
		return no("pods are wanted")
	}
	if s.meant(w.Ref) {
		return no("it is meant to be so: it carries " + intentAnnotation)
	}
	users := s.failingUsers(w)
	if len(users) == 0 && !s.Needed {
		return no("nothing is known to need it")
	}
	var names []string
	for _, user := range users {
		names = append(names, user.Name)
	}
	text := strings.Join(names, ", ") + " fails"
	if len(names) > 1 {
		text = strings.Join(names, ", ") + " fail"
	}
	if len(names) == 0 {
		text = "something fails"
	}
	a := s.zeroFacts(yes(byField, "spec.replicas is 0").with("users", text).seen(w.Ref, "spec.replicas", "0", s.At), w)
	if change := s.lastScaling(w); change != nil {
		a = a.by(change)
	}
	for _, user := range users {
		a = a.brings("dependency-unreachable", user, user.Name+" needs it and has pods that fail")
	}
	return a
}

// rolloutPaused is a cause only where the pause keeps something from getting
// well: otherwise somebody wants it, and it is a note.
func rolloutPaused(s *scope) answer {
	w := s.Workload()
	if w == nil || w.deployment == nil || !w.deployment.Spec.Paused || w.Ref.Kind != "Deployment" {
		return no("it is not paused")
	}
	if s.meant(w.Ref) {
		return no("it is meant to be so: it carries " + intentAnnotation)
	}
	ready := int32(0)
	for _, pod := range w.Pods {
		if podReady(pod) {
			ready++
		}
	}
	if ready >= w.Desired {
		return no("it is paused, and all that is wanted is ready")
	}
	if current := w.current(); current != nil && sameTemplate(current.Template, w.Template) {
		return no("it is paused, and no change of the template waits")
	}
	a := yes(byField, fmt.Sprintf("paused, with %d of %d ready, and a change of the template waits", ready, w.Desired)).
		with("ready", strconv.Itoa(int(ready)), "why", "its rollout is paused, and a change of its template waits").
		seen(w.Ref, "spec.paused", "true", s.At)
	if write := s.lastWrite(w.Ref, "spec.paused"); write != nil {
		a = a.with("who", write.Manager).seen(w.Ref, "managedFields[spec.paused]", write.Manager, write.At)
	}
	return a
}

// sameTemplate compares templates without the label that the controller adds.
func sameTemplate(a, b *corev1.PodTemplateSpec) bool {
	x, y := a.DeepCopy(), b.DeepCopy()
	delete(x.Labels, appsv1.DefaultDeploymentUniqueLabelKey)
	delete(y.Labels, appsv1.DefaultDeploymentUniqueLabelKey)
	return reflect.DeepEqual(x.Labels, y.Labels) && reflect.DeepEqual(x.Spec, y.Spec)
}

// controllerBehind tells that the controller has not seen the object as it is.
func controllerBehind(s *scope) answer {
	w := s.Workload()
	if w == nil {
		return s.absent()
	}
	observed := w.Object.GetGeneration()
	switch {
	case w.Ref.Kind == "Deployment" && w.deployment != nil:
		observed = w.deployment.Status.ObservedGeneration
	case w.Ref.Kind == "StatefulSet" && w.statefulSet != nil:
		observed = w.statefulSet.Status.ObservedGeneration
	case w.Ref.Kind == "DaemonSet" && w.daemonSet != nil:
		observed = w.daemonSet.Status.ObservedGeneration
	}
	generation := w.Object.GetGeneration()
	if observed >= generation || observed == 0 && w.deployment == nil {
		return no("it has")
	}
	since := w.Object.GetCreationTimestamp().Time
	if writes := s.writes[w.Ref]; len(writes) > 0 {
		since = writes[len(writes)-1].At
	}
	if s.At.Sub(since) < createGrace {
		return no("it has had no time to")
	}
	return yes(byField, fmt.Sprintf("generation %d, seen %d", generation, observed)).
		with("why", fmt.Sprintf("its controller has seen generation %d, and it is at %d", observed, generation), "generation", strconv.FormatInt(generation, 10)).
		seen(w.Ref, "metadata.generation", strconv.FormatInt(generation, 10), since).
		seen(w.Ref, "status.observedGeneration", strconv.FormatInt(observed, 10), s.At)
}

// surgeWithoutRoom tells that only new pods wait for a node, that no old one
// may go first, and that each of them would fit where an old one is.
func surgeWithoutRoom(s *scope) answer {
	w := s.Workload()
	if w == nil || w.deployment == nil || w.Ref.Kind != "Deployment" || w.current() == nil || w.previous() == nil {
		return no("no rollout is under way")
	}
	strategy := w.deployment.Spec.Strategy.RollingUpdate
	if strategy == nil {
		return no("the strategy removes the old pods first")
	}
	unavailable, err := intstr.GetScaledValueFromIntOrPercent(intstr.ValueOrDefault(strategy.MaxUnavailable, intstr.FromString("25%")), int(w.Desired), false)
	if err != nil || unavailable > 0 {
		return no(fmt.Sprintf("%d may be unavailable", unavailable))
	}
	waiting := 0
	for _, f := range s.failuresOf(w) {
		if f.Class == unscheduled && f.Revision == w.current() {
			waiting += len(f.Pods)
		} else if f.Class != starting {
			return no("something else fails")
		}
	}
	if waiting == 0 {
		return no("no new pod waits for a node")
	}
	if w.previous().Ready < w.Desired || !s.fitsForOld(w) {
		return no("the new pods would not fit where the old ones are")
	}
	text := "25%"
	if strategy.MaxUnavailable != nil {
		text = strategy.MaxUnavailable.String()
	}
	return yes(byField, fmt.Sprintf("%s without a node, while maxUnavailable is %s", count(waiting, "new pod"), text)).
		with("waiting", count(waiting, "new pod"), "max_unavailable", text).
		seen(w.Ref, "spec.strategy.rollingUpdate.maxUnavailable", text+" of "+strconv.Itoa(int(w.Desired))+" is none", s.At).
		seen(w.current().Ref, "unscheduled", strconv.Itoa(waiting), s.At)
}

// fitsForOld tells that a new pod that waits would fit where an old one is, if
// that one went.
func (s *scope) fitsForOld(w *workload) bool {
	waiting := s.unscheduledPods(w)
	if len(waiting) == 0 {
		return false
	}
	p := s.placementOf(waiting[0])
	if len(p.open()) > 0 && !s.verdictOn(p).hinted {
		return false // it needs no old one's place
	}
	for i, old := range w.previous().Pods {
		if i == placesTried {
			break
		}
		if !holdsNode(old) {
			continue
		}
		for _, node := range s.place(waiting[0], old).open() {
			if node.Name == old.Spec.NodeName {
				return true
			}
		}
	}
	return false
}

// placesTried bounds how many old pods are thought away in turn.
const placesTried = 8

// statefulSetBlocked tells that the template has been changed since a pod broke
// and that the broken pod is not replaced: the controller waits for it to become
// ready first (kubernetes#67250), or leaves it to somebody to delete.
func statefulSetBlocked(s *scope) answer {
	w := s.Workload()
	if w == nil || w.statefulSet == nil || w.Ref.Kind != "StatefulSet" {
		return no("it is no StatefulSet")
	}
	set := w.statefulSet
	if set.Status.UpdateRevision == "" {
		return no("no update is known")
	}
	for _, f := range s.failuresOf(w) {
		for _, pod := range f.Pods {
			is := pod.Labels[appsv1.ControllerRevisionHashLabelKey]
			if f.Class == starting || is == "" || is == set.Status.UpdateRevision {
				continue
			}
			ref := refOf("Pod", pod)
			return yes(byField, fmt.Sprintf("%s is of %s, and %s is wanted", pod.Name, is, set.Status.UpdateRevision)).
				with("pod", pod.Name, "is", is, "wanted", set.Status.UpdateRevision, "why", blockedBy(set, pod)).
				seen(ref, "metadata.labels[controller-revision-hash]", is, s.At).
				seen(w.Ref, "status.updateRevision", set.Status.UpdateRevision, s.At)
		}
	}
	return no("no broken pod is of an older template")
}

// blockedBy says what keeps the controller from replacing a pod.
func blockedBy(set *appsv1.StatefulSet, pod *corev1.Pod) string {
	rolling := set.Spec.UpdateStrategy.RollingUpdate
	switch {
	case set.Spec.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType:
		return "its strategy OnDelete replaces no pod by itself"
	case rolling != nil && rolling.Partition != nil && ordinalOf(pod.Name, set.Name) < int(*rolling.Partition):
		return fmt.Sprintf("its partition %d leaves this pod as it was", *rolling.Partition)
	default:
		return "the controller waits for this pod to become ready before it replaces any"
	}
}

// evictionBlocked asks for a budget, or for a workload whose pods are on a
// node that somebody empties.
func evictionBlocked(s *scope) answer {
	if budget := get[policyv1.PodDisruptionBudget](s.view, s.Object); budget != nil {
		return s.blocks(budget)
	}
	w := s.Workload()
	if w == nil {
		return s.absent()
	}
	for _, pod := range w.Pods {
		node := get[corev1.Node](s.view, Ref{Kind: "Node", Name: pod.Spec.NodeName})
		if node == nil || !node.Spec.Unschedulable || w.daemonSet != nil {
			continue
		}
		for _, budget := range s.budgetsOf(w) {
			if a := s.blocks(budget); a.Verdict == "yes" {
				return a.with("node", node.Name).seen(refOf("Node", node), "spec.unschedulable", "true", s.At)
			}
		}
	}
	return no("no node under its pods is being emptied, or no budget is in the way")
}

func (s *scope) blocks(budget *policyv1.PodDisruptionBudget) answer {
	status, ref := budget.Status, refOf("PodDisruptionBudget", budget)
	if s.meant(ref) {
		return no("it is meant to be so: it carries " + intentAnnotation)
	}
	if status.ExpectedPods == 0 || status.DisruptionsAllowed > 0 {
		return no(fmt.Sprintf("%d disruptions are allowed", status.DisruptionsAllowed))
	}
	if status.DesiredHealthy < status.ExpectedPods && status.CurrentHealthy < status.ExpectedPods {
		return no(fmt.Sprintf("it lets a pod go as soon as all %d are healthy; now %d are", status.ExpectedPods, status.CurrentHealthy))
	}
	observed := fmt.Sprintf("0 disruptions allowed: %d of %d pods healthy, %d must be", status.CurrentHealthy, status.ExpectedPods, status.DesiredHealthy)
	return yes(byField, observed).at(ref).
		with("budget", budget.Name, "healthy", strconv.Itoa(int(status.CurrentHealthy)), "must", strconv.Itoa(int(status.DesiredHealthy)), "expected", strconv.Itoa(int(status.ExpectedPods)),
			"one_more", strconv.Itoa(int(status.ExpectedPods)+1)).
		seen(ref, "status.disruptionsAllowed", "0", s.At).seen(ref, "status.desiredHealthy", strconv.Itoa(int(status.DesiredHealthy)), s.At).
		seen(ref, "status.currentHealthy", strconv.Itoa(int(status.CurrentHealthy)), s.At)
}
