package diagnose

var rollBackBackend = remedy{
	Text: "Roll {backend_name} back to revision {rollback_to}, which fits the Service.", Action: "rollback", Args: map[string]string{"to": "{rollback_to}"}, On: "backend",
}

func serviceCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "selector-matches-nothing", Title: "The Service selects no pod",
			Means:   "A Service finds its pods by labels. No pod has all the labels that this one asks for, so that it has no endpoint and refuses every connection, while the pods that it is meant for run well beside it.",
			Summary: "The Service {name} selects no pod: it asks for {selector}[[, and the nearest, {nearest}, has {nearest_labels}]][[; {who} changed that at {when} UTC]].",
			Remedies: []remedy{
				rollBackBackend,
				{Text: "Let the Service ask for the labels of {nearest}: `kubectl -n {namespace} patch service {name} -p {patch}`."},
				{Text: "See which labels the pods have: `kubectl -n {namespace} get pods --show-labels`, and set spec.selector of the Service to those that are meant."},
			},
		},
		{
			ID: "selector-too-wide", Title: "The Service selects pods of another program",
			Means:   "The labels that the Service asks for are on the pods of more than one program. Requests go to each of them in turn, so that some of them are refused, or answered by the wrong program: it looks like a fault that comes and goes.",
			Summary: "The Service {name} sends requests to {intruder} as well as to {owner}: both have {selector}, and {intruder} {why}.",
			Remedies: []remedy{
				{Text: "Let the Service ask for {label} too, which only {owner} has: `kubectl -n {namespace} patch service {name} -p {patch}`."},
				{Text: "Give the pods of {owner} a label of their own, and let spec.selector of the Service ask for it."},
			},
		},
		{
			ID: "target-port-mismatch", Title: "The Service leads to a port that its pods do not have",
			Means:   "A Service's targetPort is the number, or the name, of a port of the pods. The pods behind this one have no such port: with a name, the Service has nothing to send to; with a number, connections are refused. The pods themselves are ready and look well.",
			Summary: "Port {port} of the Service {name} leads to {target_port}, and {backend} serves {ports}[[; {who} changed that at {when} UTC]].",
			Remedies: []remedy{
				rollBackBackend,
				{Text: "Let it lead to {right}: `kubectl -n {namespace} patch service {name} --type=json -p {patch}`."},
				{Text: "Set targetPort of the Service to a port that {backend_name} serves: `kubectl -n {namespace} edit service {name}`."},
			},
		},
		{
			ID: "local-traffic-no-endpoint", Title: "Requests may not leave their node, and none of its pods is there",
			Means:   "With the traffic policy Local, a Service sends requests only to pods on the node where they come in. On a node without one they are dropped, however many pods are ready elsewhere.",
			Summary: "The Service {name} has no endpoint on {nodes}, {clients}, and its {policy} Local keeps requests from other nodes[[; {who} changed that at {when} UTC]].",
			Remedies: []remedy{
				{Text: "Let requests go to any node: `kubectl -n {namespace} patch service {name} --type=merge -p '{\"spec\":{\"{policy}\":\"Cluster\"}}'`."},
				{Text: "If they must stay on their node, run a pod on each: a DaemonSet that tolerates the taints of {nodes}."},
			},
		},
		{
			ID: "load-balancer-pending", Title: "The Service waits for its load balancer",
			Means:   "A Service of the type LoadBalancer gets its address from a controller of the cloud, or one such as MetalLB. None has given one: there is no controller, the class is not one that it serves, a quota or a permission is lacking, or no address is left.",
			Summary: "The Service {name} has waited {waited} for an address from its load balancer[[: {line}]][[: {silent}]].",
			Remedies: []remedy{
				{Text: "Mend what {controller} says: {line}. See `kubectl -n {namespace} describe service {name}`."},
				{Text: "Run a controller that serves the class {class}, or take spec.loadBalancerClass away."},
				{Text: "See whether the cluster has a controller for load balancers, such as a cloud controller manager or MetalLB, and what it logs. Until then: `kubectl -n {namespace} port-forward service/{name} :PORT`."},
			},
		},
	}
}
