package diagnose

func memoryCauses() []causeInfo {
	raise := remedy{Text: "Raise the limit: `kubectl -n {namespace} set resources {target} -c {container} --limits=memory={limit_doubled}`."}
	return []causeInfo{
		{
			ID: "memory-limit-too-low", Title: "The memory limit is too low",
			Means:   "The container used more memory than its limit, and the kernel killed it. Either it needs more than it was given, or a change has lowered the limit below that.",
			Summary: "{program} is killed because it needs more memory than its limit of {limit}[[, which was {limit_before} before]].",
			Remedies: []remedy{
				{Text: "Roll back to revision {previous}, with its limit of {limit_before}.", Action: "rollback", Args: map[string]string{"to": "{previous}"}},
				{Text: "Give back the limit of {limit_before}: `kubectl -n {namespace} set resources {target} -c {container} --limits=memory={limit_before}`."},
				raise,
			},
		},
		{
			ID: "memory-leak", Title: "It leaks memory",
			Means:   "It runs out of memory at a regular pace, without any change of its template: what it allocates it does not give back. A higher limit only makes the pace slower.",
			Summary: "{program} runs out of its {limit} about every {pace}, and has been killed {restarts} times.",
			Remedies: []remedy{
				{Text: "As a stop-gap, raise the limit above {limit}: `kubectl -n {namespace} set resources {target} -c {container} --limits=memory=QUANTITY`."},
				{Text: "Start it anew before it is killed, at a quiet moment.", Action: "restart"},
				{Text: "Take a heap profile before the next {pace} are over, and mend the leak."},
			},
		},
		{
			ID: "heap-exceeds-limit", Title: "The heap and the container's limit do not fit",
			Means:   "A runtime with a heap of its own (Java, Node, .NET) must be told how much of the container's memory the heap may take: about three quarters, since threads, code and buffers need some too.",
			Summary: "{program} runs out of memory: {why}.",
			Remedies: []remedy{
				{Text: "Let the heap follow the limit[[ of {limit}]]: `-XX:MaxRAMPercentage=75` for Java, `--max-old-space-size` at three quarters of it for Node[[, instead of {flag}]]."},
				{Text: "Raise the limit and the heap together, if it needs more: `kubectl -n {namespace} set resources {target} -c {container} --limits=memory=QUANTITY`."},
				rollBack,
			},
		},
		{
			ID: "child-oom", Title: "A child process is killed for its memory",
			Means:   "The kernel killed a process that the main one had started, and the main one ended without an error (kubernetes#104454): the exit code is 0, the reason is OOMKilled.",
			Summary: "A child process of {program} is killed[[ at the limit of {limit}]], and the program ends without an error.",
			Remedies: []remedy{
				{Text: "Raise the limit, so that the children fit too: `kubectl -n {namespace} set resources {target} -c {container} --limits=memory={limit_doubled}`."},
				{Text: "Start fewer of them at once: workers, build jobs, browsers."},
			},
		},
		{
			ID: "node-oom", Title: "The node ran out of memory",
			Means:   "Not the container's own limit, but the whole node had no memory left, and the kernel chose this one. Pods without limits, and limits far above requests, bring a node there.",
			Summary: "{program} is killed because the node {node} ran out of memory[[; pods without a limit on it: {greedy}]].",
			Remedies: []remedy{
				{Text: "Give the pods on {node} memory limits, beginning with {greedy}."},
				{Text: "Raise the memory request of {name} to what it really uses, so that it is placed where there is room."},
				{Text: "Keep new pods away until then: `kubectl cordon {node}`."},
			},
		},
		{
			ID: "evicted-node-pressure", Title: "The node threw the pod out",
			Means:   "The node ran short of memory, disk or processes, and threw out the pods that used most above their requests.",
			Summary: "{subject_name} was evicted from {node} because the node was low on {resource}.",
			Remedies: []remedy{
				{Text: "Raise the request of {name} for {resource} to what it really uses: pods below their request go last."},
				{Text: "Free the node: `kubectl describe node {node}` shows who uses how much."},
				{Text: "Clear away what is left of the evicted pod: `kubectl -n {namespace} delete pod {pod}`."},
			},
		},
		{
			ID: "ephemeral-storage-exceeded", Title: "The pod wrote more than it may",
			Means:   "The pod wrote more to its container's disk, its logs or an emptyDir than the limit allows, and was evicted for it.",
			Summary: "{subject_name} was evicted: {line}.",
			Remedies: []remedy{
				{Text: "Raise sizeLimit of the emptyDir, or the ephemeral-storage limit, in {object}."},
				{Text: "Write less there: rotate logs, clear caches, use a volume."},
			},
		},
		{
			ID: "cpu-throttled", Title: "It is held back by its CPU limit",
			Means:   "The container uses up its CPU limit early in each period of 100 ms and is held back for the rest. It looks idle on average, and answers too late for its probes.",
			Summary: "{program} is held back in {share} of its periods by its CPU limit of {limit}, and its probes time out.",
			Remedies: []remedy{
				{Text: "Raise the CPU limit: `kubectl -n {namespace} set resources {target} -c {container} --limits=cpu={limit_doubled}`, or leave it out and keep the request."},
			},
		},
	}
}
