package diagnose

func batchCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "job-backoff-exceeded", Title: "The Job has given up",
			Means: "As many of its pods failed as its backoffLimit or its podFailurePolicy allows, and the Job starts no more. Why they failed, nothing that steward could read says: " +
				"the pods may be gone, which a Job with restartPolicy OnFailure takes away when it gives up.",
			Summary: "The Job {name} {why}.",
			Remedies: []remedy{
				{Text: "Run it again when the fault is mended: `kubectl -n {namespace} create job {again} --from=cronjob/{cron}`."},
				{Text: "Delete it when the fault is mended, and apply it again: `kubectl -n {namespace} delete job {alone}`."},
				{Text: "Read what is left of its pods: `kubectl -n {namespace} logs --selector=job-name={name} --tail=100`. With restartPolicy Never they stay to be read."},
			},
		},
		{
			ID: "job-deadline-exceeded", Title: "The Job did not end in its time",
			Means: "activeDeadlineSeconds counts from the start of the Job, retries and waiting for a node included; when it is over, all pods are stopped. " +
				"A suspended Job does not even begin, and whatever waits for it waits for ever.",
			Summary: "The Job {name} {why}.",
			Remedies: []remedy{
				{Text: "Let it run: `kubectl -n {namespace} patch job {resume} --type=merge -p '{\"spec\":{\"suspend\":false}}'`."},
				{Text: "Give the next ones more time, if it needs it: `kubectl -n {namespace} patch cronjob {cron} --type=merge -p '{\"spec\":{\"jobTemplate\":{\"spec\":{\"activeDeadlineSeconds\":{longer}}}}}'`."},
				{Text: "Delete it, and apply it again with more time, if it needs it (activeDeadlineSeconds: {longer}): `kubectl -n {namespace} delete job {alone}`."},
				{Text: "See what it did until then: `kubectl -n {namespace} describe job {name}`."},
			},
		},
		{
			ID: "cronjob-not-firing", Title: "The CronJob does not start its Jobs",
			Means: "The controller starts a Job when the schedule says so, in the CronJob's time zone, unless it is suspended, a Job before it still runs and concurrencyPolicy is Forbid, " +
				"or the start is later than startingDeadlineSeconds. Nothing fails then; the work is just not done.",
			Summary: "The CronJob {name} {why}.",
			Remedies: []remedy{
				{Text: "Resume it: `kubectl -n {namespace} patch cronjob {resume} --type=merge -p '{\"spec\":{\"suspend\":false}}'`."},
				{Text: "Set a time zone of the IANA database in the place of {zone}: `kubectl -n {namespace} patch cronjob {name} --type=merge -p '{\"spec\":{\"timeZone\":\"Etc/UTC\"}}'`."},
				{Text: "Set a schedule in the place of {unreadable}; every day at five is: `kubectl -n {namespace} patch cronjob {name} --type=merge -p '{\"spec\":{\"schedule\":\"0 5 * * *\"}}'`."},
				{Text: "Look at what {blocker} waits for, and delete it if it hangs: `kubectl -n {namespace} delete job {blocker}`. An activeDeadlineSeconds in its template would end the next one."},
				{Text: "Make way for its Jobs: {refusal}."},
				{Text: "Give it time to start (startingDeadlineSeconds is {deadline}): `kubectl -n {namespace} patch cronjob {name} --type=merge -p '{\"spec\":{\"startingDeadlineSeconds\":200}}'`."},
				{Text: "See whether the {nobody} works: `kubectl -n kube-system get pods -l component={nobody}`."},
				{Text: "Run it once by hand: `kubectl -n {namespace} create job {again} --from=cronjob/{name}`."},
			},
		},
		{
			ID: "sidecar-blocks-job", Title: "A sidecar keeps the Job from ending",
			Means: "A pod is done when all of its containers are. The work is done, and a container beside it, which is made to run for ever, goes on. " +
				"A native sidecar, an init container with restartPolicy Always, is stopped when the others have ended.",
			Summary: "The Job {name} does not end: {main} of {pod} is done since {since} UTC, and {sidecar} goes on.",
			Remedies: []remedy{
				{Text: "Make {sidecar} a native sidecar, so that it ends with the others: move it to initContainers, with restartPolicy: Always."},
				{Text: "End it this time: `kubectl -n {namespace} exec {pod} -c {proxy} -- pilot-agent request POST quitquitquit`."},
				{Text: "End it this time: `kubectl -n {namespace} exec {pod} -c {other} -- kill 1`. If it ends with an error then, the pod counts as failed, and the Job does its work again."},
			},
		},
	}
}

func terminatingCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "stuck-terminating", Title: "It does not go away",
			Means: "Something that was deleted stays until whoever has put a finalizer on it takes that away, until the kubelet of its node has stopped it, or, for a Namespace, until it is known to be empty. " +
				"Mend the controller that has to do it. Taking the finalizer away by hand leaves undone what it stands for.",
			Summary: "{held} {why}.",
			Remedies: []remedy{
				{Text: "Mend {api}, or, if nobody needs it any more, take it out: `kubectl delete apiservice {api}`."},
				{Text: "If the node {dead_node} is off for good, give the pod up: `kubectl -n {namespace} delete pod {pod} --force --grace-period=0`. If it may still run, its pod and a new one will both write."},
				{Text: "See what is left, and mend the controller of {finalizer}: `kubectl -n {in} get {resource} -o custom-columns=NAME:.metadata.name,FINALIZERS:.metadata.finalizers`."},
				{Text: "See what is left, and what keeps it: `kubectl -n {in} get {resource}`."},
				{Text: "See what is left: `kubectl api-resources --verbs=list --namespaced -o name | xargs -n 1 kubectl -n {in} get --ignore-not-found`."},
				{Text: "Mend the controller that has put {finalizer} on it. If there is none any more: `kubectl -n {namespace} patch {held} --type=merge -p '{\"metadata\":{\"finalizers\":null}}'`."},
				{Text: "See what the kubelet says: `kubectl -n {namespace} describe pod {pod}`."},
			},
		},
	}
}
