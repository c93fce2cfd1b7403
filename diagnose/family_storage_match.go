package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/component-helpers/storage/volume"

	"github.com/steward-bot/steward/ops"
)

// volumeMismatch works out anew, as the volume controller does, whether a
// volume that people made fits a claim, and if none does, what is in the way of
// the nearest.
func volumeMismatch(s *scope) answer {
	claim := s.claim()
	if claim == nil {
		return s.noClaim()
	}
	if claim.Spec.VolumeName != "" {
		return s.namedVolume(claim)
	}
	if class := s.classOf(claim); !s.static(claim) {
		if claim.Spec.Selector != nil && s.lastEvent(s.claimRef(), "ProvisioningFailed") != nil {
			return s.mismatch(claim, "its class "+class.Name+" makes volumes, and none can be made for a selector").
				seen(s.claimRef(), "spec.selector", metav1.FormatLabelSelector(claim.Spec.Selector), claim.CreationTimestamp.Time)
		}
		return no("its class makes the volume")
	}
	if !s.read("PersistentVolume", "") {
		return unknown(s.why("PersistentVolume", ""))
	}
	var nearest *corev1.PersistentVolume
	var reasons []string
	for _, pv := range s.Objects.PVs {
		if pv.Status.Phase == corev1.VolumeBound || pv.DeletionTimestamp != nil {
			continue
		}
		if these := misfits(claim, pv); nearest == nil || cmp.Or(cmp.Compare(len(these), len(reasons)), cmp.Compare(pv.Name, nearest.Name)) < 0 {
			nearest, reasons = pv, these
		}
	}
	if nearest == nil && slices.ContainsFunc(s.Hidden, func(ref Ref) bool { return ref.Kind == "PersistentVolume" }) {
		return unknown("volumes that you may not see")
	}
	if nearest == nil {
		return s.mismatch(claim, "there is no free volume"+ofClass(claim)+", and nothing makes one")
	}
	if len(reasons) == 0 {
		return no(nearest.Name + " fits, and will be bound")
	}
	return s.misfit(claim, nearest, reasons, "no free volume fits; the nearest, "+nearest.Name+", does not: ")
}

func ofClass(claim *corev1.PersistentVolumeClaim) string {
	if name := volume.GetPersistentVolumeClaimClass(claim); name != "" {
		return " of the class " + name
	}
	return ""
}

// namedVolume is for a claim that names the one volume that it wants.
func (s *scope) namedVolume(claim *corev1.PersistentVolumeClaim) answer {
	ref := Ref{Kind: "PersistentVolume", Name: claim.Spec.VolumeName}
	switch verdict, missing := s.exists(ref); verdict {
	case ops.Unknown:
		return unknown(missing)
	case ops.No:
		return s.mismatch(claim, "it names the volume "+ref.Name+", which does not exist").seen(ref, "", "does not exist", s.At)
	case ops.Yes:
	}
	pv := get[corev1.PersistentVolume](s.view, ref)
	reasons := misfits(claim, pv)
	if len(reasons) == 0 {
		return no(pv.Name + " fits, and will be bound")
	}
	return s.misfit(claim, pv, reasons, "it names the volume "+pv.Name+", which does not fit: ")
}

func (s *scope) mismatch(claim *corev1.PersistentVolumeClaim, why string) answer {
	a := yes(byField, why).at(s.claimRef()).with("why", why, "asked", askedOf(claim)).
		seen(s.claimRef(), "spec", askedOf(claim), claim.CreationTimestamp.Time)
	if event := s.lastEvent(s.claimRef(), "FailedBinding", "ProvisioningFailed"); event != nil {
		a = a.seen(s.claimRef(), "events["+event.Reason+"].message", event.Message, event.Last)
	}
	return s.about(a, claim)
}

func (s *scope) misfit(claim *corev1.PersistentVolumeClaim, pv *corev1.PersistentVolume, reasons []string, begin string) answer {
	a := s.mismatch(claim, begin+strings.Join(reasons, ", and ")).with("volume", pv.Name)
	ref := refOf("PersistentVolume", pv)
	for _, reason := range reasons {
		a = a.seen(ref, "spec", reason, s.At)
	}
	if pv.Status.Phase == corev1.VolumeReleased && len(reasons) == 1 {
		a = a.with("released", pv.Name)
	}
	return a
}

// askedOf writes what a claim asks for in one line.
func askedOf(claim *corev1.PersistentVolumeClaim) string {
	var parts []string
	if size, ok := claim.Spec.Resources.Requests[corev1.ResourceStorage]; ok {
		parts = append(parts, size.String())
	}
	parts = append(parts, modes(claim.Spec.AccessModes))
	if name, named := claimClass(claim); named {
		parts = append(parts, fmt.Sprintf("class %q", name))
	}
	if claim.Spec.VolumeMode != nil {
		parts = append(parts, string(*claim.Spec.VolumeMode))
	}
	return strings.Join(parts, ", ")
}

func modes(list []corev1.PersistentVolumeAccessMode) string {
	texts := make([]string, 0, len(list))
	for _, mode := range list {
		texts = append(texts, string(mode))
	}
	return cmp.Or(strings.Join(texts, " and "), "no access mode")
}

// misfits lists what keeps a volume from being bound to a claim.
func misfits(claim *corev1.PersistentVolumeClaim, pv *corev1.PersistentVolume) []string {
	var reasons []string
	if ref := pv.Spec.ClaimRef; ref != nil && !volume.IsVolumeBoundToClaim(pv, claim) {
		reasons = append(reasons, fmt.Sprintf("it still belongs to the claim %s/%s", ref.Namespace, ref.Name)+earlier(claim, ref))
	}
	if is, want := volume.GetPersistentVolumeClass(pv), volume.GetPersistentVolumeClaimClass(claim); is != want {
		reasons = append(reasons, fmt.Sprintf("its class is %q instead of %q", is, want))
	}
	asked, has := claim.Spec.Resources.Requests[corev1.ResourceStorage], pv.Spec.Capacity[corev1.ResourceStorage]
	if has.Cmp(asked) < 0 {
		reasons = append(reasons, fmt.Sprintf("it has %s instead of %s", has.String(), asked.String()))
	}
	if !volume.CheckAccessModes(claim, pv) {
		reasons = append(reasons, fmt.Sprintf("it allows %s instead of %s", modes(pv.Spec.AccessModes), modes(claim.Spec.AccessModes)))
	}
	if volume.CheckVolumeModeMismatches(&claim.Spec, &pv.Spec) {
		reasons = append(reasons, fmt.Sprintf("it is a %s instead of a %s", volumeMode(pv.Spec.VolumeMode), volumeMode(claim.Spec.VolumeMode)))
	}
	if claim.Spec.Selector != nil && claim.Spec.VolumeName == "" && !matches(claim.Spec.Selector, pv.Labels) {
		reasons = append(reasons, "its labels do not match "+metav1.FormatLabelSelector(claim.Spec.Selector))
	}
	return reasons
}

// earlier tells a claim from one of the same name that was deleted.
func earlier(claim *corev1.PersistentVolumeClaim, ref *corev1.ObjectReference) string {
	if ref.Namespace == claim.Namespace && ref.Name == claim.Name {
		return " of before, which was deleted"
	}
	return ""
}

func volumeMode(mode *corev1.PersistentVolumeMode) string {
	if mode == nil {
		return string(corev1.PersistentVolumeFilesystem)
	}
	return string(*mode)
}
