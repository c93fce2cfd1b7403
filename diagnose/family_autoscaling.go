package diagnose

// autoscalingFamily knows why an autoscaler does not scale, or scales too much.
// Its trees are about a HorizontalPodAutoscaler, and are walked for a workload
// through those that scale it.
func autoscalingFamily() family {
	return family{
		Name:   "autoscaling",
		Causes: autoscalingCauses(),
		Symptoms: []symptom{
			{check: check{"autoscaler-stuck", "Is the autoscaler unable to scale?", autoscalerStuck}, About: []string{"HorizontalPodAutoscaler"}},
		},
		Checks: []check{
			{"autoscaled", "Does an autoscaler scale it?", autoscaled},
			{"fails-by-itself", "Do its pods fail in a way that no load explains?", failsByItself},
			{"hpa-target-missing", "Is what the autoscaler scales not there?", hpaTargetMissing},
			{"hpa-ambiguous", "Does another autoscaler scale the same pods?", hpaAmbiguous},
			{"hpa-replicas-reset", "Does somebody else keep setting the number of replicas?", hpaReplicasReset},
			{"metrics-api-down", "Is the API that serves its metrics not available?", metricsAPIDown},
			{"metrics-api-refused", "Does the autoscaler say that nobody serves its metrics?", metricsAPIRefused},
			{"hpa-missing-requests", "Does a container lack the request that its use is measured against?", hpaMissingRequests},
			{"hpa-runaway", "Do the replicas climb, and the metric does not fall?", hpaRunaway},
			{"hpa-max-raised", "Did somebody write its maximum lately?", hpaMaxRaised},
			{"hpa-flapping", "Does it scale up and down again and again?", hpaFlapping},
			{"hpa-at-max", "Is it at its maximum, and wants more?", hpaAtMax},
		},
		Relations: map[string]relation{"autoscalers": autoscalersOf},
		Wants:     autoscalingWants,
	}
}
