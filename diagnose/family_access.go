package diagnose

// accessFamily knows what a service account may not do.
func accessFamily() family {
	return family{Name: "access"}
}
