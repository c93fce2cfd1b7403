package diagnose

// batchFamily knows why Jobs and CronJobs do not run or do not end, and what keeps objects
// from going away.
func batchFamily() family {
	return family{Name: "batch"}
}
