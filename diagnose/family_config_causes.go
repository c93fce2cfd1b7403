package diagnose

func configCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "configmap-missing", Title: "A ConfigMap does not exist",
			Means:   "A container names a ConfigMap that is not in its namespace, and is not marked as optional. The kubelet waits for it, and goes on by itself once it is there.",
			Summary: "{starting} cannot start: {container} needs the ConfigMap {source} (by {via}), which does not exist in {namespace}[[{near}]].",
			Remedies: []remedy{
				{Text: "Name the right one, {near_name}, in {subject}."},
				{Text: "Make it again: `kubectl -n {namespace} create configmap {source} --from-literal=KEY=VALUE`."},
				rollBack,
			},
		},
		{
			ID: "config-key-missing", Title: "A key does not exist",
			Means:   "The ConfigMap or Secret is there, but has no entry of the name that the container asks for.",
			Summary: "{starting} cannot start: the {source_kind} {source} has no key {key}[[{near}]][[{written}]].",
			Remedies: []remedy{
				{Text: "Put the key back: `kubectl -n {namespace} edit {source_kind} {source}`."},
				{Text: "Name a key that it has, or mark it as optional, in {subject}."},
				rollBack,
			},
		},
		{
			ID: "secret-missing", Title: "A Secret does not exist",
			Means:   "A container names a Secret that is not in its namespace. Where an operator makes Secrets from elsewhere (External Secrets, Sealed Secrets), it has not, and its own status says why.",
			Summary: "{starting} cannot start: {container} needs the Secret {source} (by {via}), which does not exist in {namespace}[[{near}]][[; {sync} should have made it]].",
			Remedies: []remedy{
				{Text: "See why it was not made: look at the status of {sync}."},
				{Text: "Name the right one, {near_name}, in {subject}."},
				{Text: "Make it again: `kubectl -n {namespace} create secret generic {source} --from-literal=KEY=VALUE`."},
				rollBack,
			},
		},
		{
			ID: "volume-source-missing", Title: "What a volume is made from does not exist",
			Means:   "A volume of the pod is made from a ConfigMap or Secret, or from a path of its node, that is not there. The kubelet cannot mount it, and makes no container until it can.",
			Summary: "{starting} cannot start: its {via} is made from [[the {source_kind} {source}, which does not exist in {namespace}]][[{path} of the node {node}, which is no {wanted}]].",
			Remedies: []remedy{
				{Text: "Make {path} on the node {node}[[, or set its type to {create}]], in spec.template.spec.volumes of {subject}."},
				{Text: "Make it again: `kubectl -n {namespace} apply -f {source}.yaml`."},
				{Text: "Correct the name in spec.template.spec.volumes of {subject}."},
				rollBack,
			},
		},
		{
			ID: "config-changed", Title: "Its configuration was changed",
			Means:   "A ConfigMap or Secret was changed without a release. What started before still has the old values and works; what starts now gets the new ones and fails. Every restart makes it worse.",
			Summary: "{program} fails since {source_kind} {source} was changed, at {when} UTC[[ by {who}]][[; {older}, which started before, works]].",
			Remedies: []remedy{
				{Text: "Bring back the old values: `kubectl -n {namespace} edit {source_kind} {source}`; then restart {subject_name}."},
				{Text: "Do not restart what still works until then."},
			},
		},
		{
			ID: "run-as-root-refused", Title: "The image would run as root",
			Means:   "runAsNonRoot is set, and the image's user is root, or a name that the kubelet cannot tell from root. It refuses to start the container.",
			Summary: "{starting} cannot start: {container} must not run as root, and {wrong}.",
			Remedies: []remedy{
				{Text: "Set a user, by number: `kubectl -n {namespace} patch {target} -p '{\"spec\":{\"template\":{\"spec\":{\"securityContext\":{\"runAsUser\":10001}}}}}'`."},
				{Text: "Build the image with USER 10001."},
				rollBack,
			},
		},
		{
			ID: "env-shadowed", Title: "A variable is set twice",
			Means:   "The same variable is set by two sources, and the later hides the earlier: env beats envFrom, and the last env of a name beats those before.",
			Summary: "{program} reads {key} from {second}, which hides the one from {first}.",
			Remedies: []remedy{
				{Text: "Remove one of the two: `kubectl -n {namespace} set env {target} -c {container} {key}-` takes away the one in env."},
				rollBack,
			},
		},
	}
}
