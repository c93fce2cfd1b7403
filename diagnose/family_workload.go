package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// workloadFamily says what is not as it should be about anything that runs
// pods. Why, the other families know.
func workloadFamily() family {
	return family{
		Name: "workload",
		Symptoms: []symptom{
			{check: check{"pods-not-ready", "Are pods missing or stuck?", podsNotReady}, About: []string{"workload"}},
			{check: check{"rollout-deadline-exceeded", "Has the rollout missed its deadline?", rolloutDeadlineExceeded}, About: []string{"Deployment"}, StandsIn: "progress-deadline-exceeded"},
			{check: check{"endpoints-not-ready", "Is a Service left without a ready endpoint?", endpointsNotReady}, About: []string{"Service", "Deployment", "StatefulSet", "DaemonSet"}, StandsIn: "no-ready-endpoints"},
		},
		Checks: []check{
			{"suspended", "Has somebody suspended it?", suspended},
		},
		Causes: []causeInfo{
			{
				ID: "progress-deadline-exceeded", Title: "The rollout missed its deadline",
				Means: "The new pods did not become available within spec.progressDeadlineSeconds, and nothing that steward could read says why. " +
					"The Deployment controller gives up waiting, and does nothing else: the old pods that are left go on serving.",
				Summary: "The rollout of {name} missed its deadline[[: revision {revision} does not become available]].",
				Remedies: []remedy{
					{Text: "Roll back to revision {previous}[[, which ran {previous_image}]].", Action: "rollback", Args: map[string]string{"to": "{previous}"}},
					{Text: "Look at the new pods: `kubectl -n {namespace} describe {target}`."},
				},
			},
			{
				ID: "no-ready-endpoints", Title: "No pod behind the Service is ready",
				Means:    "The Service selects pods, but none of them is ready, so that nothing answers. The cause is in the pods, and nothing that steward could read says which.",
				Summary:  "Nothing answers behind {name}: none of its pods is ready.",
				Remedies: []remedy{{Text: "Look at the pods: `kubectl -n {namespace} get endpointslices -l kubernetes.io/service-name={service}`."}},
			},
		},
		Relations: map[string]relation{
			"workloads": func(s *scope) []Ref {
				return slices.DeleteFunc(s.workloadsOf(s.Object), func(ref Ref) bool { return ref == s.Object })
			},
			"residents": residents,
		},
	}
}

// suspended tells that a CronJob or Job is to do nothing.
func suspended(s *scope) answer {
	switch o := s.objects[s.Object].(type) {
	case *batchv1.CronJob:
		return found(o.Spec.Suspend != nil && *o.Spec.Suspend, byContext, "spec.suspend is true", "spec.suspend is not set")
	case *batchv1.Job:
		return found(o.Spec.Suspend != nil && *o.Spec.Suspend, byContext, "spec.suspend is true", "spec.suspend is not set")
	default:
		return no("it cannot be suspended")
	}
}

// residents lists the workloads, CronJobs and autoscalers of a Namespace, or
// the workloads with pods on a Node.
func residents(s *scope) []Ref {
	if s.Object.Kind == "Namespace" {
		refs := slices.Clone(s.roots(s.Object.Name))
		for _, cron := range s.Objects.CronJobs {
			if cron.Namespace == s.Object.Name {
				refs = append(refs, refOf("CronJob", cron))
			}
		}
		for _, hpa := range s.Objects.HPAs {
			if hpa.Namespace == s.Object.Name {
				refs = append(refs, hpaRef(hpa))
			}
		}
		return refs
	}
	var refs []Ref
	for _, pod := range s.podsOn[s.Object.Name] {
		if owner := s.ownerOf(pod); !slices.Contains(refs, owner) {
			refs = append(refs, owner)
		}
	}
	slices.SortFunc(refs, compareRefs)
	return refs
}

// podsRead tells that all pods of a workload were read, or looked for.
func (v *view) podsRead(w *workload) bool {
	return v.read("Pod", w.Ref.Namespace) || v.listed[Listing{Kind: "Pod", Namespace: w.Ref.Namespace, Labels: selectorText(w)}]
}

