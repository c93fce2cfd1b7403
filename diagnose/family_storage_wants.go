package diagnose

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

const (
	// claimEventsLimit is for how many claims the ordinary events are read too.
	claimEventsLimit = 5
	// driverNamespace is where most clusters run what makes volumes.
	driverNamespace = "kube-system"
)

// storageWants asks for volumes when a claim has none, or a pod waits for one;
// for who has what attached, when a pod that has a node waits.
func storageWants(h *horizon) []Query {
	unbound, waiting := h.unboundClaims(), h.waitForVolumes()
	if len(unbound) == 0 && !waiting && h.Target.Kind != "PersistentVolumeClaim" {
		return nil
	}
	queries := []Query{{Kind: "PersistentVolume"}}
	if waiting {
		queries = append(queries, Query{Kind: "VolumeAttachment"}, Query{Kind: "CSINode"}, Query{Kind: "CSIDriver"})
	}
	for i, claim := range unbound {
		class := h.classOf(claim)
		if class == nil || class.Provisioner == noProvisioner || h.waitsForPod(claim) {
			continue
		}
		queries = append(queries, Query{Kind: "CSIDriver"}, Query{Kind: "CSINode"}, Query{Kind: "Pod", Namespace: driverNamespace})
		if i < claimEventsLimit {
			queries = append(queries, Query{Kind: "Event", Namespace: claim.Namespace, Fields: "involvedObject.kind=PersistentVolumeClaim,involvedObject.name=" + claim.Name, Limit: eventsLimit})
		}
	}
	return queries
}

// unboundClaims lists the claims without a volume that the diagnosis is about:
// the target, those of its failing pods, and in a scan all.
func (h *horizon) unboundClaims() []*corev1.PersistentVolumeClaim {
	wanted := map[Ref]bool{h.Target: true}
	for _, w := range h.Workloads {
		for _, f := range h.failuresOf(w) {
			if f.Class != unscheduled && f.Class != creating {
				continue
			}
			for _, pod := range f.Pods {
				for _, name := range claimNames(pod) {
					wanted[Ref{"PersistentVolumeClaim", pod.Namespace, name}] = true
				}
			}
		}
	}
	var list []*corev1.PersistentVolumeClaim
	for _, claim := range h.Objects.PVCs {
		about := h.Target.zero() || wanted[refOf("PersistentVolumeClaim", claim)]
		if about && claim.Status.Phase != corev1.ClaimBound {
			list = append(list, claim)
		}
	}
	slices.SortFunc(list, func(a, b *corev1.PersistentVolumeClaim) int {
		return strings.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name)
	})
	return list
}

// waitForVolumes tells that a pod with a node and claims is not made.
func (h *horizon) waitForVolumes() bool {
	for _, w := range h.Workloads {
		for _, f := range h.failuresOf(w) {
			if f.Class == creating && slices.ContainsFunc(f.Pods, func(pod *corev1.Pod) bool { return len(claimNames(pod)) > 0 }) {
				return true
			}
		}
	}
	return false
}
