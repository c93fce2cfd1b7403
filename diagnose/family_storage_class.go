package diagnose

import (
	"regexp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/component-helpers/storage/volume"

	"github.com/steward-bot/steward/ops"
)

// saysNoClass is what the controller says of a claim whose class it cannot
// find.
var saysNoClass = regexp.MustCompile(`(?i)storageclass(?:es)?(?:\.storage\.k8s\.io)? "[^"]*" not found`)

func storageClassMissing(s *scope) answer {
	claim := s.claim()
	if claim == nil {
		return s.noClaim()
	}
	name, named := claimClass(claim)
	switch {
	case claim.Spec.VolumeName != "":
		return no("it names its volume")
	case !named:
		return s.noDefaultClass(claim)
	case name == "":
		return no("it wants no class: only a volume that is there already will do")
	}
	ref := Ref{Kind: "StorageClass", Name: name}
	if verdict, missing := s.exists(ref); verdict != ops.No {
		if verdict == ops.Unknown {
			return unknown(missing)
		}
		return no(name + " is there")
	}
	// A class may be a mere name that volumes made by hand share.
	if s.volumesOfClass(name) > 0 {
		return no("volumes made by hand have the class " + name)
	}
	proof, event := byField, s.lastEvent(s.claimRef(), "ProvisioningFailed")
	saidSo := event != nil && saysNoClass.MatchString(event.Message)
	if !saidSo && !s.read("PersistentVolume", "") {
		proof = bySignature
	}
	a := yes(proof, ref.String()+" does not exist").at(ref).with("class", name, "why", "its class "+name+" does not exist").
		seen(s.claimRef(), "spec.storageClassName", name, claim.CreationTimestamp.Time).seen(ref, "", "does not exist", s.At)
	if saidSo {
		a = a.seen(s.claimRef(), "events[ProvisioningFailed].message", event.Message, event.Last)
	}
	if near := nearNames(name, s.classNames()); len(near) > 0 {
		a = a.with("near_class", near[0])
	} else if class := s.defaultClass(); class != nil {
		a = a.with("default_class", class.Name)
	}
	return s.about(a, claim)
}

// noDefaultClass is for a claim that names no class: it gets the default one,
// if there is any.
func (s *scope) noDefaultClass(claim *corev1.PersistentVolumeClaim) answer {
	if !s.read("StorageClass", "") {
		return unknown(s.why("StorageClass", ""))
	}
	if class := s.defaultClass(); class != nil {
		return no(class.Name + " is the default")
	}
	if s.volumesOfClass("") > 0 {
		return no("volumes without a class are there")
	}
	a := yes(byField, "it names no class, and none is the default").with("why", "it names no class, and no class is the default").
		seen(s.claimRef(), "spec.storageClassName", "none", claim.CreationTimestamp.Time)
	for _, name := range s.classNames() {
		a = a.seen(Ref{Kind: "StorageClass", Name: name}, "metadata.annotations["+defaultMarks[0]+"]", "not true", s.At)
		if a.Facts["candidate"] == "" {
			a = a.with("candidate", name)
		}
	}
	return s.about(a, claim)
}

func (v *view) classNames() []string {
	var names []string
	for _, class := range v.Objects.StorageClasses {
		names = append(names, class.Name)
	}
	slices.Sort(names)
	return names[:min(len(names), claimsLimit)]
}

// volumesOfClass counts the volumes with a class that no provisioner made.
func (v *view) volumesOfClass(name string) int {
	n := 0
	for _, pv := range v.Objects.PVs {
		if volume.GetPersistentVolumeClass(pv) == name && pv.Annotations[volume.AnnDynamicallyProvisioned] == "" {
			n++
		}
	}
	return n
}
