package diagnose

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	volumehelper "k8s.io/component-helpers/storage/volume"
)

// mount is a claim that a pod mounts, with what is known of it.
type mount struct {
	ref    Ref
	claim  *corev1.PersistentVolumeClaim // nil if it is not there, or not seen
	volume *corev1.PersistentVolume      // nil if it has none yet, or it is not seen
	class  *storagev1.StorageClass       // nil if it names none that is there
}

// claimsOf lists the claims that a pod mounts: those it names, and those that
// are made for it.
func (v *view) claimsOf(pod *corev1.Pod) []mount {
	var mounts []mount
	for _, name := range claimNames(pod) {
		mounts = append(mounts, v.mountOf(Ref{"PersistentVolumeClaim", pod.Namespace, name}))
	}
	slices.SortFunc(mounts, func(a, b mount) int { return cmp.Compare(a.ref.Name, b.ref.Name) })
	return slices.CompactFunc(mounts, func(a, b mount) bool { return a.ref == b.ref })
}

func (v *view) mountOf(ref Ref) mount {
	m := mount{ref: ref, claim: get[corev1.PersistentVolumeClaim](v, ref)}
	if m.claim == nil {
		return m
	}
	if m.claim.Spec.VolumeName != "" {
		m.volume = get[corev1.PersistentVolume](v, Ref{Kind: "PersistentVolume", Name: m.claim.Spec.VolumeName})
	}
	m.class = get[storagev1.StorageClass](v, Ref{Kind: "StorageClass", Name: volumehelper.GetPersistentVolumeClaimClass(m.claim)})
	return m
}

// bound tells that the claim has its volume.
func (m *mount) bound() bool {
	return m.claim != nil && m.claim.Status.Phase == corev1.ClaimBound && m.claim.Spec.VolumeName != ""
}

// waitsForPod tells that the claim gets its volume when its pod has a node: it
// is as it should be, and no node has been chosen for it yet.
func (m *mount) waitsForPod() bool {
	if m.claim == nil || m.claim.Status.Phase != corev1.ClaimPending || m.class == nil {
		return false
	}
	mode := m.class.VolumeBindingMode
	return mode != nil && *mode == storagev1.VolumeBindingWaitForFirstConsumer && !volumehelper.IsDelayBindingProvisioning(m.claim)
}

// volumeIsMade tells that somebody may be making the claim's volume right now.
func (v *view) volumeIsMade(m mount) bool {
	return m.claim != nil && m.class != nil && m.claim.Status.Phase == corev1.ClaimPending && !m.waitsForPod() &&
		v.lastEvent(m.ref, "ProvisioningFailed", "FailedBinding") == nil
}

// classUnread is why it is not known what the claim's class does, "" if it is
// known.
func (v *view) classUnread(m *mount) string {
	if m.claim == nil || m.bound() || m.class != nil || volumehelper.GetPersistentVolumeClaimClass(m.claim) == "" || v.read("StorageClass", "") {
		return ""
	}
	return v.why("StorageClass", "")
}
