package diagnose

func accessCauses() []causeInfo {
	return []causeInfo{{
		ID: "rbac-forbidden", Title: "The service account may not do what the program needs",
		Means: "The program speaks to the API server as the service account of its pod, and may do only what roles that are bound to that account grant. " +
			"The API server has refused it something: a binding is missing, lies in another namespace, or its role lacks the verb or the resource.",
		Summary: "{program} fails because the service account {account} of {account_namespace} may not {may_not}[[: {instead}]][[, since {changed} was changed at {when} UTC by {who}]][[; {granted_by} grants it since {since} UTC]].",
		Remedies: []remedy{
			{Text: "It is granted since {since} UTC: restart {workload_name}, so that it asks again.", Action: "restart", On: "workload"},
			{Text: "Grant it: `kubectl -n {in} create role {account}-{verb} --verb={verb} --resource={resource}` and `kubectl -n {in} create rolebinding {account}-{verb} --role={account}-{verb} --serviceaccount={account_namespace}:{account}`."},
			{Text: "Grant it in {everywhere}: `kubectl create clusterrole {account}-{verb} --verb={verb} --resource={resource}` and `kubectl create clusterrolebinding {account}-{verb} --clusterrole={account}-{verb} --serviceaccount={account_namespace}:{account}`."},
			{Text: "Grant it: `kubectl create clusterrole {account}-{verb} --verb={verb} --non-resource-url={path}` and `kubectl create clusterrolebinding {account}-{verb} --clusterrole={account}-{verb} --serviceaccount={account_namespace}:{account}`."},
			{Text: "Or give the {role_kind} {role} the verb {verb} for {resource}."},
			{Text: "Make {absent_role} again, which is bound and does not exist."},
			{Text: "Check it: `kubectl auth can-i {verb} {resource} -n {in} --as=system:serviceaccount:{account_namespace}:{account}`."},
			{Text: "Check it: `kubectl auth can-i {verb} {resource} --all-namespaces --as=system:serviceaccount:{account_namespace}:{account}` ({everywhere})."},
		},
	}}
}
