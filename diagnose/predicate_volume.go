package diagnose

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	volumehelper "k8s.io/component-helpers/storage/volume"
)

// zoneLabels are the labels of volumes made before volumes had node affinity.
var zoneLabels = []string{corev1.LabelTopologyZone, corev1.LabelTopologyRegion, corev1.LabelFailureDomainBetaZone, corev1.LabelFailureDomainBetaRegion}

// reachesVolumes asks whether the volumes of the pod can be had on the node:
// those that are there, and those that would be made for it.
func reachesVolumes(p *placement) func(*corev1.Node) []obstacle {
	mounts := p.claimsOf(p.pod)
	if len(mounts) == 0 {
		return passes
	}
	for _, mount := range mounts {
		if mount.claim != nil && mount.claim.Spec.VolumeName != "" && mount.volume == nil {
			p.doubt(p.missingVolume(mount.claim))
		}
	}
	return func(node *corev1.Node) []obstacle {
		for _, mount := range mounts {
			if mount.volume != nil && !volumeReaches(mount.volume, node) {
				return one(byZone, "the volume "+mount.volume.Name+" cannot be had there")
			}
			if mount.volume == nil && mount.class != nil && !topologyAllows(mount.class.AllowedTopologies, node) {
				return one(byZone, "the class "+mount.class.Name+" makes no volumes there")
			}
		}
		return nil
	}
}

// missingVolume says why the volume of a claim is not known.
func (p *placement) missingVolume(claim *corev1.PersistentVolumeClaim) string {
	ref := Ref{Kind: "PersistentVolume", Name: claim.Spec.VolumeName}
	if p.hidden[ref] {
		return "a dependency you may not see"
	}
	if p.read(ref.Kind, "") {
		return ref.String() + " does not exist"
	}
	return p.why(ref.Kind, "")
}

func volumeReaches(volume *corev1.PersistentVolume, node *corev1.Node) bool {
	if volume.Spec.NodeAffinity != nil {
		return volumehelper.CheckNodeAffinity(volume, node.Labels) == nil
	}
	for _, label := range zoneLabels {
		zones, told := volume.Labels[label]
		if told && !slices.Contains(strings.Split(zones, "__"), node.Labels[label]) {
			return false
		}
	}
	return true
}

// topologyAllows tells that a class makes volumes where a node is.
func topologyAllows(terms []corev1.TopologySelectorTerm, node *corev1.Node) bool {
	if len(terms) == 0 {
		return true
	}
	return slices.ContainsFunc(terms, func(term corev1.TopologySelectorTerm) bool {
		return !slices.ContainsFunc(term.MatchLabelExpressions, func(wanted corev1.TopologySelectorLabelRequirement) bool {
			return !slices.Contains(wanted.Values, node.Labels[wanted.Key])
		})
	})
}
