package diagnose

func admissionCausesOfPolicies() []causeInfo {
	return []causeInfo{
		{
			ID: "pod-security-violated", Title: "The pods break the namespace's Pod Security level",
			Means:   "A label of the namespace says how much pods may do there: privileged, baseline or restricted. Pods that do more are not created. Those that run already stay, so that a stricter label shows only at the next rollout or restart.",
			Summary: "{missing} not created for {workload_name}: the namespace enforces the Pod Security level {level}[[ (since {changed})]], which does not allow: {fields}.",
			Remedies: []remedy{
				undoRefused,
				{Text: "Give the container less: `kubectl -n {workload_namespace} patch {workload_target} -p '{\"spec\":{\"template\":{\"spec\":{\"securityContext\":{\"runAsNonRoot\":true,\"seccompProfile\":{\"type\":\"RuntimeDefault\"}},\"containers\":[{\"name\":\"{harden}\",\"securityContext\":{\"allowPrivilegeEscalation\":false,\"capabilities\":{\"drop\":[\"ALL\"]}}}]}}}}'` (the image must then run as a user that is not root)."},
				{Text: "If these pods must do so, let the namespace allow it: `kubectl label namespace {workload_namespace} pod-security.kubernetes.io/enforce={enough} --overwrite`."},
				{Text: "Change what is named in spec.template of {workload}: {fields}."},
			},
		},
		{
			ID: "admission-denied", Title: "A policy of the cluster refuses the pods",
			Means:   "Whoever runs the cluster has rules for what may run there. A pod that breaks one is not created, and the rule says why in its own words. Pods that run already are not asked again, so that a new rule shows only at the next rollout or restart.",
			Summary: "{missing} not created for {workload_name}: {policy}[[ (since {changed})]] refuses them: {says}.",
			Remedies: []remedy{
				undoRefused,
				{Text: "Do what the policy asks in the template of {workload} ({says}), or ask for an exception; the rule: `kubectl get {policy_kind} {policy_name} -o yaml`."},
				{Text: "Do what {policy} asks in the template of {workload}: {says}."},
			},
		},
		{
			ID: "webhook-unreachable", Title: "A webhook that must be asked about pods does not answer",
			Means:   "The API server asks admission webhooks before it takes in a pod. With failurePolicy Fail no answer is a no: while the webhook is down, no pod that it is asked about can be created.",
			Summary: "{missing} not created for {workload_name}: the webhook {webhook} must be asked and does not answer: {why}.",
			Remedies: []remedy{
				{Text: "Give it a certificate that its caBundle signed, or set webhooks[{index}].clientConfig.caBundle to the one that did ({certificate}): `kubectl edit {config_kind} {config_name}`."},
				{Text: "Bring back what answers behind its Service {service} ({no_endpoints}): `kubectl -n {service_namespace} get service,endpointslices,pods`; if the webhook is not used any more, remove it: `kubectl delete {config_kind} {config_name}`."},
				{Text: "See what it says: `kubectl -n {service_namespace} get service,endpointslices,pods`, and the log of the pods behind {service}."},
				{Text: "If it can be done without for a while, let its silence be a yes: `kubectl patch {config_kind} {config_name} --type=json -p '[{\"op\":\"replace\",\"path\":\"/webhooks/{index}/failurePolicy\",\"value\":\"Ignore\"}]'`."},
				{Text: "See who is called {unlisted}, and whom it asks: `kubectl get mutatingwebhookconfigurations,validatingwebhookconfigurations`."},
			},
		},
		{
			ID: "silent-mutation", Title: "The pod was changed on its way in",
			Means:   "Something between the controller and the cluster, most often a mutating webhook, has written something else into the pod than its template says. The template looks right, and the pod fails by what was changed.",
			Summary: "{container} of {workload_name} is not what its template says: {field} is {is}, and {was} in the template[[; {mutators} may change such pods]][[, and was changed at {changed}]]; {so}.",
			Remedies: []remedy{
				{Text: "Mend {mutators}, or leave {workload} out of it: `kubectl get {config_kind} {config_name} -o yaml`."},
				{Text: "Find out what changes it: {unnamed}."},
				{Text: "When that is mended, restart {workload_name}, so that its pods are made anew.", Action: "restart", On: "workload"},
			},
		},
	}
}
