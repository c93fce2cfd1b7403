package diagnose

import (
	corev1 "k8s.io/api/core/v1"
)

// placedNow selects the pods that take room on nodes.
const placedNow = "spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed"

// placingEvents are events that are not warnings, and tell of places. Karpenter
// says Nominated when it has a node, or makes one, for a pod.
var placingEvents = []string{"Preempted", "NotTriggerScaleUp", "TriggeredScaleUp", "Nominated"}

// schedulingWants asks for what is on all nodes, where a pod waits for one.
// Nobody else pays for it.
func schedulingWants(h *horizon) []Query {
	var queries []Query
	for _, w := range h.Workloads {
		for _, f := range h.failuresOf(w) {
			if f.Class != unscheduled && f.Class != refused {
				continue
			}
			for _, reason := range placingEvents {
				queries = append(queries, Query{Kind: "Event", Namespace: w.Ref.Namespace, Fields: "type=Normal,involvedObject.kind=Pod,reason=" + reason, Limit: eventsLimit})
			}
		}
		for _, pod := range h.unscheduledPods(w) {
			queries = append(queries, Query{Kind: "Pod", Fields: placedNow, Sum: true})
			queries = append(queries, h.volumeQueries(pod)...)
			if minds(pod) {
				queries = append(queries, Query{Kind: "Namespace"})
			}
		}
	}
	return queries
}

// volumeQueries read what is to be known of a pod's volumes.
func (h *horizon) volumeQueries(pod *corev1.Pod) []Query {
	var queries []Query
	for _, m := range h.claimsOf(pod) {
		queries = append(queries, Query{Kind: "CSINode"}, Query{Kind: "VolumeAttachment"})
		if m.claim != nil && m.claim.Spec.VolumeName != "" && m.volume == nil {
			queries = append(queries, Query{Kind: "PersistentVolume", Name: m.claim.Spec.VolumeName})
		}
	}
	return queries
}

// minds tells that a pod minds what other namespaces have, by their labels.
func minds(pod *corev1.Pod) bool {
	affinity := pod.Spec.Affinity
	if affinity == nil {
		return false
	}
	terms := repelsOf(&pod.Spec)
	if affinity.PodAffinity != nil {
		terms = append(terms[:len(terms):len(terms)], affinity.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution...)
	}
	for i := range terms {
		if terms[i].NamespaceSelector != nil {
			return true
		}
	}
	return false
}
