package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// job is the Job that a tree is about, nil if it is about none.
func (s *scope) job() *batchv1.Job { return get[batchv1.Job](s.view, s.Object) }

// jobGaveUp tells that a Job has failed, and as what. Why its pods failed, they
// say themselves.
func jobGaveUp(s *scope) answer {
	job := s.job()
	if job == nil {
		return s.absent()
	}
	failure := jobFailure(job)
	switch {
	case failure == nil:
		return no(fmt.Sprintf("%d active, %d succeeded, %d failed", job.Status.Active, job.Status.Succeeded, job.Status.Failed))
	case s.superseded(job):
		return no("it failed, and a later one of its CronJob has succeeded since")
	case failure.Reason == batchv1.JobReasonDeadlineExceeded:
		return no("its deadline has stopped it")
	}
	why := "has given up (" + failure.Message + ")"
	if failure.Reason == batchv1.JobReasonBackoffLimitExceeded {
		why = fmt.Sprintf("has given up after %s", count(int(job.Status.Failed), "failed pod"))
	}
	a := yes(byField, failure.Reason+": "+failure.Message).with("why", why).
		seen(s.Object, "status.conditions["+string(failure.Type)+"].reason", failure.Reason, failure.LastTransitionTime.Time)
	if job.Spec.BackoffLimit != nil {
		a = a.seen(s.Object, "spec.backoffLimit", strconv.Itoa(int(*job.Spec.BackoffLimit)), s.At)
	}
	return withCron(a, job)
}

// withCron names the CronJob that a Job is of, and a name for another of its
// Jobs.
func withCron(a answer, job *batchv1.Job) answer {
	owner := ownRef(job)
	if owner.Kind != "CronJob" {
		return a.with("alone", job.Name)
	}
	return a.with("cron", owner.Name, "again", anotherName(owner.Name))
}

// jobNameLimit is how long the name of a Job may be, as its pods' label.
const jobNameLimit = 63

func anotherName(cron string) string {
	const suffix = "-again"
	return strings.TrimRight(cron[:min(len(cron), jobNameLimit-len(suffix))], "-.") + suffix
}

func jobDeadlineExceeded(s *scope) answer {
	job := s.job()
	if job == nil {
		return s.absent()
	}
	failure := jobFailure(job)
	if failure == nil || failure.Reason != batchv1.JobReasonDeadlineExceeded || s.superseded(job) {
		return no("no deadline has stopped it")
	}
	why := "was stopped at its deadline, before it was done"
	a := yes(byField, failure.Message)
	if seconds := job.Spec.ActiveDeadlineSeconds; seconds != nil {
		why = fmt.Sprintf("was stopped at its deadline of %s, before it was done", age(time.Duration(*seconds)*time.Second))
		a = a.with("longer", strconv.FormatInt(2*min(*seconds, 1<<40), 10)).seen(s.Object, "spec.activeDeadlineSeconds", strconv.FormatInt(*seconds, 10), s.At)
	}
	a = a.with("why", why).seen(s.Object, "status.conditions["+string(failure.Type)+"].reason", failure.Reason, failure.LastTransitionTime.Time)
	return withCron(a, job)
}

// queued are the labels by which queues own the suspension of Jobs: theirs is
// no fault.
var queued = []string{"kueue.x-k8s.io/queue-name", "volcano.sh/queue-name"}

// jobSuspended is a cause only where something waits for the Job.
func jobSuspended(s *scope) answer {
	job := s.job()
	if job == nil {
		return s.absent()
	}
	if job.Spec.Suspend == nil || !*job.Spec.Suspend || jobComplete(job) || jobFailure(job) != nil {
		return no("it is not suspended")
	}
	if s.meant(s.Object) || slices.ContainsFunc(queued, func(label string) bool { return job.Labels[label] != "" }) {
		return no("it is meant to wait")
	}
	waits := s.waitsFor(job)
	if waits == "" {
		return no("it is suspended, and nothing is known to wait for it")
	}
	a := yes(byField, "spec.suspend is true, and "+waits).seen(s.Object, "spec.suspend", "true", s.At)
	why := "is suspended, and " + waits
	if write := s.lastWrite(s.Object, "spec.suspend"); write != nil {
		why = fmt.Sprintf("is suspended by %s since %s UTC, and %s", write.Manager, write.At.UTC().Format("15:04"), waits)
		a = a.by(&Change{At: write.At, Source: "job", Who: write.Manager, Object: s.Object, Field: "spec.suspend", Summary: "spec.suspend was written"}).
			seen(s.Object, "managedFields[spec.suspend]", write.Manager, write.At)
	}
	return withCron(a.with("why", why, "resume", job.Name), job)
}

// waitsFor says what waits for a suspended Job, "" if nothing is known to.
func (s *scope) waitsFor(job *batchv1.Job) string {
	if ref := s.awaiterOf(job.Namespace, job.Name); !ref.zero() {
		return ref.String() + " waits for it"
	}
	if s.Needed {
		return "something fails without it"
	}
	cron := get[batchv1.CronJob](s.view, ownRef(job))
	if cron == nil || cron.Spec.Suspend != nil && *cron.Spec.Suspend {
		return ""
	}
	if own := cron.Spec.JobTemplate.Spec.Suspend; own != nil && *own {
		return "" // its CronJob makes all of them so
	}
	if cron.Spec.ConcurrencyPolicy == batchv1.ForbidConcurrent {
		return "CronJob " + cron.Name + " starts no other meanwhile"
	}
	return "CronJob " + cron.Name + " started it to run"
}

