package diagnose

func nodeCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "node-unreachable", Title: "A node has fallen silent",
			Means: "The node's kubelet has stopped reporting to the API server. The machine is off, cut off from the network, or so busy that its kubelet gets no time. " +
				"Its pods count as not ready; after five minutes they are deleted, and stay in Terminating until somebody knows that the machine is off.",
			Summary: "The node {name} is silent[[ since {since}]]: its kubelet does not report[[, and the pods of {stricken} there are not ready]].",
			Remedies: []remedy{
				{Text: "See to the machine of {name}: start it again, or replace it, and delete the node that is gone: `kubectl delete node {name}`."},
				{Text: "If it is certainly off and will not come back soon, let its pods and volumes move: `kubectl taint node {name} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute`."},
			},
		},
		{
			ID: "node-runtime-down", Title: "A node's runtime or network is down",
			Means: "The kubelet reports, and says that it cannot run pods: its container runtime does not answer, or the network plugin is not set up. " +
				"Pods that are there may go on for a while; none can be started.",
			Summary: "The node {name} cannot run pods[[ since {since}]]: {line}[[; the pods of {stricken} there are not ready]].",
			Remedies: []remedy{
				{Text: "Look at the runtime and the kubelet on {name}: `kubectl debug node/{name} -it --image=busybox -- chroot /host journalctl -u containerd -u kubelet -n 100`, or, where no pod can be started there, on the machine itself; restart them, or replace the node."},
				{Text: "Look at the network plugin's pod there: `kubectl -n kube-system get pods -o wide --field-selector spec.nodeName={name}`."},
				{Text: "Keep new pods away until then: `kubectl cordon {name}`."},
			},
		},
		{
			ID: "node-pressure", Title: "A node is short of something, or its kernel reports a fault",
			Means: "The node itself says so in a condition. Under pressure the kubelet throws pods out and takes no new ones; a fault of the kernel or the file system does not mend itself, " +
				"and what runs there hangs or cannot write.",
			Summary: "The node {name} [[is short of {short}]][[reports {fault}]][[ since {since}]]: {line}[[; the pods of {stricken} there are not ready]].",
			Remedies: []remedy{
				{Text: "Free {short} on {name}: {free}. `kubectl describe node {name}` shows what runs there."},
				{Text: "Move the pods away, and start the machine of {name} again, because of {fault}: `kubectl drain {name} --ignore-daemonsets`."},
				{Text: "Keep new pods away until then: `kubectl cordon {name}`."},
			},
		},
		{
			ID: "node-gone", Title: "The node that pods were on is gone",
			Means: "The node was removed: the cloud took it back, an autoscaler shrank the pool, or somebody deleted it. " +
				"All its pods go at once, whatever a PodDisruptionBudget says; the API keeps them for a little while.",
			Summary: "The node {name} is gone: {why}[[, and the pods of {stricken} were there]].",
			Remedies: []remedy{
				{Text: "If the pod is still listed after a few minutes, take it out: `kubectl -n {bound_namespace} delete pod {bound_pod} --force --grace-period=0`."},
				{Text: "Wait until its pods run elsewhere: `kubectl get pods -A --field-selector spec.nodeName={name}` shows those that still count as there."},
				{Text: "Spread the replicas over nodes with topologySpreadConstraints, so that one node takes one of them, and give {subject_name} a PodDisruptionBudget for the removals that are announced."},
			},
		},
		{
			ID: "pod-network-exhausted", Title: "The pods' network has no address left",
			Means: "Each pod needs an address of its own, and the range that this node takes them from is used up: the node's share, or the subnet. " +
				"Pods that run keep theirs; no new one can be started there.",
			Summary: "{starting} cannot start: there is no address left for {pod} on the node {name}[[, whose range is {cidr}]] ({line}).",
			Remedies: []remedy{
				{Text: "Let pods go elsewhere until it is mended: `kubectl cordon {name}`, then `kubectl -n {pod_namespace} delete pod {pod}`."},
				{Text: "Give the network more addresses: a larger subnet or pool, prefix delegation where the cloud has it, or fewer pods a node than its range[[ {cidr}]] holds."},
			},
		},
	}
}
