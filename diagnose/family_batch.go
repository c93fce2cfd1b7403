package diagnose

// batchFamily knows why Jobs and CronJobs do not run or do not end, and what keeps objects
// from going away.
func batchFamily() family {
	return family{
		Name:   "batch",
		Causes: append(batchCauses(), terminatingCauses()...),
		Symptoms: []symptom{
			{check: check{"job-failed", "Has the Job given up?", jobGaveUp}, About: []string{"Job"}, StandsIn: "job-backoff-exceeded"},
		},
		Checks: []check{
			{"job-deadline-exceeded", "Was the Job stopped at its deadline?", jobDeadlineExceeded},
			{"job-suspended", "Is the Job suspended, while something waits for it?", jobSuspended},
			{"sidecar-blocks-job", "Is only a sidecar left, which does not end?", sidecarBlocksJob},
			{"cronjob-suspended", "Is the CronJob suspended, while something waits for it?", cronJobSuspended},
			{"cronjob-unreadable", "Can its schedule not be read?", cronJobUnreadable},
			{"cronjob-missed", "Has it missed a start?", cronJobMissed},
			{"cronjob-waits", "Does it rightly wait for a Job that still runs?", cronJobWaits},
			{"cronjob-blocked", "Does a Job that does not end keep it from starting the next?", cronJobBlocked},
			{"cronjob-hindered", "Does something keep its Jobs from being made?", cronJobHindered},
			{"pod-held", "What keeps the pod from going away?", podHeld},
			{"namespace-held", "What keeps the Namespace from going away?", namespaceHeld},
			{"object-held", "Do finalizers keep it from going away?", objectHeld},
		},
		Relations: map[string]relation{"blocking-jobs": blockingJobs, "awaited-jobs": awaitedJobs},
		Wants:     batchWants,
	}
}

// batchWants reads the pods of Jobs that something waits for, and which APIs
// are not available, where a Namespace cannot go away because some kinds cannot
// be listed.
func batchWants(h *horizon) []Query {
	var queries []Query
	for _, w := range h.Workloads {
		for _, f := range h.failuresOf(w) {
			for _, ref := range awaitedJobs(&scope{view: h.view, Object: w.Ref, Failure: f}) {
				queries = append(queries, podQueries(h.workload(ref))...)
			}
		}
	}
	for _, namespace := range h.Objects.Namespaces {
		if c := undiscovered(namespace); c != nil && h.At.Sub(namespace.DeletionTimestamp.Time) > terminateGrace {
			return append(queries, Query{Kind: "APIService"})
		}
	}
	return queries
}
