package diagnose

// placementCauses are those that stand between a pod and the nodes.
func placementCauses() []causeInfo {
	return append(roomCauses(), ruleCauses()...)
}

// roomCauses are about what the nodes have, and who has it.
func roomCauses() []causeInfo {
	ask := remedy{Text: "Ask for what there is: `kubectl -n {namespace} set resources {target} -c {greedy} --requests={resource}={less}`."}
	return []causeInfo{
		{
			ID: "request-exceeds-any-node", Title: "The pod asks for more than any node has",
			Means: "The scheduler counts what pods ask for, not what they use. No node that this pod may go to has as much, even if it were empty: " +
				"waiting does not help, and only a larger node or a smaller request does.",
			Summary: "{subject_name} asks for [[{amount} {resource}]], and [[{none}]][[the largest node that it may go to, {largest_node}, has {largest}]].",
			Remedies: []remedy{
				rolledOut("what it asks for"),
				ask,
				{Text: "Add a pool of nodes with at least {amount} {resource} each, or ask for less."},
				{Text: "Add a pool of larger nodes, or ask for less."},
			},
		},
		{
			ID: "cluster-full", Title: "No node has room left for the pod",
			Means: "The pod would fit a node, but other pods have asked for what there is. The scheduler counts requests, not use: " +
				"the nodes may be idle and full at once.",
			Summary: "No node has room for {subject_name}[[: it asks for {amount} {resource}, and the most that is free is {free} on {free_node}]][[: {nothing}]].",
			Remedies: []remedy{
				rolledOut("what it asks for"),
				{Text: "Add {more}[[, or find out why the autoscaler does not: {autoscaler}]]."},
				{Text: "Free some room on {only}, since this pod is for that node alone; another node does not help. What is there: `kubectl get pods -A -o wide --field-selector spec.nodeName={only}`. With a higher priorityClassName in {subject} others give way."},
				ask,
				{Text: "Free some room: scale down what is not needed now."},
			},
		},
		{
			ID: "nodes-cordoned", Title: "The nodes that would take the pod are cordoned",
			Means:   "A cordoned node takes no new pods; those that run there stay. It is mostly done to empty a node for an upgrade or a repair, and at times nobody thinks of lifting it.",
			Summary: "{subject_name} gets no node: {closed}, where it would fit, {be} cordoned[[ since {when} UTC]][[ by {who}]].",
			Remedies: []remedy{
				{Text: "If the work on it is done, open it again: `kubectl uncordon {node}`."},
				{Text: "Otherwise add a node until it is."},
			},
		},
		{
			ID: "volume-zone-mismatch", Title: "The pod's volume is where no node can take it",
			Means:   "Most volumes belong to one zone or one node, and a pod that mounts one can only go there. No node is there that could take the pod, whatever room there is elsewhere.",
			Summary: "{subject_name} gets no node: [[its volume {volume} can only be had where {where}]][[ (claim {claim})]], and no node there can take it.",
			Remedies: []remedy{
				{Text: "Add a node there, or bring back the one that was: {where}."},
				{Text: "If the data can be lost or restored, delete the claim, so that a volume is made where there are nodes: `kubectl -n {namespace} delete pvc {claim}`."},
				{Text: "Use a StorageClass that makes volumes where there are nodes: {zones}."},
			},
		},
		{
			ID: "node-slot-exhausted", Title: "A port, or a place for a pod or volume, is taken on every node",
			Means: "Besides CPU and memory a node has places that can run out: each port of the node only once, so many pods, so many attached volumes. " +
				"The nodes that could take the pod have none left.",
			Summary: "{subject_name} gets no node: {nodes} could take it, but {taken} there.",
			Remedies: []remedy{
				rolledOut("its host ports"),
				{Text: "Take hostPort {port} out of the template of {subject}, and put a Service before it; with it there can be one pod a node."},
				{Text: "Add a node, or move pods away from {node}."},
			},
		},
	}
}

// ruleCauses are about what the pod or the node demands.
func ruleCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "untolerated-taint", Title: "The nodes have a taint that the pod does not tolerate",
			Means:   "A taint keeps pods away from a node, except those that tolerate it. People taint nodes to keep them for some purpose, and Kubernetes taints those that something is wrong with.",
			Summary: "{subject_name} gets no node: {nodes} would take it but for the taint {taint}[[, because {sick}]][[ since {since}]][[ by {who}]].",
			Remedies: []remedy{
				{Text: "See what is wrong with the node, {sick}: `kubectl describe node {node}`."},
				rolledOut("what it tolerates"),
				{Text: "If its pods belong there, add the toleration {toleration} to spec.template.spec.tolerations of {owner}."},
				{Text: "If the taint is not meant any more, take it away: `kubectl taint node {node} {lifted}-`."},
			},
		},
		{
			ID: "node-selector-unmatched", Title: "The pod selects nodes that there are not",
			Means:   "By its nodeSelector or its node affinity the pod may only go to nodes with certain labels, and no node has them all: they are misspelt, were never set, or went with the nodes that had them.",
			Summary: "{subject_name} gets no node: it selects {wanted}, and no node has that[[ ({near})]][[{lost}]].",
			Remedies: []remedy{
				{Text: "Give the node its label back: `kubectl label node {lost_node} {label}`."},
				rolledOut("which nodes it selects"),
				{Text: "Label the nodes that are meant, `kubectl label node NAME {label}`, or select a label that there is in {subject}."},
				{Text: "Select labels that there are in {subject}: `kubectl get nodes --show-labels`."},
			},
		},
		{
			ID: "pod-affinity-unsatisfied", Title: "Rules of affinity to other pods leave no node",
			Means: "Pods may demand to be near certain other pods, or away from them. The demand that is called required leaves no node here: " +
				"mostly there are more replicas that keep away from each other than nodes.",
			Summary: "{subject_name} gets no node: {rule}.",
			Remedies: []remedy{
				rolledOut("its affinity"),
				{Text: "Make it a wish: move the rule to preferredDuringSchedulingIgnoredDuringExecution in {subject}."},
				{Text: "Add nodes, or run fewer replicas."},
			},
		},
		{
			ID: "topology-spread-unsatisfied", Title: "The pods would be spread too unevenly",
			Means: "A topologySpreadConstraint with DoNotSchedule lets a pod wait rather than have more pods in one zone or on one node than maxSkew above the fewest. " +
				"Where it could go there are too many already, and where there are few it cannot go.",
			Summary: "{subject_name} gets no node: its pods may differ by {skew} in number by {by}, and {there}.",
			Remedies: []remedy{
				rolledOut("how its pods are spread"),
				{Text: "Make room where there are fewest: {reasons}."},
				{Text: "Make it a wish: whenUnsatisfiable ScheduleAnyway in {subject}."},
			},
		},
	}
}
