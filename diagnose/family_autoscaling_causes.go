package diagnose

func autoscalingCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "metrics-api-down", Title: "The metrics API does not answer",
			Means: "An autoscaler asks the API server for what the pods use, and the API server asks another server for it, mostly metrics-server. " +
				"While that one is not there, autoscalers leave everything at the size that it has, and kubectl top says nothing.",
			Summary: "The autoscaler {hpa} cannot scale {workload}: {api} {why}[[; {backend}]].",
			Remedies: []remedy{
				{Text: "Scale what serves it up again.", Action: "scale", Args: map[string]string{"replicas": "{backend_replicas}"}, On: "backend_ref"},
				{Text: "Mend what serves it: `kubectl -n {backend_namespace} describe {backend_target}`, or ask steward about {backend_typed}."},
				{Text: "Install what serves {absent}; for cpu and memory that is metrics-server: `kubectl apply -f https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml`."},
				{Text: "See what the API server says of it: `kubectl get apiservice {api} -o yaml`. Until it answers, nothing scales {workload} but you."},
			},
		},
		{
			ID: "hpa-missing-requests", Title: "A container requests nothing that its use could be measured against",
			Means: "The autoscaler aims at a share of what the containers request. A container without a request, even a sidecar that something else puts in, " +
				"leaves it without a share to compute.",
			Summary: "The autoscaler {hpa} cannot scale {workload}[[ {down}]]: {who} requests no {resource}.",
			Remedies: []remedy{
				{Text: "Let it request what it needs: `kubectl -n {namespace} set resources {workload_target} -c {lacks} --requests={resource}={amount}`."},
				{Text: "The container {injected} is not in the template: let whatever injects it give it a request of {resource}, or measure the other containers alone (a metric of the type ContainerResource)."},
				{Text: "See what the autoscaler says: `kubectl -n {namespace} describe hpa {hpa}`."},
			},
		},
		{
			ID: "hpa-at-max", Title: "The autoscaler is at its maximum",
			Means:   "The load asks for more replicas than spec.maxReplicas allows, so that those that are there have more to do than they should. Raise the maximum only if the cluster, and what they all need, can bear more of them.",
			Summary: "The autoscaler {hpa} wants more than the {max} replicas that it may give {workload}[[: {load}]].",
			Remedies: []remedy{
				{Text: "Raise the maximum: `kubectl -n {namespace} patch hpa {hpa} --type=merge -p '{\"spec\":{\"maxReplicas\":{raised}}}'`."},
				{Text: "Or find where the load comes from: what changed about {workload} and those that call it since it began."},
			},
		},
		{
			ID: "hpa-flapping", Title: "The autoscaler goes up and down",
			Means:   "The number of replicas follows a metric that swings, or that each change of size makes swing. Pods are started and stopped all the time, and each start costs.",
			Summary: "The autoscaler {hpa} turned {turns} within an hour, between {low} and {high} replicas of {workload}.",
			Remedies: []remedy{
				{Text: "Let it wait longer before it goes down: `kubectl -n {namespace} patch hpa {hpa} --type=merge -p '{\"spec\":{\"behavior\":{\"scaleDown\":{\"stabilizationWindowSeconds\":{window}}}}}'`."},
				{Text: "Until then keep it up: `kubectl -n {namespace} patch hpa {hpa} --type=merge -p '{\"spec\":{\"minReplicas\":{high}}}'`."},
			},
		},
		{
			ID: "hpa-runaway", Title: "More and more replicas do not help",
			Means: "The autoscaler adds replicas as long as its metric is above the target. When the load does not come from requests that new replicas would share, " +
				"each of them brings as much as it takes, and it goes on to the maximum: thousands of pods, and the nodes for them.",
			Summary: "The autoscaler {hpa} took {workload} from {from} to {to} replicas since {since} UTC[[, and {load} all the same]][[; its maximum was written by {who} at {when} UTC]][[; it began with {rollout}]].",
			Remedies: []remedy{
				{Text: "Roll back to revision {back_to}, before which it did not climb.", Action: "rollback", Args: map[string]string{"to": "{back_to}"}, On: "scaled"},
				{Text: "Cap it while you look for the load: `kubectl -n {namespace} patch hpa {hpa} --type=merge -p '{\"spec\":{\"maxReplicas\":{cap}}}'`.[[ {excess} beyond that number are stopped at once, so be sure that they are of no use.]]"},
				{Text: "Then see whether the metric measures what replicas can share: `kubectl -n {namespace} describe hpa {hpa}`."},
			},
		},
		{
			ID: "hpa-bad-target", Title: "The autoscaler has no target of its own",
			Means: "An autoscaler must be the only one that sets the number of replicas of something that is there. Without a target, with a second autoscaler " +
				"for the same pods, or with a manifest that sets replicas too, it does nothing, or what it does is taken back.",
			Summary: "The autoscaler {hpa} cannot scale {workload}: {why}.",
			Remedies: []remedy{
				{Text: "Point it at {nearest}, if that is meant: `kubectl -n {namespace} patch hpa {hpa} --type=merge -p '{\"spec\":{\"scaleTargetRef\":{\"name\":\"{nearest}\"}}}'`."},
				{Text: "Delete it, if its target is gone for good: `kubectl -n {namespace} delete hpa {orphan}`."},
				{Text: "Keep one of the two, and delete the other: `kubectl -n {namespace} delete hpa {other}`."},
				{Text: "Leave replicas to the autoscaler: in {tool}, ignore /spec/replicas of {workload} (Argo CD: ignoreDifferences with RespectIgnoreDifferences), and take replicas out of the manifest."},
				{Text: "Leave replicas to the autoscaler: take replicas out of what {resets} applies to {workload_target}."},
				{Text: "See what the autoscaler says: `kubectl -n {namespace} describe hpa {hpa}`."},
			},
		},
	}
}
