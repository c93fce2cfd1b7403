package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// refusal is that pods are wanted and not there, with the API server's word for
// it where a controller has passed it on.
type refusal struct {
	creator
	Of    Ref    // the workload, as a person would name it
	Text  string // "" where nobody has said why
	Field string
	First time.Time // when it was first said
	Last  time.Time
}

// creator is a controller that makes pods by itself, as a Deployment's
// ReplicaSets do for it.
type creator struct {
	Ref      Ref
	Template *corev1.PodTemplateSpec
	Revision *revision // of a Deployment's
	Wanted   int
	Pods     []*corev1.Pod
}

// alive lists the pods that count for what is wanted.
func (c *creator) alive() []*corev1.Pod {
	return slices.DeleteFunc(slices.Clone(c.Pods), func(pod *corev1.Pod) bool { return !podActive(pod) })
}

func (c *creator) missing() int { return max(0, c.Wanted-len(c.alive())) }

// creatorsOf lists who makes a workload's pods, those of the newest template
// first.
func (v *view) creatorsOf(w *workload) []creator {
	if w.Ref.Kind != "Deployment" {
		wanted := int(w.Desired)
		if w.job != nil {
			wanted = wantedOf(w.job)
		}
		return []creator{{Ref: w.Ref, Template: w.Template, Wanted: wanted, Pods: w.Pods}}
	}
	var list []creator
	for _, r := range w.Revisions {
		if r.Wanted > 0 {
			list = append(list, creator{r.Ref, r.Template, r, int(r.Wanted), r.Pods})
		}
	}
	return list
}

// wantedOf is how many pods a Job wants to run now.
func wantedOf(job *batchv1.Job) int {
	if job.Spec.Suspend != nil && *job.Spec.Suspend {
		return 0
	}
	for _, c := range job.Status.Conditions {
		if (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) && c.Status == corev1.ConditionTrue {
			return 0
		}
	}
	wanted := int(replicas(job.Spec.Parallelism))
	if job.Spec.Completions != nil {
		wanted = min(wanted, int(*job.Spec.Completions-job.Status.Succeeded))
	}
	return wanted
}

// refused finds the first creator of a workload whose pods are wanted and not
// there, one that says why before one that does not; nil if there is none.
func (s *scope) refused() *refusal {
	w := s.Workload()
	if w == nil || w.Ref.Kind == "Pod" {
		return nil
	}
	var silent *refusal
	for _, c := range s.creatorsOf(w) {
		if c.missing() == 0 {
			continue
		}
		r := s.refusalOf(w, c)
		if r.Text != "" {
			return r
		}
		if silent == nil && w.job == nil && s.At.Sub(s.changed(w, c.Ref)) >= createGrace && !inTurn(w, c) {
			silent = r
		}
	}
	return silent
}

// inTurn tells that a StatefulSet waits for a pod to become ready before it
// makes the next.
func inTurn(w *workload, c creator) bool {
	if w.statefulSet == nil || w.statefulSet.Spec.PodManagementPolicy == appsv1.ParallelPodManagement {
		return false
	}
	return slices.ContainsFunc(c.Pods, func(pod *corev1.Pod) bool { return !podReady(pod) })
}

// changed is when a controller was last told what to create.
func (s *scope) changed(w *workload, creator Ref) time.Time {
	changed := w.Object.GetCreationTimestamp().Time
	if object := s.objects[creator]; object != nil {
		changed = later(changed, object.GetCreationTimestamp().Time)
	}
	for _, write := range s.writes[w.Ref] {
		changed = later(changed, write.At)
	}
	return changed
}