// awaitsJob finds the Jobs that a command names: "kubectl wait job/migrate",
// or the words "job migrate".
var awaitsJob = regexp.MustCompile(`(?:^|[\s"'])jobs?(?:\.batch)?[/\s]+([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)`)

// awaitedJobs is the relation of an init container that does not end to the
// Jobs that it waits for.
func awaitedJobs(s *scope) []Ref {
	if s.Failure == nil || s.Failure.Class != awaiting || s.run().Spec == nil {
		return nil
	}
	var refs []Ref
	for _, named := range awaitsJob.FindAllStringSubmatch(commandOf(s.run().Spec), hostsLimit) {
		ref := Ref{"Job", s.Object.Namespace, named[1]}
		if get[batchv1.Job](s.view, ref) != nil && !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	return refs
}

// awaiterOf finds a workload with an init container that waits for a Job by
// its name, and does not end.
func (v *view) awaiterOf(namespace, name string) Ref {
	job, found := Ref{"Job", namespace, name}, Ref{}
	v.eachWorkload(namespace, func(w *workload) {
		if !found.zero() {
			return
		}
		for _, f := range v.failuresOf(w) {
			each := &scope{view: v, Object: w.Ref, Failure: f}
			if slices.Contains(awaitedJobs(each), job) {
				found = w.Ref
			}
		}
	})
	return found
}

const (
	sidecarGrace = 2 * time.Minute  // for a sidecar that is known as one
	helperGrace  = 10 * time.Minute // for a container that only looks like one
)

// sidecarBlocksJob finds a pod of an unfinished Job whose work is done, and
// where a container beside it goes on.
func sidecarBlocksJob(s *scope) answer {
	job, w := s.job(), s.Workload()
	if job == nil || w == nil {
		return s.absent()
	}
	if jobComplete(job) || jobFailure(job) != nil {
		return no("it is done")
	}
	for _, pod := range w.Pods {
		if pod.Status.Phase != corev1.PodRunning || pod.DeletionTimestamp != nil {
			continue
		}
		main, left, known := w.leftBeside(pod)
		if main == nil || left == nil {
			continue
		}
		since, grace := main.Status.State.Terminated.FinishedAt.Time, helperGrace
		if known {
			grace = sidecarGrace
		}
		if s.At.Sub(since) < grace {
			continue
		}
		ref, name := refOf("Pod", pod), left.Spec.Name
		a := yes(byField, fmt.Sprintf("%s of %s is done for %s, and %s runs", main.Spec.Name, pod.Name, age(s.At.Sub(since)), name))
		if !known {
			a.Proofs = []proof{bySignature}
		}
		return a.with("pod", pod.Name, "main", main.Spec.Name, "sidecar", name, "since", since.UTC().Format("15:04")).
			seen(ref, main.endedPath()+".exitCode", "0", since).seen(ref, left.path()+".state.running", "since "+left.Status.State.Running.StartedAt.UTC().Format("15:04"), s.At)
	}
	return no("no pod of it has done its work and goes on")
}

// defaultContainer is the annotation that names a pod's main container.
const defaultContainer = "kubectl.kubernetes.io/default-container"

// leftBeside gives the container of a pod that has done its work, and one that
// is left running, nil unless that is all. Known tells that what is left is a
// sidecar by its name, or was put in; otherwise the first container counts as
// the main one.
func (w *workload) leftBeside(pod *corev1.Pod) (main, left *runOf, known bool) {
	first := pod.Annotations[defaultContainer]
	if first == "" && len(w.Template.Spec.Containers) > 0 {
		first = w.Template.Spec.Containers[0].Name
	}
	known = true
	for _, run := range runs(pod) {
		if run.Init {
			continue
		}
		over := run.Status.State.Terminated
		switch {
		case over != nil && over.ExitCode == 0 && !w.sidecar(run):
			if main == nil || run.Spec.Name == first {
				main = &run
			}
		case over != nil && over.ExitCode == 0:
		case run.Status.State.Running != nil:
			known = known && w.sidecar(run)
			left = &run
		default:
			return nil, nil, false
		}
	}
	if main != nil && left != nil && !known && main.Spec.Name != first {
		return nil, nil, false
	}
	return main, left, known
}

// finishing tells that a pod which is to end has containers that have ended
// well: that it is not ready any more is no fault.
func finishing(pod *corev1.Pod) bool {
	if pod.Spec.RestartPolicy == corev1.RestartPolicyAlways || pod.Spec.RestartPolicy == "" || pod.Status.Phase != corev1.PodRunning {
		return false
	}
	return slices.ContainsFunc(pod.Status.ContainerStatuses, func(status corev1.ContainerStatus) bool {
		return status.State.Terminated != nil && status.State.Terminated.ExitCode == 0
	})
}
