package diagnose

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// resizeGrace is how long the kubelet may take to grow a file system by itself.
const resizeGrace = 5 * time.Minute

// claimProtection keeps a claim that a pod uses from going away.
const claimProtection = "kubernetes.io/pvc-protection"

// volumeLost tells that a claim's volume is gone, or goes with the last pod
// that uses it, or has grown and waits for the pods to be started anew.
func volumeLost(s *scope) answer {
	claim := s.claim()
	if claim == nil {
		return s.noClaim()
	}
	switch {
	case claim.Status.Phase == corev1.ClaimLost:
		return s.lost(claim, "its volume "+claim.Spec.VolumeName+" is gone").with("gone", claim.Spec.VolumeName).
			seen(s.claimRef(), "status.phase", string(corev1.ClaimLost), s.At)
	case claim.DeletionTimestamp != nil && slices.Contains(claim.Finalizers, claimProtection) && s.At.Sub(claim.DeletionTimestamp.Time) > createGrace:
		return s.goingClaim(claim)
	case claim.Status.Phase == corev1.ClaimBound && claim.Spec.VolumeName != "":
		if a := s.lostVolume(claim); a.Verdict != ops.No {
			return a
		}
	}
	return s.resizePending(claim)
}

func (s *scope) lost(claim *corev1.PersistentVolumeClaim, why string) answer {
	return s.about(yes(byField, why).at(s.claimRef()).with("why", why), claim)
}

// goingClaim is for a claim that was deleted while pods use it.
func (s *scope) goingClaim(claim *corev1.PersistentVolumeClaim) answer {
	why := "it was deleted at " + clock(claim.DeletionTimestamp.Time) + ", and only waits until no pod uses it"
	var names []string
	for _, pod := range s.mountersOf(claim) {
		if pod.Spec.NodeName != "" {
			names = append(names, pod.Name)
		}
	}
	if len(names) > 0 {
		slices.Sort(names)
		why = "it was deleted at " + clock(claim.DeletionTimestamp.Time) + ", and only waits for " + strings.Join(names[:min(len(names), keysShown)], ", ") + " to go"
	}
	a := s.lost(claim, why).seen(s.claimRef(), "metadata.deletionTimestamp", clock(claim.DeletionTimestamp.Time), claim.DeletionTimestamp.Time).
		seen(s.claimRef(), "metadata.finalizers", claimProtection, s.At)
	if claim.Spec.VolumeName != "" {
		return a.with("kept_volume", claim.Spec.VolumeName) // to start its pods anew would delete it
	}
	return a.with("unbound", claim.Name)
}

// lostVolume looks at the volume of a bound claim.
func (s *scope) lostVolume(claim *corev1.PersistentVolumeClaim) answer {
	ref := Ref{Kind: "PersistentVolume", Name: claim.Spec.VolumeName}
	switch verdict, missing := s.exists(ref); verdict {
	case ops.Unknown:
		return unknown(missing)
	case ops.No:
		return s.lost(claim, "its volume "+ref.Name+" is gone").with("gone", ref.Name).
			seen(s.claimRef(), "spec.volumeName", ref.Name, s.At).seen(ref, "", "does not exist", s.At)
	case ops.Yes:
	}
	pv := get[corev1.PersistentVolume](s.view, ref)
	switch {
	case pv == nil:
		return no("it is bound")
	case pv.Status.Phase == corev1.VolumeFailed:
		return s.lost(claim, "its volume "+pv.Name+" has failed").with("gone", pv.Name).
			seen(ref, "status.phase", string(pv.Status.Phase), s.At).seen(ref, "status.message", pv.Status.Message, s.At)
	case pv.DeletionTimestamp != nil && s.At.Sub(pv.DeletionTimestamp.Time) > createGrace:
		return s.lost(claim, "its volume "+pv.Name+" was deleted at "+clock(pv.DeletionTimestamp.Time)+", and goes with the claim").with("kept_volume", pv.Name).
			seen(ref, "metadata.deletionTimestamp", clock(pv.DeletionTimestamp.Time), pv.DeletionTimestamp.Time)
	default:
		return no("its volume " + pv.Name + " is there")
	}
}

// resizePending is for a volume that has grown, while the file system in it
// grows only when it is mounted anew.
func (s *scope) resizePending(claim *corev1.PersistentVolumeClaim) answer {
	for _, c := range claim.Status.Conditions {
		if c.Type != corev1.PersistentVolumeClaimFileSystemResizePending || c.Status != corev1.ConditionTrue || s.At.Sub(c.LastTransitionTime.Time) < resizeGrace {
			continue
		}
		asked := claim.Spec.Resources.Requests[corev1.ResourceStorage]
		a := s.lost(claim, "it has grown to "+asked.String()+", and its file system waits for the pods to be started anew").
			seen(s.claimRef(), "status.conditions[FileSystemResizePending]", c.Message, c.LastTransitionTime.Time)
		for _, ref := range s.claimants(claim) {
			return a.with("user", ref.String(), "user_name", ref.Name)
		}
		return a.with("grown", claim.Name)
	}
	return no("it is " + string(claim.Status.Phase))
}
