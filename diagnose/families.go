package diagnose

// families is the list of all that the diagnosis knows. A new family is a line
// here, a file family_NAME.go, a file playbooks/NAME.yaml and a file
// testdata/pairs/NAME.yaml.
func families() []family {
	return []family{
		workloadFamily(),
		schedulingFamily(),
		admissionFamily(),
		imageFamily(),
		crashFamily(),
		dependencyFamily(),
		memoryFamily(),
		configFamily(),
		probeFamily(),
		rolloutFamily(),
		autoscalingFamily(),
		nodeFamily(),
		storageFamily(),
		serviceFamily(),
		ingressFamily(),
		networkFamily(),
		dnsFamily(),
		batchFamily(),
		accessFamily(),
		causalFamily(),
	}
}
