package diagnose

// rolledOut is the way back from a change of the template that has brought the
// trouble.
func rolledOut(changed string) remedy {
	return remedy{Text: "Roll back to revision {previous}: revision {brought} has changed " + changed + ".", Action: "rollback", Args: map[string]string{"to": "{previous}"}, On: "subject"}
}

// schedulingCauses are those that do not turn on which node is like what.
func schedulingCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "scheduling-gated", Title: "No scheduler looks at the pod",
			Means: "A pod with a scheduling gate waits until whoever has put the gate there takes it away; any other waits for the scheduler that its schedulerName names. " +
				"Until then nobody looks for a node for it, and if nobody comes it waits for ever.",
			Summary: "{subject_name} gets no node because {why}.",
			Remedies: []remedy{
				rolledOut("its scheduler"),
				{Text: "Ask whoever closes the gate {gates}, mostly a controller or a queue, why it is not opened: `kubectl -n {namespace} describe pod {waiting_pod}`."},
				{Text: "Let the default scheduler place it: take schedulerName {other_scheduler} out of the template of {subject}, or start that scheduler."},
				{Text: "See why {own_scheduler} does not work: `kubectl -n kube-system get pods -l component=kube-scheduler`."},
			},
		},
		{
			ID: "pvc-unbound", Title: "A claim has no volume",
			Means:   "A pod gets no node before each of its claims has a volume, or can get one where the pod goes. This claim is not there, or waits for a volume that nobody makes.",
			Summary: "{subject_name} gets no node because its claim {claim} {trouble}[[: {says}]].",
			Remedies: []remedy{
				{Text: "See what the claim waits for: `kubectl -n {in} describe pvc {claim}`."},
				{Text: "If it was deleted by mistake, make it again with its name, {claim}, or name another in {subject}."},
			},
		},
		{
			ID: "preempted", Title: "Its pods had to give way to others of higher priority",
			Means: "There was no room for a pod of higher priority, so the scheduler deleted pods of lower priority to make some. " +
				"Nothing is wrong with the pods that had to leave: there is too little room for all, and theirs counts for less.",
			Summary: "{victim} of {subject_name} had to give way to {for}[[ at {when} UTC]][[, and {waiting} found no other place]].",
			Remedies: []remedy{
				{Text: "Make room for both: a node more, or smaller requests."},
				{Text: "If {subject_name} matters as much, give it a priorityClassName of its own in spec.template.spec: `kubectl get priorityclasses` lists them[[; its priority is {priority}]]."},
			},
		},
		{
			ID: "kubelet-refused", Title: "The kubelet refused the pod, or nobody is there to take it",
			Means: "The pod was put on a node without asking whether it fits there: by nodeName, which goes past the scheduler, or just before the node changed. " +
				"The kubelet looks again, and does not run what does not fit; a node that does not exist has no kubelet at all.",
			Summary: "{subject_name} does not run because {why}[[ ({line})]][[{near}]].",
			Remedies: []remedy{
				rolledOut("the node that it names"),
				{Text: "Let the scheduler choose: take `nodeName: {pinned}` out of the template of {subject}, and use a nodeSelector where it must be there."},
				{Text: "Delete the pod, so that the scheduler chooses a node for a new one: `kubectl -n {namespace} delete pod {waiting_pod}`."},
			},
		},
	}
}
