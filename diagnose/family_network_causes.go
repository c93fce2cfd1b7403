package diagnose

func networkCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "network-policy-denies", Title: "A NetworkPolicy denies the connection",
			Means:   "Once a NetworkPolicy selects a pod, only what some policy allows may reach it, or leave it. The client's policies must let the connection out, and the server's must let it in, on the port of the pod, not of the Service. What is denied is mostly dropped: the client sees a timeout, while both ends look well.",
			Summary: "NetworkPolicy {name} keeps {client} from {server} on port {port}: {why}[[, and neither do {others}]][[; {who} {how} it at {when} UTC]].",
			Remedies: []remedy{
				{Text: "Allow it in that policy: `kubectl -n {namespace} patch networkpolicy {name} --type=json -p {patch}`."},
				{Text: `Allow it by a policy of its own: {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "{allow_name}", "namespace": "{namespace}"}, "spec": {allow_spec}}`},
				{Text: "Add a rule for port {port} to the policy, if the connection is meant: `kubectl -n {namespace} edit networkpolicy {name}`."},
			},
		},
		{
			ID: "mesh-mtls-mismatch", Title: "The mesh refuses the connection",
			Means:   "In a service mesh, the proxy beside the server decides who may connect. With mutual TLS set to STRICT it refuses a client without a proxy of its own, and with AuthorizationPolicies it refuses whom they do not allow. Both ends look well; the client sees a reset, 503 or 403 (RBAC: access denied).",
			Summary: "{subject_name} cannot connect to {server}: {why}[[; {who} changed that at {when} UTC]].",
			Remedies: []remedy{
				{Text: "Give {subject_name} a proxy: `kubectl label namespace {client_namespace} istio-injection=enabled`, then `kubectl -n {client_namespace} rollout restart {client_target}`."},
				{Text: "Allow it: let a rule of AuthorizationPolicy {authorization_policy} have {principal} among its sources: `kubectl -n {namespace} edit authorizationpolicy {authorization_policy}`."},
				{Text: "Let the client's proxy use the mesh's own TLS: set trafficPolicy.tls.mode to ISTIO_MUTUAL with `kubectl -n {namespace} edit destinationrule {destination_rule}`."},
				{Text: "Until then, let the server accept plain connections too: `kubectl -n {namespace} patch peerauthentication {peer_authentication} --type=merge -p '{\"spec\":{\"mtls\":{\"mode\":\"PERMISSIVE\"}}}'`."},
			},
		},
	}
}
