package diagnose

// admissionFamily knows why the API server refuses pods, or changes them.
func admissionFamily() family {
	return family{Name: "admission"}
}
