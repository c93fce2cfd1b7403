package diagnose

func probeCauses() []causeInfo {
	describe := remedy{Text: "See what the probe gets: `kubectl -n {namespace} describe pod {pod}`."}
	return []causeInfo{
		{
			ID: "liveness-wrong-target", Title: "The liveness probe asks at the wrong place",
			Means:   "The kubelet asks at a port or path where the program does not answer, takes it for dead, and kills it again and again. The program itself may be well.",
			Summary: "{program} is killed by a liveness probe that asks at the wrong place ({probe_target}): {wrong}.",
			Remedies: []remedy{
				{Text: "Correct port and path of livenessProbe of {container} in {object}: the container declares them under ports."},
				rollBack, describe,
			},
		},
		{
			ID: "liveness-too-tight", Title: "The liveness probe is too impatient",
			Means:   "The program answers too late for its liveness probe, often because it is still starting or has much to do, and is killed for it: which makes it start once more, and worse. A startup probe gives it time at the start; a longer timeout does under load.",
			Summary: "{program} is killed by a liveness probe that gives up too early[[ (timeout {timeout} s, {budget} in all; it lived {lived})]]: {line}.",
			Remedies: []remedy{
				{Text: "Give {container} of {object} a startupProbe with the same target, and failureThreshold × periodSeconds as long as its slowest start."},
				{Text: "Raise timeoutSeconds of its livenessProbe[[ above {timeout}]]."},
				rollBack,
			},
		},
		{
			ID: "startup-probe-exhausted", Title: "The start takes longer than the startup probe allows",
			Means:   "The startup probe failed as often as it may, and the kubelet killed the container before it was up.",
			Summary: "{program} is killed because it does not start within {budget}: {line}.",
			Remedies: []remedy{
				{Text: "Raise failureThreshold of the startupProbe of {container} in {object}: it allows {budget} now."},
				{Text: "Find why the start takes so long: `kubectl -n {namespace} logs {pod} -c {container} --previous`."},
				rollBack,
			},
		},
		{
			ID: "readiness-wrong-target", Title: "New pods never become ready",
			Means:   "The readiness probe of the new pods has never been answered as it wants: it asks at the wrong port or path, or the new version does not answer there any more. They get no traffic, and the rollout stands still; the old pods go on serving.",
			Summary: "{starting} does not become ready[[ ({probe_target})]]: {wrong}.",
			Remedies: []remedy{
				rollBack,
				{Text: "Correct port and path of readinessProbe of {container} in {object}."},
				describe,
			},
		},
		{
			ID: "readiness-lost", Title: "It was ready, and is no more",
			Means:   "The program runs, was ready, and ceased to be: it says so itself (503), or answers too late. Either something that it needs is gone, or it has too much to do; steward found neither of them proven.",
			Summary: "{subject_name} has not been ready since {since} UTC[[: {line}]].",
			Remedies: []remedy{
				{Text: "Read what it says since {since} UTC: `kubectl -n {namespace} logs {pod} -c {container} --since=1h`."},
				{Text: "If it hangs, restart it.", Action: "restart"},
			},
		},
		{
			ID: "readiness-gate-unmet", Title: "A readiness gate is not met",
			Means:   "The containers are ready, but the pod also waits for a condition that a controller outside sets, most often that of a load balancer. While that one does not, the pod gets no traffic.",
			Summary: "{subject_name} is not ready because the readiness gate {gate} is {state}.",
			Remedies: []remedy{
				{Text: "Look at the controller that sets {gate} (for target-health.* the load balancer controller): its log, its rights, and whether the target group knows the pod."},
				describe,
			},
		},
	}
}
