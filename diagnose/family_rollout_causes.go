package diagnose

func rolloutCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "rollout-paused", Title: "The rollout stands still because it is paused",
			Means:   "A paused Deployment does nothing with changes of its template, not even with one that would mend it. The same comes about when the controller does not look at it any more.",
			Summary: "{name} does not get better because {why}.",
			Remedies: []remedy{
				{Text: "Resume it: `kubectl -n {namespace} rollout resume {target}`."},
				{Text: "If it is not paused, see whether the controller manager works: `kubectl -n kube-system get pods -l component=kube-controller-manager`."},
			},
		},
		{
			ID: "no-surge-room", Title: "There is no room for a new pod beside the old ones",
			Means:   "The rollout may not take an old pod away before a new one is ready, and there is no room for both. Each of the new pods would fit where an old one is.",
			Summary: "The rollout of {name} stands still: {waiting} found no node, and maxUnavailable {max_unavailable} lets no old one go first.",
			Remedies: []remedy{
				{Text: "Let one old pod go first: `kubectl -n {namespace} patch {target} -p '{\"spec\":{\"strategy\":{\"rollingUpdate\":{\"maxUnavailable\":1}}}}'`."},
				{Text: "Make room: a node more, or smaller requests."},
			},
		},
		{
			ID: "statefulset-blocked", Title: "A broken pod blocks the StatefulSet",
			Means:   "A StatefulSet replaces its pods one after the other, and waits for each to be ready. A pod that an older template broke never becomes ready, so that the template that would mend it never reaches it.",
			Summary: "{name} stands still at {pod}, which is broken and of an older template ({is} instead of {wanted}): {why}.",
			Remedies: []remedy{
				{Text: "Delete the broken pod, so that it is made anew from the present template: `kubectl -n {namespace} delete pod {pod}`."},
			},
		},
		{
			ID: "pdb-blocks-eviction", Title: "A PodDisruptionBudget allows no eviction",
			Means:   "As many pods must stay healthy as are healthy now, so that none may be evicted. Nodes with these pods cannot be emptied, and upgrades of the cluster wait for ever.",
			Summary: "No pod may be evicted: the PodDisruptionBudget {budget} wants {must} healthy pods, and {healthy} of {expected} are[[, while the node {node} is being emptied]].",
			Remedies: []remedy{
				{Text: "Let one go, which is an outage while there is only one: `kubectl -n {namespace} patch pdb {budget} --type=merge -p '{\"spec\":{\"maxUnavailable\":1,\"minAvailable\":null}}'`."},
				{Text: "Run one more replica than the budget wants ({one_more} in all)."},
			},
		},
	}
}
