package diagnose

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// lostAfter is how long after a container's start its pod's readiness must have
// turned for the pod to have been ready before: a pod that never was has been
// unready since before its containers were started. Times are in seconds.
const lostAfter = time.Second

// unready tells that a running container should be ready by now: it was
// before, its rollout has failed for it, or it has had its time.
func (v *view) unready(run runOf) bool {
	if _, lost := v.lostReady(run); lost {
		return true
	}
	if v.rolloutFailed(run.Pod) {
		return true
	}
	return run.runningFor(v.At) > readyBudget(run.Spec)
}

// lostReady tells whether, and when, a pod ceased to be ready that was ready
// during the present run of the container.
func (v *view) lostReady(run runOf) (at time.Time, lost bool) {
	ready := condition(run.Pod, corev1.PodReady)
	if ready == nil || ready.Status == corev1.ConditionTrue || run.Status.State.Running == nil {
		return time.Time{}, false
	}
	since := ready.LastTransitionTime.Time
	return since, since.Sub(run.Status.State.Running.StartedAt.Time) > lostAfter
}

// readyBudget is how long after its start a container may be unready.
func readyBudget(container *corev1.Container) time.Duration {
	budget := readyGrace
	for _, probe := range []*corev1.Probe{container.StartupProbe, container.ReadinessProbe} {
		if probe != nil {
			budget = max(budget, probeBudget(probe))
		}
	}
	return budget
}

// probeBudget is how long a probe takes to give up: its delay, and a period
// for each failure that it allows. Zero fields are the API's defaults.
func probeBudget(probe *corev1.Probe) time.Duration {
	period, threshold := probe.PeriodSeconds, probe.FailureThreshold
	if period <= 0 {
		period = 10
	}
	if threshold <= 0 {
		threshold = 3
	}
	return time.Duration(int64(probe.InitialDelaySeconds)+int64(period)*int64(threshold)) * time.Second
}

// rolloutFailed tells that the pod's Deployment has missed its deadline.
func (v *view) rolloutFailed(pod *corev1.Pod) bool {
	w := v.workload(v.ownerOf(pod))
	return w != nil && w.deployment != nil && deadlineExceeded(w.deployment) != nil
}

// probeEvent gives the newest event about a failing probe of a container, nil
// if there is none. Kind is "Liveness", "Readiness" or "Startup".
func (v *view) probeEvent(run runOf, kind string) *Event {
	events := v.events[run.ref()]
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		if e.Reason == "Unhealthy" && strings.HasPrefix(e.Message, kind+" probe") && (e.Container() == run.Spec.Name || e.Container() == "") {
			return e
		}
	}
	return nil
}
