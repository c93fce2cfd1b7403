package diagnose

import (
	"fmt"
	"regexp"
)

// scaledMessage is what the Deployment controller says
// (k8s.io/kubernetes/pkg/controller/deployment, scaleReplicaSet).
var scaledMessage = regexp.MustCompile(`^Scaled (?:up|down) replica set \S+ (?:from (\d+) )?to (\d+)(?: from (\d+))?`)

// scaledFrom says how many replicas there were before the last scaling, as
// ", from 3", or "".
func (v *view) scaledFrom(w *workload) string {
	if before := v.replicasBefore(w); before != "" {
		return ", from " + before
	}
	return ""
}

// replicasBefore is how many replicas a workload had before it was scaled to
// what it has now, "" if nobody says so any more.
func (v *view) replicasBefore(w *workload) string {
	event := v.lastEvent(w.Ref, "ScalingReplicaSet")
	if event == nil {
		return ""
	}
	match := scaledMessage.FindStringSubmatch(event.Message)
	if match == nil || match[2] != fmt.Sprint(w.Desired) {
		return ""
	}
	return match[1] + match[3]
}
