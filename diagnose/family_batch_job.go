package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
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
