package diagnose

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/component-helpers/storage/ephemeral"
	"k8s.io/component-helpers/storage/volume"

	"github.com/steward-bot/steward/ops"
)

// storageFamily knows why a claim has no volume, or a volume is not to be had.
func storageFamily() family {
	return family{
		Name:   "storage",
		Causes: storageCauses(),
		Symptoms: []symptom{
			{check: check{"claim-not-bound", "Is the claim without a volume?", claimNotBound}, About: []string{"PersistentVolumeClaim"}, StandsIn: "pvc-unbound"},
		},
		Checks: []check{
			{"claim-for-another", "Is the claim looked at only for what needs it?", claimForAnother},
			{"claim-unbound", "Should the claim have a volume by now, and has none?", claimUnbound},
			{"volume-lost", "Is the claim's volume gone or going, or does it wait for a restart?", volumeLost},
			{"storage-class-missing", "Does the claim's class not exist?", storageClassMissing},
			{"volume-mismatch", "Does no volume fit that was made by hand?", volumeMismatch},
			{"provisioner-failing", "Does the class's provisioner fail?", provisionerFailing},
			{"volume-attached-elsewhere", "Is the volume held by another node?", volumeAttachedElsewhere},
			{"driver-not-registered", "Does the pod's node lack the volume's driver?", driverNotRegistered},
			{"volume-driver-failing", "Does the volume's driver fail to attach or mount it?", volumeDriverFailing},
			{"volume-full", "Is a volume that the program writes to full?", volumeFull},
		},
		Relations: map[string]relation{"mounted-claims": mountedClaims, "volume-holders": volumeHolders},
		Wants:     storageWants,
	}
}

// claimsLimit bounds how many claims of one failure are looked at.
const claimsLimit = 20

// claim is the claim that a check is about: of the relation, or the tree's own.
func (s *scope) claim() *corev1.PersistentVolumeClaim {
	return get[corev1.PersistentVolumeClaim](s.view, s.claimRef())
}

func (s *scope) claimRef() Ref {
	if s.Related.Kind == "PersistentVolumeClaim" {
		return s.Related
	}
	return s.Object
}

// noClaim answers where the claim is not in the snapshot.
func (s *scope) noClaim() answer {
	if verdict, missing := s.exists(s.claimRef()); verdict == ops.Unknown {
		return unknown(missing)
	}
	return no("there is no such claim")
}

// about names the claim for the texts: the tree may be about a workload.
func (s *scope) about(a answer, claim *corev1.PersistentVolumeClaim) answer {
	return a.with("claim", claim.Name, "claim_namespace", claim.Namespace)
}

// claimNames lists the claims that a pod mounts, also those made for it alone.
func claimNames(pod *corev1.Pod) []string {
	var names []string
	for i := range pod.Spec.Volumes {
		v := &pod.Spec.Volumes[i]
		switch {
		case v.PersistentVolumeClaim != nil:
			names = append(names, v.PersistentVolumeClaim.ClaimName)
		case v.Ephemeral != nil:
			names = append(names, ephemeral.VolumeClaimName(pod, v))
		}
	}
	return names
}

// mountedClaims lists the claims that the failing pods mount.
func mountedClaims(s *scope) []Ref {
	if s.Failure == nil {
		return nil
	}
	var refs []Ref
	for _, pod := range s.Failure.Pods {
		for _, name := range claimNames(pod) {
			if ref := (Ref{"PersistentVolumeClaim", pod.Namespace, name}); !slices.Contains(refs, ref) && len(refs) < claimsLimit {
				refs = append(refs, ref)
			}
		}
	}
	slices.SortFunc(refs, compareRefs)
	return refs
}

// claimClass is the class that a claim names; named tells that it names one,
// be it "", which means none.
func claimClass(claim *corev1.PersistentVolumeClaim) (name string, named bool) {
	return volume.GetPersistentVolumeClaimClass(claim), volume.PersistentVolumeClaimHasClass(claim) || claim.Spec.StorageClassName != nil
}

