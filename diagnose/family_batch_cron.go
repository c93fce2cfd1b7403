package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
)

func (s *scope) cronJob() *batchv1.CronJob { return get[batchv1.CronJob](s.view, s.Object) }

// alerts are the sources of changes that say that somebody misses something.
var alerts = []string{"alert", "pagerduty", "opsgenie", "datadog", "newrelic"}

// cronJobSuspended is a cause only where something waits for its Jobs.
func cronJobSuspended(s *scope) answer {
	c := s.cronJob()
	if c == nil {
		return s.absent()
	}
	if c.Spec.Suspend == nil || !*c.Spec.Suspend {
		return no("it is not suspended")
	}
	waits := s.missesCron(c)
	if s.meant(s.Object) || waits == "" {
		return no("it is suspended, and nothing is known to wait for it")
	}
	why := "is suspended, and " + waits
	a := yes(byField, "spec.suspend is true, and "+waits).seen(s.Object, "spec.suspend", "true", s.At)
	if write := s.lastWrite(s.Object, "spec.suspend"); write != nil {
		why = fmt.Sprintf("is suspended by %s since %s UTC, and %s", write.Manager, stamped(write.At), waits)
		a = a.by(&Change{At: write.At, Source: "job", Who: write.Manager, Object: s.Object, Field: "spec.suspend", Summary: "spec.suspend was written"}).
			seen(s.Object, "managedFields[spec.suspend]", write.Manager, write.At)
	}
	return a.with("why", why, "resume", c.Name, "again", anotherName(c.Name))
}

// missesCron says what waits for a CronJob's Jobs, "" if nothing is known to.
func (s *scope) missesCron(c *batchv1.CronJob) string {
	if s.Needed {
		return "something fails without it"
	}
	for _, name := range s.jobNamesOf(s.Object) {
		if ref := s.awaiterOf(c.Namespace, name); !ref.zero() {
			return ref.String() + " waits for its Job"
		}
	}
	for i := range s.Changes {
		change := &s.Changes[i]
		source := strings.ToLower(change.Source)
		if change.Object == s.Object && s.At.Sub(change.At) <= changeWindow && slices.ContainsFunc(alerts, func(each string) bool { return strings.Contains(source, each) }) {
			return change.Source + " says: " + strings.TrimSuffix(change.Summary, ".")
		}
	}
	return ""
}

func (v *view) jobNamesOf(cron Ref) []string {
	var names []string
	for _, job := range v.Objects.Jobs {
		if ownRef(job) == cron {
			names = append(names, job.Name)
		}
	}
	return names
}

func stamped(at time.Time) string { return at.UTC().Format("2 Jan 15:04") }

// cronJobUnreadable reads the schedule as the controller would.
func cronJobUnreadable(s *scope) answer {
	c := s.cronJob()
	if c == nil {
		return s.absent()
	}
	schedule, why, zone := scheduleOf(c)
	a := yes(byField, why).with("why", why+", so that it never starts", "again", anotherName(c.Name)).seen(s.Object, "spec.schedule", c.Spec.Schedule, s.At)
	switch {
	case why != "" && strings.Contains(why, "time zone"):
		a = a.with("zone", zone).seen(s.Object, "spec.timeZone", zone, s.At)
	case why != "":
		a = a.with("unreadable", c.Spec.Schedule)
	case schedule.Next(s.At).IsZero():
		a.Observed = "the schedule never comes"
		return a.with("why", fmt.Sprintf("has the schedule %q, which never comes", c.Spec.Schedule), "unreadable", c.Spec.Schedule)
	default:
		return no("it is " + c.Spec.Schedule)
	}
	if event := s.lastEvent(s.Object, "UnknownTimeZone", "UnparseableSchedule", "InvalidSchedule", "UnParseableCronJobSchedule"); event != nil {
		a = a.seen(s.Object, "events["+event.Reason+"].message", event.Message, event.Last)
	}
	return a
}

func cronJobMissed(s *scope) answer {
	c := s.cronJob()
	if c == nil {
		return s.absent()
	}
	schedule, why, _ := scheduleOf(c)
	if why != "" || c.Spec.Suspend != nil && *c.Spec.Suspend || c.DeletionTimestamp != nil || s.meant(s.Object) {
		return no("it is not to start")
	}
	due, last := s.missed(c, schedule), "never"
	if c.Status.LastScheduleTime != nil {
		last = stamped(c.Status.LastScheduleTime.Time) + " UTC"
	}
	if len(due) == 0 {
		return no("it started last: " + last)
	}
	often := times(len(due))
	if len(due) > missedLimit {
		often = fmt.Sprintf("more than %d times", missedLimit)
	}
	return yes(byField, fmt.Sprintf("it was due at %s UTC, and started last: %s", stamped(due[0]), last)).
		with("due", stamped(due[0]), "last", last, "missed", often, "again", anotherName(c.Name),
			"why", fmt.Sprintf("was to start at %s UTC, and did not (missed %s), though nothing is known to keep it from it", stamped(due[0]), often), "nobody", "kube-controller-manager").
		seen(s.Object, "spec.schedule", c.Spec.Schedule, s.At).seen(s.Object, "status.lastScheduleTime", last, s.At)
}

