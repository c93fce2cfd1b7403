package diagnose

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// jobFailure is the condition that says that a Job has given up, nil if it has
// not.
func jobFailure(job *batchv1.Job) *batchv1.JobCondition {
	for i := range job.Status.Conditions {
		c := &job.Status.Conditions[i]
		if (c.Type == batchv1.JobFailed || c.Type == batchv1.JobFailureTarget) && c.Status == corev1.ConditionTrue {
			return c
		}
	}
	return nil
}

// superseded tells that a Job of a CronJob is history: a later one has
// succeeded.
func (v *view) superseded(job *batchv1.Job) bool {
	if v.succeeded == nil {
		v.succeeded = map[Ref]time.Time{}
		for _, each := range v.Objects.Jobs {
			if owner := ownRef(each); owner.Kind == "CronJob" && jobComplete(each) && each.CreationTimestamp.After(v.succeeded[owner]) {
				v.succeeded[owner] = each.CreationTimestamp.Time
			}
		}
	}
	owner := ownRef(job)
	return owner.Kind == "CronJob" && v.succeeded[owner].After(job.CreationTimestamp.Time)
}

// spentPods are the pods of a Job whose failure tells nothing of it any more:
// it has retries left and goes on, its deadline ended them, or all of it is
// history. They are nobody's fault.
func (v *view) spentPods(w *workload) map[*corev1.Pod]bool {
	spent := map[*corev1.Pod]bool{}
	if w.job == nil || w.Ref.Kind != "Job" {
		return spent
	}
	history, failure := v.superseded(w.job), jobFailure(w.job)
	failed, atWork := 0, time.Duration(0)
	for _, pod := range w.Pods {
		if pod.Status.Phase == corev1.PodFailed {
			failed++
		} else if pod.DeletionTimestamp == nil {
			atWork = max(atWork, workTime(pod, v.At))
		}
	}
	for _, pod := range w.Pods {
		switch {
		case history:
			spent[pod] = true
		case pod.Status.Phase != corev1.PodFailed:
		case failure != nil:
			spent[pod] = failure.Reason == batchv1.JobReasonDeadlineExceeded && endedBy(pod, deadlineOf(w.job, failure))
		case retriesLeft(w.job, failed):
			spent[pod] = failed == 1 || atWork > workTime(pod, v.At)
		}
	}
	return spent
}

// retriesLeft tells that a Job goes on after so many failed pods.
func retriesLeft(job *batchv1.Job, failed int) bool {
	limit := int32(6) // the API's default
	if job.Spec.BackoffLimit != nil {
		limit = *job.Spec.BackoffLimit
	}
	return failed <= int(limit) && (job.Status.FailedIndexes == nil || *job.Status.FailedIndexes == "")
}

// workTime is how long the longest of a pod's own containers ran, or runs.
func workTime(pod *corev1.Pod, now time.Time) time.Duration {
	longest := time.Duration(0)
	for _, status := range pod.Status.ContainerStatuses {
		switch state := status.State; {
		case state.Terminated != nil:
			longest = max(longest, state.Terminated.FinishedAt.Sub(state.Terminated.StartedAt.Time))
		case state.Running != nil && !state.Running.StartedAt.IsZero():
			longest = max(longest, now.Sub(state.Running.StartedAt.Time))
		}
	}
	return longest
}

// deadlineOf is when a Job's time was over.
func deadlineOf(job *batchv1.Job, failure *batchv1.JobCondition) time.Time {
	if job.Status.StartTime != nil && job.Spec.ActiveDeadlineSeconds != nil {
		return job.Status.StartTime.Add(time.Duration(*job.Spec.ActiveDeadlineSeconds) * time.Second)
	}
	return failure.LastTransitionTime.Time
}

// endedBy tells that a pod's containers ended at a moment or after it.
func endedBy(pod *corev1.Pod, moment time.Time) bool {
	for _, status := range pod.Status.ContainerStatuses {
		if over := status.State.Terminated; over != nil && over.FinishedAt.Time.Before(moment.Add(-createdWithin)) {
			return false
		}
	}
	return !moment.IsZero()
}

// jobNotes tell of a Job what is to be known and is no cause.
func jobNotes(s *scope, w *workload) []string {
	failure := jobFailure(w.job)
	if failure == nil || w.Ref.Kind != "Job" || !s.superseded(w.job) {
		return nil
	}
	return []string{"It failed (" + failure.Reason + "), and a later Job of " + ownRef(w.job).String() + " has succeeded since."}
}
