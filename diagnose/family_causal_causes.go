package diagnose

func causalCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "deploy-regression", Title: "The newest revision is broken",
			Means:   "It began with a rollout, only the new pods fail, and nothing that they say tells why. Most incidents are of this kind: take the change back first, and look for the fault afterwards.",
			Summary: "{subject_name} fails since revision {revision} ({change}); only its pods do.",
			Remedies: []remedy{
				rollBack,
				{Text: "Compare the two: `kubectl -n {namespace} rollout history {target} --revision={revision}`."},
			},
		},
		{
			ID: "feature-flag-flipped", Title: "A feature flag was flipped",
			Means:   "No release and no configuration was changed, but a flag that the program asks at run time was, just before.",
			Summary: "{subject_name} fails since a feature flag was flipped, at {when} UTC[[ by {who}]]: {flag}.",
			Remedies: []remedy{
				{Text: "Flip it back ({flag}); no restart is needed where flags are read at run time."},
			},
		},
		{
			ID: "config-drift", Title: "It was changed by hand behind the GitOps tool",
			Means:   "The object belongs to a GitOps tool, and somebody changed it with kubectl: the cluster and the repository differ. The tool may set it right at its next synchronisation, or be told not to.",
			Summary: "{subject_name} fails since {who} changed by hand what {tool} owns, at {when} UTC: {change}.",
			Remedies: []remedy{
				{Text: "Synchronise it again in {tool}, and make the change in the repository if it is wanted."},
				rollBack,
			},
		},
		{
			ID: "shared-cause", Title: "Several services share one cause",
			Means:   "Several services fail alike, and what they have in common is one thing: a node, or one piece of configuration. Mend it once, there, not in each of them.",
			Summary: "{subject_name} fails together with {others}: they share the {what}.",
			Remedies: []remedy{
				{Text: "Keep new pods off the node, and move those that are there: `kubectl cordon {node}`, then `kubectl drain {node} --ignore-daemonsets`."},
				{Text: "Mend the {what} once: see who changed it last, and bring back what it was."},
			},
		},
		{
			ID: "overload", Title: "It has more to do than it can",
			Means:   "The program waits for something of which there is too little: connections of a pool, a lock, calls that another system allows. More replicas can make it worse, when they all wait for the same.",
			Summary: "{program} has more to do than it can: {line}.",
			Remedies: []remedy{
				{Text: "Take load away: throttle or stop what retries, and look who has begun to send more."},
				{Text: "Then tune what is exhausted ({line}): the pool's size, the database's connections, the other side's rate limit."},
				rollBack,
			},
		},
	}
}
