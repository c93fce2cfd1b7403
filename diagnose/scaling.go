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
	events := v.events[w.Ref]
	for i := len(events) - 1; i >= 0; i-- {
		match := scaledMessage.FindStringSubmatch(events[i].Message)
		if events[i].Reason == "ScalingReplicaSet" && match != nil && match[2] == fmt.Sprint(w.Desired) && match[1]+match[3] != "" {
			return match[1] + match[3]
		}
	}
	return ""
}
