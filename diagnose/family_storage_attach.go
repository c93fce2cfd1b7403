package diagnose

import (
	"fmt"
	"regexp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
)

// saysHeld is what drivers and the controller say when another machine has the
// volume.
var saysHeld = regexp.MustCompile(`(?i)multi-attach|already (?:exclusively )?(?:attached|in use|used by|published)|attached to (?:another|a different|other)|VolumeInUse|is in use by`)

// waitingPod is a pod of the failure that mounts the claim and has a node, nil
// if there is none.
func (s *scope) waitingPod(claim *corev1.PersistentVolumeClaim) *corev1.Pod {
	for _, pod := range s.Failure.Pods {
		if pod.Spec.NodeName != "" && slices.Contains(claimNames(pod), claim.Name) {
			return pod
		}
	}
	return nil
}

// holder is who has a volume that another node wants.
type holder struct {
	node       string
	attachment *storagev1.VolumeAttachment // nil where only a pod tells
	pod        *corev1.Pod                 // nil where nothing that steward reads uses it there
}

// holderOf finds another node that a claim's volume is attached to: by the
// attachment itself, or by a pod there that mounts the claim.
func (s *scope) holderOf(claim *corev1.PersistentVolumeClaim, node string) (h holder, ok bool) {
	for _, a := range s.Objects.VolumeAttachments {
		if name := a.Spec.Source.PersistentVolumeName; name != nil && *name == claim.Spec.VolumeName && *name != "" && a.Spec.NodeName != node {
			h.node, h.attachment = a.Spec.NodeName, a
			break
		}
	}
	for _, pod := range s.mountersOf(claim) {
		if pod.Spec.NodeName != "" && pod.Spec.NodeName != node && pod.Status.StartTime != nil && (h.node == "" || h.node == pod.Spec.NodeName) {
			h.node, h.pod = pod.Spec.NodeName, pod
			break
		}
	}
	return h, h.node != ""
}

// shareable tells that several nodes may have a claim's volume at once.
func (s *scope) shareable(claim *corev1.PersistentVolumeClaim) bool {
	list := claim.Spec.AccessModes
	if pv := get[corev1.PersistentVolume](s.view, Ref{Kind: "PersistentVolume", Name: claim.Spec.VolumeName}); pv != nil {
		list = pv.Spec.AccessModes
	}
	return slices.Contains(list, corev1.ReadWriteMany) || slices.Contains(list, corev1.ReadOnlyMany)
}

func volumeAttachedElsewhere(s *scope) answer {
	claim := s.claim()
	if claim == nil {
		return s.noClaim()
	}
	pod := s.waitingPod(claim)
	if pod == nil || s.shareable(claim) {
		return no("no pod with a node waits for it alone")
	}
	event := s.lastEvent(refOf("Pod", pod), "FailedAttachVolume")
	h, ok := s.holderOf(claim, pod.Spec.NodeName)
	if !ok {
		return s.heldBySomebody(claim, pod, event)
	}
	why := fmt.Sprintf("%s holds it, and %s is on %s", h.node, pod.Name, pod.Spec.NodeName)
	a := yes(byField, why).at(s.claimRef()).with("holder", h.node, "pod", pod.Name, "pod_node", pod.Spec.NodeName, "volume", claim.Spec.VolumeName).
		seen(refOf("Pod", pod), "spec.nodeName", pod.Spec.NodeName, s.At)
	if h.attachment != nil {
		a = a.with("attachment", h.attachment.Name).
			seen(refOf("VolumeAttachment", h.attachment), "spec.nodeName", h.node, h.attachment.CreationTimestamp.Time).
			seen(refOf("VolumeAttachment", h.attachment), "status.attached", fmt.Sprint(h.attachment.Status.Attached), s.At)
	}
	if h.pod != nil {
		a = s.heldByPod(a, h.pod)
	}
	if event != nil {
		a = a.seen(refOf("Pod", pod), "events[FailedAttachVolume].message", event.Message, event.Last)
	}
	return s.about(a, claim)
}

// heldByPod adds the pod that uses the volume on the other node. If it is of
// the same Deployment, every rollout meets itself there.
func (s *scope) heldByPod(a answer, pod *corev1.Pod) answer {
	ref := refOf("Pod", pod)
	a = a.with("holder_pod", pod.Name, "holder_namespace", pod.Namespace).seen(ref, "spec.nodeName", pod.Spec.NodeName, pod.CreationTimestamp.Time)
	if w := s.Workload(); w != nil && w.deployment != nil && s.ownerOf(pod) == s.ownerOf(w.Object) && w.Desired == 1 {
		a = a.with("own", refOf("Deployment", w.deployment).Name, "own_namespace", w.Ref.Namespace)
	}
	return a
}

// heldBySomebody is for a holder that is no node of this cluster, or that could
// not be read: the driver's own word tells.
func (s *scope) heldBySomebody(claim *corev1.PersistentVolumeClaim, pod *corev1.Pod, event *Event) answer {
	said, field, ref := "", "", Ref{}
	if event != nil && saysHeld.MatchString(event.Message) {
		said, field, ref = event.Message, "events[FailedAttachVolume].message", refOf("Pod", pod)
	}
	if own := s.attachmentOf(claim, pod.Spec.NodeName); own != nil && own.Status.AttachError != nil && saysHeld.MatchString(own.Status.AttachError.Message) {
		said, field, ref = own.Status.AttachError.Message, "status.attachError.message", refOf("VolumeAttachment", own)
	}
	if said == "" {
		if !s.read("VolumeAttachment", "") {
			return unknown(s.why("VolumeAttachment", ""))
		}
		return no("no other node has it")
	}
	a := yes(byField, said).at(s.claimRef()).with("pod", pod.Name, "pod_node", pod.Spec.NodeName, "volume", claim.Spec.VolumeName, "holder", "another machine").seen(ref, field, said, s.At)
	return s.about(a, claim)
}

// attachmentOf is the attachment of a claim's volume to a node, nil if there is
// none.
func (s *scope) attachmentOf(claim *corev1.PersistentVolumeClaim, node string) *storagev1.VolumeAttachment {
	for _, a := range s.Objects.VolumeAttachments {
		if name := a.Spec.Source.PersistentVolumeName; name != nil && *name == claim.Spec.VolumeName && a.Spec.NodeName == node {
			return a
		}
	}
	return nil
}

// volumeHolders is the relation of a claim to the node that holds its volume
// while another wants it.
func volumeHolders(s *scope) []Ref {
	claim := s.claim()
	if claim == nil || s.Failure == nil {
		return nil
	}
	pod := s.waitingPod(claim)
	if pod == nil {
		return nil
	}
	h, ok := s.holderOf(claim, pod.Spec.NodeName)
	if !ok {
		return nil
	}
	return []Ref{{Kind: "Node", Name: h.node}}
}
