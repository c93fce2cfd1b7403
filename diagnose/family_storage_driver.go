package diagnose

import (
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"

	"github.com/steward-bot/steward/ops"
)

// driverOf is the CSI driver of a claim's volume, "" if it has none.
func (s *scope) driverOf(claim *corev1.PersistentVolumeClaim) (driver, missing string) {
	ref := Ref{Kind: "PersistentVolume", Name: claim.Spec.VolumeName}
	if claim.Spec.VolumeName == "" {
		return "", ""
	}
	pv := get[corev1.PersistentVolume](s.view, ref)
	if pv == nil {
		_, missing = s.exists(ref)
		return "", missing
	}
	if pv.Spec.CSI == nil {
		return "", ""
	}
	return pv.Spec.CSI.Driver, ""
}

func driverNotRegistered(s *scope) answer {
	claim := s.claim()
	if claim == nil {
		return s.noClaim()
	}
	pod := s.waitingPod(claim)
	driver, missing := s.driverOf(claim)
	switch {
	case missing != "":
		return unknown(missing)
	case pod == nil || driver == "":
		return no("no CSI driver is needed on a node")
	}
	ref := Ref{Kind: "CSINode", Name: pod.Spec.NodeName}
	verdict, missing := s.exists(ref)
	node := get[storagev1.CSINode](s.view, ref)
	switch {
	case verdict == ops.Unknown:
		return unknown(missing)
	case node != nil && hasDriver(node, driver):
		return no(driver + " is registered on " + ref.Name)
	}
	why := fmt.Sprintf("the node %s, where %s is, does not have the driver %s", ref.Name, pod.Name, driver)
	a := yes(byField, why).at(ref).with("why", why, "driver", driver, "lacking", ref.Name, "pod", pod.Name).
		seen(ref, "spec.drivers", driverNames(node), s.At).seen(Ref{Kind: "PersistentVolume", Name: claim.Spec.VolumeName}, "spec.csi.driver", driver, s.At)
	return s.about(a, claim)
}

func driverNames(node *storagev1.CSINode) string {
	if node == nil || len(node.Spec.Drivers) == 0 {
		return "none"
	}
	var names []string
	for _, d := range node.Spec.Drivers {
		names = append(names, d.Name)
	}
	return strings.Join(names, ", ")
}

// saysNothing are messages that tell only that a volume is not there yet.
var saysNothing = regexp.MustCompile(`(?i)^Unable to attach or mount volumes|timed out waiting for the condition$`)

// volumeDriverFailing reads what the driver says when it cannot attach or mount
// a claim's volume.
func volumeDriverFailing(s *scope) answer {
	claim := s.claim()
	if claim == nil {
		return s.noClaim()
	}
	pod := s.waitingPod(claim)
	if pod == nil || claim.Spec.VolumeName == "" {
		return no("no pod with a node waits for its volume")
	}
	said, field, ref := "", "", Ref{}
	if event := s.lastEvent(refOf("Pod", pod), "FailedAttachVolume", "FailedMount", "FailedMapVolume"); event != nil &&
		strings.Contains(event.Message, claim.Spec.VolumeName) && !saysNothing.MatchString(event.Message) {
		said, field, ref = event.Message, "events["+event.Reason+"].message", refOf("Pod", pod)
	}
	if own := s.attachmentOf(claim, pod.Spec.NodeName); own != nil && own.Status.AttachError != nil && !own.Status.Attached {
		said, field, ref = own.Status.AttachError.Message, "status.attachError.message", refOf("VolumeAttachment", own)
	}
	if said == "" {
		return no("nothing tells that its driver fails")
	}
	driver, _ := s.driverOf(claim)
	if driver == "" {
		driver = "the volume's plugin"
	}
	_, broken := s.driverPods(driver)
	a := yes(byField, said).at(s.driverRef(driver, s.classOf(claim))).
		with("driver", driver, "pod", pod.Name, "why", fmt.Sprintf("%s cannot give %s its volume: %s", driver, pod.Name, ops.Shorten(strings.TrimRight(said, "."), 200))).seen(ref, field, said, s.At)
	return s.about(withDriverPod(a, broken, s), claim)
}
