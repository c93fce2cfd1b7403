package diagnose

// admissionFamily knows why the API server refuses pods, or changes them.
func admissionFamily() family {
	return family{
		Name:   "admission",
		Causes: append(admissionCauses(), admissionCausesOfPolicies()...),
		Checks: []check{
			{"pods-refused", "Are pods wanted that the API server does not let be created?", podsRefused},
			{"service-account-missing", "Does the pod name a service account, or a class, that does not exist?", serviceAccountMissing},
			{"webhook-unreachable", "Is a webhook asked about the pods that does not answer?", webhookUnreachable},
			{"webhook-at-zero", "Is what should answer the webhook scaled to zero?", webhookAtZero},
			{"webhook-backend-failing", "Is no pod behind the webhook's Service ready?", webhookBackendFailing},
			{"admission-denied", "Does a policy refuse the pods?", admissionDenied},
			{"pod-security-violated", "Do the pods break the namespace's Pod Security level?", podSecurityViolated},
			{"limit-range-violated", "Do the pods' resources break a LimitRange?", limitRangeViolated},
			{"quota-needs-requests", "Does a quota want resources to be named that the pods do not name?", quotaNeedsRequests},
			{"quota-exceeded", "Does a quota have no room for one pod more?", quotaExceeded},
			{"silent-mutation", "Was the pod changed on its way in, in what it fails by?", silentMutation},
		},
		Relations: map[string]relation{"webhook-backends": webhookBackends},
		Wants:     admissionWants,
	}
}
