package diagnose

// networkFamily knows why a Service or an Ingress does not answer, though its pods are well.
func networkFamily() family {
	return family{Name: "network"}
}
