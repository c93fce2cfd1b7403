package diagnose

// undoRefused goes back to a template whose pods the API server lets in.
var undoRefused = remedy{Text: "Roll back to revision {undo}, whose pods are let in.", Action: "rollback", Args: map[string]string{"to": "{undo}"}, On: "workload"}

func admissionCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "quota-exceeded", Title: "A ResourceQuota has no room for another pod",
			Means:   "A ResourceQuota bounds what all pods of a namespace may ask for together. A pod that would go beyond it is not created at all: there is nothing to look at but the message of its controller, which tries again, more and more rarely.",
			Summary: "{missing} not created for {workload_name}: the ResourceQuota {quota} has no room: {why}[[ ({short} short)]][[. Most is used by {users}]].",
			Remedies: []remedy{
				undoRefused,
				{Text: "Let one old pod go first, since {surge}: `kubectl -n {namespace} patch {workload_target} --type=merge -p '{\"spec\":{\"strategy\":{\"rollingUpdate\":{\"maxUnavailable\":1,\"maxSurge\":0}}}}'`."},
				{Text: "Raise the quota to what is needed: `kubectl -n {namespace} patch resourcequota {quota} --type=merge -p '{\"spec\":{\"hard\":{\"{resource}\":\"{enough}\"}}}'`."},
				{Text: "Make room: scale down or trim the requests of what uses most[[ ({users})]]; see `kubectl -n {namespace} describe resourcequota {quota}`."},
			},
		},
		{
			ID: "quota-needs-requests", Title: "A ResourceQuota wants resources to be named",
			Means:   "While a ResourceQuota counts a resource such as limits.cpu, every container must name it, or a LimitRange must do so for it. Pods that leave it out are not created.",
			Summary: "{missing} not created for {workload_name}: the ResourceQuota {quota} counts {needs}, which [[{container} does not name]] and no LimitRange puts in.",
			Remedies: []remedy{
				undoRefused,
				{Text: "Name them: `kubectl -n {namespace} set resources {workload_target} -c {container} --limits={limits_needed} --requests={requests_needed}`."},
				{Text: "Name them: `kubectl -n {namespace} set resources {workload_target} -c {container} --limits={limits_needed}`."},
				{Text: "Name them: `kubectl -n {namespace} set resources {workload_target} -c {container} --requests={requests_needed}`."},
				{Text: "Or give the namespace defaults: a LimitRange of type Container with default and defaultRequest for {needs}."},
			},
		},
		{
			ID: "limit-range-violated", Title: "A LimitRange does not allow the pod's resources",
			Means:   "A LimitRange says how little and how much one container, or one pod, of the namespace may ask for. Pods outside of it are not created.",
			Summary: "{missing} not created for {workload_name}: the LimitRange[[ {range}]] does not allow them: {why}.",
			Remedies: []remedy{
				undoRefused,
				{Text: "Set what is allowed: `kubectl -n {namespace} set resources {workload_target} -c {container} {flag}`."},
				{Text: "Or change what is allowed: `kubectl -n {namespace} edit limitrange {range}`."},
				{Text: "Compare with what is allowed: `kubectl -n {namespace} describe limitranges`."},
			},
		},
		{
			ID: "service-account-missing", Title: "A service account or class that the pod names does not exist",
			Means:   "The API server looks up the service account, the PriorityClass and the RuntimeClass of a pod before it takes it in. Where one is missing the pod is not created.",
			Summary: "{missing} not created for {workload_name}: the {what_kind} {what} does not exist[[ in {in}]][[; the nearest there is {near}]].",
			Remedies: []remedy{
				undoRefused,
				{Text: "Use the one that exists: `kubectl -n {in} set serviceaccount {workload_target} {near_account}`."},
				{Text: "Make it: `kubectl -n {in} create serviceaccount {account}`."},
				{Text: "Make it: `kubectl create priorityclass {class} --value=VALUE`, or name one that exists in spec.template.spec.priorityClassName of {workload}[[ ({near})]]."},
				{Text: "Make the {what_kind} {what}, or name one that exists in {workload}[[ ({near})]]."},
			},
		},
	}
}
