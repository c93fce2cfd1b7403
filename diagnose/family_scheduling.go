package diagnose

// schedulingFamily knows why a pod finds no node: it works the scheduler's predicates out anew from
// nodes and pods.
func schedulingFamily() family {
	return family{Name: "scheduling"}
}
