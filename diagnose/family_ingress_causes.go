package diagnose

func ingressCauses() []causeInfo {
	return []causeInfo{
		{
			ID: "ingress-backend-missing", Title: "The Ingress leads to a Service or port that is not there",
			Means:   "An Ingress names a Service of its own namespace, and one of its ports by number or name. Where one of the two is not there, the controller answers with 503 or 404, and nothing of the request reaches a pod.",
			Summary: "The Ingress {name} leads {route} to {what}[[{elsewhere}]].",
			Remedies: []remedy{
				{Text: "Let it lead to {right}: `kubectl -n {namespace} patch ingress {name} --type=json -p {patch}`."},
				{Text: "Make what it names, or let it name what is there: `kubectl -n {namespace} edit ingress {name}`."},
			},
		},
		{
			ID: "ingress-class-missing", Title: "No controller takes the Ingress for its own",
			Means:   "An Ingress is only a wish. A controller fulfils those of its class. This one has no class that is there, so that every controller leaves it to another: it has no address, and nobody answers for its hosts.",
			Summary: "The Ingress {name} {why}, so that no controller looks at it.",
			Remedies: []remedy{
				{Text: "Give it the class {right}: `kubectl -n {namespace} patch ingress {name} --type=merge -p {patch}`."},
				{Text: "Give it one of the classes {classes}: `kubectl -n {namespace} edit ingress {name}`."},
				{Text: "Install a controller with its IngressClass: `kubectl get ingressclasses` shows none that fits."},
			},
		},
		{
			ID: "tls-invalid", Title: "The certificate is not good",
			Means:   "The certificate that an Ingress shows for its hosts comes from a Secret of its namespace. Where that is absent, over, or for other names, the controller shows one of its own, or none, and browsers and programs refuse to go on.",
			Summary: "The Ingress {ingress} has no good certificate for {hosts}: {what} {why}.",
			Remedies: []remedy{
				{Text: "See what cert-manager waits for, and mend it: `kubectl -n {namespace} describe certificate {certificate}`; `cmctl -n {namespace} renew {certificate}` asks for a new one."},
				{Text: "Make the Secret anew from a certificate that is good for {hosts}: `kubectl -n {namespace} create secret tls {secret} --cert=CERT.pem --key=KEY.pem --dry-run=client -o yaml` piped into `kubectl apply -f -`."},
			},
		},
	}
}