// podsNotReady says how many pods are stuck, and where.
func podsNotReady(s *scope) answer {
	w := s.Workload()
	if w == nil {
		return s.absent()
	}
	if !s.podsRead(w) && len(w.Pods) == 0 && w.Desired > 0 {
		return unknown(s.why("Pod", s.Object.Namespace))
	}
	counts, total := map[class]int{}, 0
	for _, f := range s.failuresOf(w) {
		if f.Class == starting || f.Class == terminating || s.history(w, f) {
			continue
		}
		counts[f.Class] += len(f.Pods)
		total += len(f.Pods)
	}
	ready := 0
	for _, pod := range w.Pods {
		if podReady(pod) {
			ready++
		}
	}
	of := fmt.Sprintf("%d of %s ready", ready, count(int(w.Desired), "pod"))
	var parts []string
	for _, class := range classes {
		if counts[class] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[class], class))
		}
	}
	if total > 0 {
		return yes(byContext, of+": "+strings.Join(parts, ", "))
	}
	if missing := s.missingPods(w); missing > 0 {
		return yes(byContext, fmt.Sprintf("%s: %d not created", of, missing))
	}
	return no(of)
}

// absent answers for an object that is not in the snapshot, or runs no pods.
func (s *scope) absent() answer {
	if verdict, missing := s.exists(s.Object); verdict == ops.Unknown {
		return unknown(missing)
	}
	return no("it runs no pods")
}

// missingPods is how many pods a controller has failed to create. One that has
// not looked yet has its time.
func (s *scope) missingPods(w *workload) int {
	if w.job != nil || w.Ref.Kind == "Pod" {
		return 0
	}
	alive := 0
	for _, pod := range w.Pods {
		if podActive(pod) || w.awaits(pod, s.At) {
			alive++
		}
	}
	changed := w.Object.GetCreationTimestamp().Time
	for _, write := range s.writes[w.Ref] {
		if write.At.After(changed) {
			changed = write.At
		}
	}
	if s.At.Sub(changed) < createGrace && s.lastEvent(w.Ref, "FailedCreate") == nil {
		return 0
	}
	return max(0, int(w.Desired)-alive)
}

// awaits tells that a pod is leaving in its time, and that its successor is made
// only when it is gone.
func (w *workload) awaits(pod *corev1.Pod, now time.Time) bool {
	if pod.DeletionTimestamp == nil || now.Sub(pod.DeletionTimestamp.Time) > terminateGrace {
		return false
	}
	recreates := w.deployment != nil && w.deployment.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType
	return w.statefulSet != nil || w.daemonSet != nil || recreates
}

// history tells that a group of failed pods has long been replaced: all that
// is wanted is ready.
func (s *scope) history(w *workload, f *failure) bool {
	if f.Class != refused || w.Ref.Kind == "Pod" {
		return false
	}
	ready := int32(0)
	for _, pod := range w.Pods {
		if podReady(pod) {
			ready++
		}
	}
	return ready >= w.Desired
}

// deadlineExceeded is the condition that says so, nil if it does not.
func deadlineExceeded(d *appsv1.Deployment) *appsv1.DeploymentCondition {
	for i := range d.Status.Conditions {
		c := &d.Status.Conditions[i]
		if c.Type == appsv1.DeploymentProgressing && c.Status == corev1.ConditionFalse && c.Reason == "ProgressDeadlineExceeded" {
			return c
		}
	}
	return nil
}

func rolloutDeadlineExceeded(s *scope) answer {
	d := get[appsv1.Deployment](s.view, s.Object)
	if d == nil {
		return s.absent()
	}
	c := deadlineExceeded(d)
	if c == nil {
		return no("no")
	}
	return yes(byField, c.Message).seen(s.Object, "status.conditions[Progressing].reason", c.Reason, c.LastUpdateTime.Time)
}
