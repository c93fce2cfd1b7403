package diagnose

import (
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// claimsMounted is the relation of a workload to the claims that its pods
// mount, and that are made for them.
func claimsMounted(s *scope) []Ref {
	return s.claimRefs(func(*mount) bool { return true })
}

// claimsUnbound are those of them that keep a pod from a node.
func claimsUnbound(s *scope) []Ref {
	return s.claimRefs(func(m *mount) bool { return s.trouble(m) != "" })
}

func (s *scope) claimRefs(which func(*mount) bool) []Ref {
	var pods []*corev1.Pod
	if s.Failure != nil {
		pods = s.Failure.Pods
	} else if w := s.Workload(); w != nil {
		pods = w.Pods
	}
	var refs []Ref
	known := map[Ref]bool{}
	for _, pod := range pods {
		for _, m := range s.claimsOf(pod) {
			if !known[m.ref] && which(&m) && len(refs) < candidatesLimit {
				known[m.ref] = true
				refs = append(refs, m.ref)
			}
		}
	}
	return refs
}

// trouble says what is wrong with a claim so that its pod cannot be placed, ""
// if nothing is: one that waits for its pod is as it should be.
func (s *scope) trouble(m *mount) string {
	if m.claim == nil {
		if verdict, _ := s.exists(m.ref); verdict == ops.No {
			return "does not exist"
		}
		return ""
	}
	switch {
	case m.claim.Status.Phase == corev1.ClaimLost:
		return "has lost its volume"
	case m.claim.DeletionTimestamp != nil:
		return "is being deleted"
	case m.bound():
		return ""
	case m.waitsForPod() && s.lastEvent(m.ref, "ProvisioningFailed") == nil:
		return ""
	default:
		return "has no volume"
	}
}

// podClaimNotBound looks at the claims of the pod that stands for the failure.
func podClaimNotBound(s *scope) answer {
	mounts := s.claimsOf(s.pod())
	if len(mounts) == 0 {
		return no("it mounts no claims")
	}
	missing := ""
	for i := range mounts {
		m := &mounts[i]
		if verdict, why := s.exists(m.ref); verdict == ops.Unknown {
			missing = why
			continue
		}
		if why := s.classUnread(m); why != "" {
			missing = why
			continue
		}
		trouble := s.trouble(m)
		if trouble == "" {
			continue
		}
		phase := "does not exist"
		if m.claim != nil {
			phase = string(m.claim.Status.Phase)
		}
		a := yes(byField, fmt.Sprintf("%s %s", m.ref, trouble)).at(m.ref).
			with("claim", m.ref.Name, "trouble", trouble, "in", m.ref.Namespace).seen(m.ref, "status.phase", phase, s.At)
		if event := s.lastEvent(m.ref, "ProvisioningFailed", "FailedBinding"); event != nil {
			a = a.with("says", event.Message).seen(m.ref, "events["+event.Reason+"].message", event.Message, event.Last)
		}
		return s.withScheduler(a)
	}
	if missing != "" {
		return unknown(missing)
	}
	return no("every claim that it mounts is bound, or waits for the pod to have a node")
}

// volumeZoneMismatch says where the volume is, and where the nodes are.
func volumeZoneMismatch(s *scope) answer {
	a, w, is := s.blame(byZone)
	if !is {
		return a
	}
	p := s.placementOf(s.pod())
	for _, m := range p.claimsOf(p.pod) {
		if m.volume == nil || volumeReaches(m.volume, w.nodes[0].node) {
			continue
		}
		ref, where := refOf("PersistentVolume", m.volume), volumePlace(m.volume)
		a = a.with("volume", m.volume.Name, "claim", m.ref.Name, "where", where).seen(ref, "spec.nodeAffinity", where, s.At)
		break
	}
	zones := map[string]bool{}
	for _, node := range p.Objects.Nodes {
		if zone := node.Labels[corev1.LabelTopologyZone]; zone != "" {
			zones[zone] = true
		}
	}
	return a.with("zones", someOf(slices.Sorted(maps.Keys(zones))), "why", w.nodes[0].text(byZone))
}

// volumePlace says where a volume can be had.
func volumePlace(volume *corev1.PersistentVolume) string {
	if volume.Spec.NodeAffinity != nil && volume.Spec.NodeAffinity.Required != nil {
		return nodeSelectorText(&corev1.PodSpec{Affinity: &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: volume.Spec.NodeAffinity.Required,
		}}})
	}
	for _, label := range zoneLabels {
		if zone := volume.Labels[label]; zone != "" {
			return label + "=" + zone
		}
	}
	return "elsewhere"
}
