package diagnose

import (
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/steward-bot/steward/ops"
)

// fullFrom is the share from which a volume counts as full: file systems keep a
// few percent for root.
const fullFrom = 0.95

// volumeFull asks for a claim by its figures; for a container by what it
// printed, which names a path or says only that there is no space, and by the
// figures of the claims that it mounts. A program that writes elsewhere does
// not fill a claim.
func volumeFull(s *scope) answer {
	if claim := get[corev1.PersistentVolumeClaim](s.view, s.Object); claim != nil {
		return s.claimFull(claim)
	}
	if s.Failure == nil || len(s.Failure.Runs) == 0 {
		return no("no container is concerned")
	}
	run := s.run()
	mounts := claimMounts(run)
	if len(mounts) == 0 {
		return no("it mounts no claim")
	}
	hit, a := s.logHit(saysDiskFull)
	if a.Verdict == ops.No {
		return a
	}
	mount, elsewhere := claimMount{}, false
	if a.Verdict == ops.Yes {
		mount, elsewhere = writtenTo(run, mounts, hit.Line)
		if elsewhere {
			return no("what it writes is on no claim: " + hit.Line)
		}
	}
	if full, ok := s.fullest(mounts, mount); ok {
		return s.full(a, run, full)
	}
	if a.Verdict == ops.Unknown {
		return unknown(a.Missing)
	}
	if mount.claim == "" {
		mount = mounts[0]
	}
	ref := Ref{"PersistentVolumeClaim", run.Pod.Namespace, mount.claim}
	if usage := s.volumeUsageOf(ref); usage != nil { // it was full when the line was written, and is not by now
		share, _ := usage.share()
		return no(fmt.Sprintf("%s is used to %.0f%%", ref.Name, share*100))
	}
	return s.fullFacts(a.at(ref).with("pod", run.Pod.Name, "mount", mount.path), ref)
}

// claimMount is where a container mounts a claim.
type claimMount struct{ claim, path string }

func claimMounts(run runOf) []claimMount {
	var mounts []claimMount
	for _, m := range run.Spec.VolumeMounts {
		for i := range run.Pod.Spec.Volumes {
			v := &run.Pod.Spec.Volumes[i]
			if v.Name == m.Name && !m.ReadOnly && (v.PersistentVolumeClaim != nil || v.Ephemeral != nil) {
				alone := &corev1.Pod{ObjectMeta: run.Pod.ObjectMeta, Spec: corev1.PodSpec{Volumes: []corev1.Volume{*v}}}
				mounts = append(mounts, claimMount{claimNames(alone)[0], m.MountPath})
			}
		}
	}
	return mounts
}

var absolutePath = regexp.MustCompile(`(?:^|[\s"'(=:\[])(/[A-Za-z0-9._/+-]+)`)

// writtenTo tells which claim a line that tells of a full disk is about. A line
// without a path may be about any: no mount is given if there are several.
func writtenTo(run runOf, mounts []claimMount, line string) (mount claimMount, elsewhere bool) {
	paths := absolutePath.FindAllStringSubmatch(line, hostsLimit)
	for _, path := range paths {
		deepest := ""
		for _, m := range run.Spec.VolumeMounts {
			if under(path[1], m.MountPath) && len(m.MountPath) > len(deepest) {
				deepest = m.MountPath
			}
		}
		for _, m := range mounts {
			if m.path == deepest && deepest != "" {
				return m, false
			}
		}
	}
	if len(paths) > 0 {
		return claimMount{}, true
	}
	if len(mounts) == 1 {
		return mounts[0], false
	}
	return claimMount{}, false
}

func under(path, folder string) bool {
	folder = strings.TrimRight(folder, "/")
	return path == folder || strings.HasPrefix(path, folder+"/")
}

// fullest finds a claim that the figures call full: the one that the log is
// about, or, where it names none, any.
func (s *scope) fullest(mounts []claimMount, about claimMount) (full claimMount, ok bool) {
	for _, m := range mounts {
		if about.claim != "" && m != about {
			continue
		}
		if usage := s.volumeUsageOf(Ref{"PersistentVolumeClaim", s.run().Pod.Namespace, m.claim}); usage != nil {
			if share, _ := usage.share(); share >= fullFrom {
				return m, true
			}
		}
	}
	return claimMount{}, false
}

// full is the answer for a claim that the figures call full, and that the
// program's log may tell of too.
func (s *scope) full(a answer, run runOf, m claimMount) answer {
	ref := Ref{"PersistentVolumeClaim", run.Pod.Namespace, m.claim}
	if a.Verdict == ops.Yes {
		a = a.and(byField)
	} else {
		a = yes(byField, "")
	}
	return s.measured(a.at(ref).with("pod", run.Pod.Name, "mount", m.path), ref)
}

// claimFull is for a claim by itself.
func (s *scope) claimFull(claim *corev1.PersistentVolumeClaim) answer {
	ref := refOf("PersistentVolumeClaim", claim)
	usage := s.volumeUsageOf(ref)
	if usage == nil {
		for _, pod := range s.mountersOf(claim) {
			if podReady(pod) {
				return unknown(s.whyNoFigures("how full the volume of "+claim.Name+" is", pod))
			}
		}
		return no("no pod has it mounted, so that nobody measures it")
	}
	if share, _ := usage.share(); share < fullFrom {
		return no(fmt.Sprintf("%.0f%% of it are used", share*100))
	}
	return s.measured(yes(byField, ""), ref)
}

// measured adds the figures.
func (s *scope) measured(a answer, ref Ref) answer {
	usage := s.volumeUsageOf(ref)
	share, inodes := usage.share()
	text := fmt.Sprintf("%.0f%% of %s are used", share*100, resource.NewQuantity(usage.CapacityBytes, resource.BinarySI))
	if inodes {
		text = fmt.Sprintf("%.0f%% of its %d inodes are used", share*100, usage.Inodes)
		a = a.with("inodes", fmt.Sprint(usage.Inodes))
	}
	a.Observed = text
	return s.fullFacts(a.with("share", text).seen(ref, "kubelet.volumeStats", text, s.At), ref)
}

// fullFacts adds the claim's names and sizes, and whether it can grow.
func (s *scope) fullFacts(a answer, ref Ref) answer {
	a = a.with("claim", ref.Name, "claim_namespace", ref.Namespace)
	claim := get[corev1.PersistentVolumeClaim](s.view, ref)
	if claim == nil {
		return a
	}
	if size, ok := claim.Status.Capacity[corev1.ResourceStorage]; ok {
		a = a.seen(ref, "status.capacity.storage", size.String(), s.At)
	}
	asked, ok := claim.Spec.Resources.Requests[corev1.ResourceStorage]
	if !ok || a.Facts["inodes"] != "" {
		return a
	}
	class := s.classOf(claim)
	switch {
	case class == nil:
		return a
	case class.AllowVolumeExpansion != nil && *class.AllowVolumeExpansion:
		return a.with("larger", doubled(&asked))
	default:
		return a.with("fixed_class", class.Name)
	}
}
