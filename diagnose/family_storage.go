package diagnose

// storageFamily knows why a claim has no volume, or a volume is not to be had.
func storageFamily() family {
	return family{Name: "storage"}
}
