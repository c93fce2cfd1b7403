package diagnose

import (
	corev1 "k8s.io/api/core/v1"
)

// Usage is what a container uses.
type Usage struct {
	Namespace string `json:"namespace"`
	Pod       string `json:"pod"`
	Container string `json:"container"`
	// MemoryBytes is the working set, PeakBytes the highest one seen.
	MemoryBytes int64 `json:"memory_bytes,omitempty"`
	PeakBytes   int64 `json:"peak_bytes,omitempty"`
	MilliCPU    int64 `json:"milli_cpu,omitempty"`
	// Throttled is the share of CPU periods in which the container was held
	// back, 0 to 1; nil where nobody measured it.
	Throttled *float64 `json:"throttled,omitempty"`
}

// VolumeUsage is how full the volume of a claim is.
type VolumeUsage struct {
	Namespace     string `json:"namespace"`
	Claim         string `json:"claim"`
	Pod           string `json:"pod,omitempty"` // the pod that it is mounted in
	UsedBytes     int64  `json:"used_bytes"`
	CapacityBytes int64  `json:"capacity_bytes"`
	UsedInodes    int64  `json:"used_inodes,omitempty"`
	Inodes        int64  `json:"inodes,omitempty"` // 0: the file system has no fixed number of them
}

// share is how much of the volume is used, of bytes or inodes, whichever is
// scarcer: 0 to 1.
func (u *VolumeUsage) share() (share float64, inodes bool) {
	if u.CapacityBytes > 0 {
		share = float64(u.UsedBytes) / float64(u.CapacityBytes)
	}
	if u.Inodes > 0 && float64(u.UsedInodes)/float64(u.Inodes) > share {
		return float64(u.UsedInodes) / float64(u.Inodes), true
	}
	return share, false
}

// usageOf is what a container uses, nil if nobody measured it.
func (v *view) usageOf(run runOf) *Usage {
	for i := range v.Usage {
		if u := &v.Usage[i]; u.Namespace == run.Pod.Namespace && u.Pod == run.Pod.Name && u.Container == run.Spec.Name {
			return u
		}
	}
	return nil
}

// volumeUsageOf is how full a claim's volume is, nil if nobody measured it.
func (v *view) volumeUsageOf(claim Ref) *VolumeUsage {
	for i := range v.Volumes {
		if u := &v.Volumes[i]; u.Namespace == claim.Namespace && u.Claim == claim.Name {
			return u
		}
	}
	return nil
}

// whyNoFigures says for what reason something about a pod was not measured:
// the metrics of its node, or of its namespace, could not be read.
func (v *view) whyNoFigures(what string, pod *corev1.Pod) string {
	for _, gap := range v.Gaps {
		if gap.Kind == "Metrics" && (gap.Name == pod.Spec.NodeName && gap.Name != "" || gap.Name == "" && gap.Namespace == pod.Namespace) {
			return what + ": " + gap.Why
		}
	}
	return what + ": the nodes' metrics were not read"
}