// refusalOf takes the newest of what a controller says: its event, or its
// condition, which keeps the words of the first failure while it lasts. An
// event that is older than a pod made since is history, and so is one from
// before somebody asked for more a moment ago.
func (s *scope) refusalOf(w *workload, c creator) *refusal {
	r := &refusal{creator: c, Of: s.ownerOf(w.Object)}
	var newest time.Time
	for _, pod := range c.Pods {
		newest = later(newest, pod.CreationTimestamp.Time)
	}
	if changed := s.changed(w, c.Ref); s.At.Sub(changed) < createGrace {
		newest = later(newest, changed)
	}
	if message, since := s.replicaFailure(w, c.Ref); message != "" {
		r.Text, r.Field, r.First, r.Last = message, "status.conditions[ReplicaFailure].message", since, since
	}
	if event := s.lastEvent(c.Ref, "FailedCreate"); event != nil && !event.Last.Before(newest) && !event.Last.Before(r.Last) {
		first := event.First
		if !r.First.IsZero() && r.First.Before(first) {
			first = r.First
		}
		r.Text, r.Field, r.First, r.Last = event.Message, "events[FailedCreate].message", first, event.Last
	}
	return r
}

// replicaFailure is the message of the condition that says that pods could not
// be created, of the creator itself or of its Deployment.
func (s *scope) replicaFailure(w *workload, creator Ref) (message string, since time.Time) {
	switch o := s.objects[creator].(type) {
	case *appsv1.ReplicaSet:
		for _, c := range o.Status.Conditions {
			if c.Type == appsv1.ReplicaSetReplicaFailure && c.Status == corev1.ConditionTrue && c.Reason != "FailedDelete" {
				return c.Message, c.LastTransitionTime.Time
			}
		}
	case *corev1.ReplicationController:
		for _, c := range o.Status.Conditions {
			if c.Type == corev1.ReplicationControllerReplicaFailure && c.Status == corev1.ConditionTrue && c.Reason != "FailedDelete" {
				return c.Message, c.LastTransitionTime.Time
			}
		}
	}
	if current := w.current(); w.Ref.Kind != "Deployment" || current == nil || current.Ref != creator {
		return "", time.Time{}
	}
	for _, c := range w.deployment.Status.Conditions {
		if c.Type == appsv1.DeploymentReplicaFailure && c.Status == corev1.ConditionTrue && c.Reason != "FailedDelete" {
			return c.Message, c.LastTransitionTime.Time
		}
	}
	return "", time.Time{}
}

func podsRefused(s *scope) answer {
	r := s.refused()
	if r == nil {
		if s.Workload() == nil {
			return s.absent()
		}
		return no("all pods that are wanted were created, or still have time")
	}
	if r.Text != "" {
		return r.seenIn(yes(byContext, r.Text))
	}
	for _, gap := range s.Gaps {
		if gap.Kind == "Event" && (gap.Namespace == "" || gap.Namespace == s.Object.Namespace) {
			return unknown(gap.Why)
		}
	}
	return r.seenIn(yes(byContext, notCreated(r.missing())+" not created, and its controller does not say why")).
		seen(r.Ref, "pods", fmt.Sprintf("%d of %d", len(r.alive()), r.Wanted), s.At)
}

// notCreated writes how many pods are not there, as the subject of a sentence.
func notCreated(n int) string {
	return count(n, "pod") + " " + areOrIs(n)
}

// says tells whether the API server's word is of a kind, and gives its parts.
// While nobody has said anything, every kind must be looked for: maybe is true.
func (r *refusal) says(kind *regexp.Regexp) (parts []string, maybe bool) {
	if r.Text == "" {
		return nil, true
	}
	parts = kind.FindStringSubmatch(r.Text)
	return parts, parts != nil
}

// seenIn adds to an answer whose pods are missing, and the API server's own
// words as evidence.
func (r *refusal) seenIn(a answer) answer {
	a = ofWorkload(a, r.Of).with("missing", notCreated(r.missing()))
	if r.Text == "" {
		return a
	}
	return a.seen(r.Ref, r.Field, r.Text, r.Last)
}

// ofWorkload names the workload that is to be changed, where something else is
// at fault.
func ofWorkload(a answer, w Ref) answer {
	return a.with("workload", w.String(), "workload_name", w.Name, "workload_target", ops.ShortKind(w.Kind)+"/"+w.Name, "workload_namespace", w.Namespace)
}

// otherwise answers for a kind of refusal that this one is not.
func otherwise() answer { return no("the API server gives another reason") }
