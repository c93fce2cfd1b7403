package diagnose

// autoscalingFamily knows why an autoscaler does not scale, or scales too much.
func autoscalingFamily() family {
	return family{Name: "autoscaling"}
}