// classOf is the class object of a claim, nil if it is not there.
func (v *view) classOf(claim *corev1.PersistentVolumeClaim) *storagev1.StorageClass {
	name, named := claimClass(claim)
	if !named {
		return v.defaultClass()
	}
	return get[storagev1.StorageClass](v, Ref{Kind: "StorageClass", Name: name})
}

// The annotations by which a class is the default one.
var defaultMarks = []string{"storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"}

// defaultClass is the newest class that is marked as the default, as the
// admission chooses, nil if none is.
func (v *view) defaultClass() *storagev1.StorageClass {
	var newest *storagev1.StorageClass
	for _, class := range v.Objects.StorageClasses {
		marked := slices.ContainsFunc(defaultMarks, func(mark string) bool { return class.Annotations[mark] == "true" })
		if marked && (newest == nil || newest.CreationTimestamp.Time.Before(class.CreationTimestamp.Time)) {
			newest = class
		}
	}
	return newest
}

// noProvisioner is the provisioner of classes whose volumes people make.
const noProvisioner = "kubernetes.io/no-provisioner"

// static tells that no provisioner makes volumes for the claim: one that is
// there already must fit.
func (v *view) static(claim *corev1.PersistentVolumeClaim) bool {
	class := v.classOf(claim)
	return class == nil || class.Provisioner == noProvisioner
}

func claimNotBound(s *scope) answer {
	a := claimUnbound(s)
	if a.Verdict != ops.Yes {
		return a
	}
	return s.about(a, s.claim())
}

// claimForAnother keeps a claim that somebody's pod waits for from being
// blamed for what else uses it.
func claimForAnother(s *scope) answer {
	return found(s.Needed, byContext, "for a pod that needs it", "for itself")
}

// claimUnbound tells that a claim has no volume, and that it should have one:
// one that waits for its first pod, by its class, is as it should be.
func claimUnbound(s *scope) answer {
	claim := s.claim()
	if claim == nil {
		return s.noClaim()
	}
	if phase := claim.Status.Phase; phase == corev1.ClaimBound || phase == corev1.ClaimLost {
		return no("it is " + string(phase))
	}
	if s.At.Sub(claim.CreationTimestamp.Time) < createGrace && s.lastEvent(s.claimRef(), "ProvisioningFailed", "FailedBinding") == nil {
		return no("it was made just now")
	}
	if s.waitsForPod(claim) {
		return no("it waits for its first pod, as its class wants it (WaitForFirstConsumer)")
	}
	return yes(byField, "it is Pending").seen(s.claimRef(), "status.phase", string(corev1.ClaimPending), claim.CreationTimestamp.Time)
}

// waitsForPod tells that a claim is to be bound when its first pod has a node,
// and that none has. A pod may wait for the claim all the same: where volumes
// are made by hand the scheduler chooses among those, and a provisioner that
// failed takes the chosen node away again.
func (v *view) waitsForPod(claim *corev1.PersistentVolumeClaim) bool {
	class := v.classOf(claim)
	if class == nil || class.VolumeBindingMode == nil || *class.VolumeBindingMode != storagev1.VolumeBindingWaitForFirstConsumer {
		return false
	}
	if claim.Annotations[volume.AnnSelectedNode] != "" {
		return false
	}
	tried := class.Provisioner == noProvisioner || v.lastEvent(refOf("PersistentVolumeClaim", claim), "ProvisioningFailed") != nil
	return !tried || len(v.mountersOf(claim)) == 0
}

// mountersOf lists the pods that mount a claim and are not over.
func (v *view) mountersOf(claim *corev1.PersistentVolumeClaim) []*corev1.Pod {
	var pods []*corev1.Pod
	for _, pod := range v.Objects.Pods {
		if pod.Namespace != claim.Namespace || podTerminal(pod) {
			continue
		}
		if slices.Contains(claimNames(pod), claim.Name) {
			pods = append(pods, pod)
		}
	}
	return pods
}
