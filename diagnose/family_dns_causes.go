package diagnose

func dnsCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "pod-dns-misconfigured", Title: "The pod asks name servers that do not know the cluster",
			Means:   "The names of Services are known only to the cluster's own DNS. A pod asks it with dnsPolicy ClusterFirst, or ClusterFirstWithHostNet in the node's network. This pod asks others, for which a Service's name does not exist.",
			Summary: "{subject_name} cannot resolve {host}: {why}.",
			Remedies: []remedy{
				{Text: "Roll back to revision {rollback_to}, which asked the cluster's DNS.", Action: "rollback", Args: map[string]string{"to": "{rollback_to}"}},
				{Text: "Let it ask the cluster's DNS: `kubectl -n {namespace} patch {target} -p {patch}`."},
			},
		},
		{
			ID: "dns-egress-denied", Title: "A NetworkPolicy keeps the pod from DNS",
			Means:   "A policy that restricts what goes out of a pod restricts its questions to DNS too. Without a rule for port 53, no name has an address, and whatever else the policy allows cannot be found.",
			Summary: "{subject_name} cannot resolve {host}: NetworkPolicy {policy} lets nothing out to DNS, port 53[[; {who} {how} it at {when} UTC]].",
			Remedies: []remedy{
				{Text: "Let it ask the cluster's DNS: `kubectl -n {namespace} patch networkpolicy {policy} --type=json -p {patch}`."},
				{Text: "Add an egress rule for port 53, UDP and TCP, to the policy: `kubectl -n {namespace} edit networkpolicy {policy}`."},
			},
		},
		{
			ID: "cluster-dns-down", Title: "The cluster's DNS is down, or was changed",
			Means:   "All pods ask one DNS for names, mostly CoreDNS in kube-system. When none of its pods answers, or its configuration (the Corefile) sends questions the wrong way, every service that connects by name begins to fail, one after the other, as their caches run out.",
			Summary: "{subject_name} cannot resolve {host}, because the cluster's DNS is not well: {why}[[; {who} changed the Corefile at {when} UTC]].",
			Remedies: []remedy{
				{Text: "Put the Corefile back as it was before {when} UTC: `kubectl -n kube-system edit configmap coredns`, then `kubectl -n kube-system rollout restart deployment/coredns`."},
				{Text: "Scale {dns_name} back to {replicas_before} replicas.", Action: "scale", Args: map[string]string{"replicas": "{replicas_before}"}, On: "dns"},
				{Text: "Roll {dns_name} back to revision {dns_previous}.", Action: "rollback", Args: map[string]string{"to": "{dns_previous}"}, On: "dns"},
				{Text: "See why its pods are not ready: `kubectl -n kube-system describe pods -l k8s-app=kube-dns`, and mend {dns_target}."},
				{Text: "See who answers for the DNS: `kubectl -n kube-system get endpointslices -l kubernetes.io/service-name=kube-dns`."},
			},
		},
	}
}
