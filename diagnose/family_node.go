package diagnose

// nodeFamily knows what is wrong with a node, and with what runs there.
func nodeFamily() family {
	return family{Name: "node"}
}
