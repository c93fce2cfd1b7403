package diagnose

var scaleUp = remedy{Text: "Scale {name} back to {replicas_before} replicas.", Action: "scale", Args: map[string]string{"replicas": "{replicas_before}"}}

func dependencyCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "dependency-unreachable", Title: "A dependency does not answer",
			Means:   "The program ends, or is not ready, because something that it needs refuses connections or has no address, and steward finds no deeper cause: the host is outside the cluster, or looks well from here. Then it is the way to it (a policy, DNS, a firewall), or the dependency itself.",
			Summary: "{subject_name} fails because it cannot reach {host}: {line}.",
			Remedies: []remedy{
				{Text: "See whether it answers from the pod's own network: `kubectl -n {namespace} debug {pod} -it --image=busybox -- nc -zv {host}` (host and port with a space between)."},
				{Text: "Mend {host}, or point {subject_name} to one that works. If the program can wait, let it try again instead of ending."},
			},
		},
		{
			ID: "service-missing", Title: "The Service that it names does not exist",
			Means:   "The program is configured with the name of a Service that is not in its namespace: it was deleted, renamed, or lives in another namespace, where only its full name reaches it.",
			Summary: "{subject_name} fails because it needs the Service {service}, which does not exist in {namespace}[[{elsewhere}]].",
			Remedies: []remedy{
				{Text: "Use the right name, {fqdn}, in the configuration of {subject_name}."},
				{Text: "Make the Service again: `kubectl -n {namespace} apply -f SERVICE.yaml`."},
			},
		},
		{
			ID: "dependency-changed", Title: "A dependency was changed or scaled down",
			Means:   "Nothing is wrong with the service itself. Something that it needs was changed just before it began to fail: scaled down, released, or given another configuration. The timeline shows who did it.",
			Summary: "{subject_name} fails because {object} was changed before, at {when} UTC[[ by {who}]]: {what}[[, from {replicas_before} replicas]].",
			Remedies: []remedy{
				scaleUp,
				{Text: "Roll {name} back to revision {dependency_previous}.", Action: "rollback", Args: map[string]string{"to": "{dependency_previous}"}},
				{Text: "Undo the change of {object}: {what}. See `kubectl -n {namespace} rollout history {target}` and `kubectl -n {namespace} scale {target} --replicas=N`."},
			},
		},
		{
			ID: "scaled-to-zero", Title: "It is scaled to zero, and something needs it",
			Means:   "spec.replicas is 0, so that no pod runs. That may be meant (then say so with the annotation steward/intent), but something fails without it.",
			Summary: "{object} is scaled to zero[[ since {when} UTC]][[ by {who}]], and {users} without it.",
			Remedies: []remedy{
				scaleUp,
				{Text: "Scale it up: `kubectl -n {namespace} scale {target} --replicas=N`."},
				{Text: "If it is meant to be so, say so: `kubectl -n {namespace} annotate {target} steward/intent=WHY`."},
			},
		},
	}
}