// blockingJobs is the relation of a CronJob to those of its Jobs that still run.
func blockingJobs(s *scope) []Ref {
	var refs []Ref
	for _, job := range s.Objects.Jobs {
		if ownRef(job) == s.Object && !jobComplete(job) && jobFailure(job) == nil {
			refs = append(refs, refOf("Job", job))
		}
	}
	return refs
}

// longRun is how long a Job must have run to be taken for one that does not
// end: much longer than those before it, or, where there are none, than two
// starts that it has missed.
const (
	longRunFactor = 3
	longRunLeast  = 10 * time.Minute
	longRunAlone  = time.Hour
)

// running gives the oldest Job that a CronJob may start no other beside, and
// whether it hangs, nil if there is none.
func (s *scope) running(c *batchv1.CronJob) (blocker *batchv1.Job, hangs bool) {
	if c.Spec.ConcurrencyPolicy != batchv1.ForbidConcurrent {
		return nil, false
	}
	for _, ref := range blockingJobs(s) {
		if job := get[batchv1.Job](s.view, ref); blocker == nil || job.CreationTimestamp.Before(&blocker.CreationTimestamp) {
			blocker = job
		}
	}
	if blocker == nil {
		return nil, false
	}
	if w := s.workload(refOf("Job", blocker)); w != nil && slices.ContainsFunc(s.failuresOf(w), func(f *failure) bool { return f.Class != starting }) {
		return blocker, true
	}
	if blocker.Spec.Suspend != nil && *blocker.Spec.Suspend {
		return blocker, true
	}
	usual := time.Duration(0)
	for _, job := range s.Objects.Jobs {
		if done := job.Status.CompletionTime; ownRef(job) == s.Object && done != nil && job.Status.StartTime != nil {
			usual = max(usual, done.Sub(job.Status.StartTime.Time))
		}
	}
	runs := s.At.Sub(blocker.CreationTimestamp.Time)
	if usual > 0 {
		return blocker, runs > max(longRunLeast, longRunFactor*usual)
	}
	schedule, why, _ := scheduleOf(c)
	return blocker, why == "" && runs > longRunAlone && len(s.missed(c, schedule)) >= 2
}

func cronJobWaits(s *scope) answer {
	c := s.cronJob()
	if c == nil {
		return s.absent()
	}
	job, hangs := s.running(c)
	if job == nil || hangs {
		return no("no Job of it is at work")
	}
	return yes(byContext, job.Name+" still runs, and concurrencyPolicy Forbid lets no other start beside it")
}

func cronJobBlocked(s *scope) answer {
	c := s.cronJob()
	if c == nil {
		return s.absent()
	}
	job, hangs := s.running(c)
	if job == nil || !hangs {
		return no("no Job is in its way")
	}
	ref, since := refOf("Job", job), age(s.At.Sub(job.CreationTimestamp.Time))
	return yes(byField, fmt.Sprintf("%s has not ended for %s, and concurrencyPolicy is Forbid", job.Name, since)).
		with("why", fmt.Sprintf("starts no Job beside %s, which has not ended for %s (concurrencyPolicy Forbid)", job.Name, since), "blocker", job.Name, "nobody", "").
		seen(s.Object, "spec.concurrencyPolicy", string(c.Spec.ConcurrencyPolicy), s.At).seen(ref, "status.active", strconv.Itoa(int(job.Status.Active)), s.At)
}

// deadlineLeast is the shortest startingDeadlineSeconds with which a start
// cannot fall between two looks of the controller.
const deadlineLeast = 10

// cronJobHindered looks for what else keeps a start from happening.
func cronJobHindered(s *scope) answer {
	c := s.cronJob()
	if c == nil {
		return s.absent()
	}
	if deadline := c.Spec.StartingDeadlineSeconds; deadline != nil && *deadline < deadlineLeast {
		seconds := strconv.FormatInt(*deadline, 10)
		return yes(byField, "startingDeadlineSeconds is "+seconds).with("deadline", seconds, "nobody", "",
			"why", fmt.Sprintf("missed its start: its startingDeadlineSeconds of %s is less than the %d seconds from one look of the controller to the next", seconds, deadlineLeast)).
			seen(s.Object, "spec.startingDeadlineSeconds", seconds, s.At)
	}
	event := s.lastEvent(s.Object, "FailedCreate", "FailedGet", "TooManyMissedTimes", "FailedNeedsStart", "MissSchedule")
	if event == nil || c.Status.LastScheduleTime != nil && event.Last.Before(c.Status.LastScheduleTime.Time) {
		return no("nothing is known to")
	}
	a := yes(byField, event.Message).with("nobody", "").seen(s.Object, "events["+event.Reason+"].message", event.Message, event.Last)
	said := strings.TrimSuffix(event.Message, ".")
	switch event.Reason {
	case "FailedCreate", "FailedGet":
		return a.with("why", "cannot make its Job: "+said, "refusal", said)
	case "MissSchedule":
		seconds := "none"
		if c.Spec.StartingDeadlineSeconds != nil {
			seconds = strconv.FormatInt(*c.Spec.StartingDeadlineSeconds, 10)
		}
		return a.with("why", "missed its start by more than its startingDeadlineSeconds ("+seconds+")", "deadline", seconds)
	default:
		return a.with("why", "has missed so many starts that its controller gave up: "+said, "deadline", "none")
	}
}
