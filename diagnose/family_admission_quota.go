package diagnose

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

var saysQuotaFull = regexp.MustCompile(`exceeded quota: ([^\s,]+), requested: (.*), used: (.*), limited: (.*)`)

// quotaRoom is what one resource of a quota lacks for one pod more.
type quotaRoom struct {
	Quota             *corev1.ResourceQuota
	Resource          corev1.ResourceName
	Hard, Used, Needs resource.Quantity
}

// short is how much is missing.
func (q *quotaRoom) short() string {
	over := q.Used.DeepCopy()
	over.Add(q.Needs)
	over.Sub(q.Hard)
	return over.String()
}

func (q *quotaRoom) String() string {
	return fmt.Sprintf("%s of %s %s are used, and a pod more needs %s", q.Used.String(), q.Hard.String(), q.Resource, q.Needs.String())
}

// lacking works out which resources of a namespace's quotas have no room for a
// pod, in the order of their names.
func (v *view) lacking(pod *corev1.Pod) []quotaRoom {
	var list []quotaRoom
	for _, quota := range v.Objects.ResourceQuotas {
		if quota.Namespace != pod.Namespace || !inScope(quota, pod) {
			continue
		}
		hard, usage := hardOf(quota), quotaUsage(needsOf(pod))
		for _, name := range slices.Sorted(maps.Keys(hard)) {
			room := quotaRoom{quota, name, hard[name], quota.Status.Used[name], usage[name]}
			sum := room.Used.DeepCopy()
			sum.Add(room.Needs)
			if !room.Needs.IsZero() && sum.Cmp(room.Hard) > 0 {
				list = append(list, room)
			}
		}
	}
	return list
}

// hardOf is what a quota enforces: what its controller has taken over from its
// spec.
func hardOf(quota *corev1.ResourceQuota) corev1.ResourceList {
	if len(quota.Status.Hard) > 0 {
		return quota.Status.Hard
	}
	return quota.Spec.Hard
}

func quotaExceeded(s *scope) answer {
	r := s.refused()
	if r == nil {
		return no("all pods that are wanted were created")
	}
	said, maybe := r.says(saysQuotaFull)
	if !maybe {
		return otherwise()
	}
	lacking := s.lacking(s.asAdmitted(r.Template, s.Object.Namespace))
	if said != nil { // the one that the API server names first
		slices.SortStableFunc(lacking, func(a, b quotaRoom) int {
			return cmp.Compare(fmt.Sprint(a.Quota.Name != said[1]), fmt.Sprint(b.Quota.Name != said[1]))
		})
	}
	switch {
	case len(lacking) > 0:
		return s.quotaFull(r, lacking)
	case said == nil && !s.read("ResourceQuota", s.Object.Namespace):
		return unknown(s.why("ResourceQuota", s.Object.Namespace))
	case said == nil:
		return no("every quota has room for a pod more")
	}
	// The API server's word alone: of a quota that may not be read, of a claim,
	// or of a moment ago.
	ref := Ref{"ResourceQuota", s.Object.Namespace, said[1]}
	of, why := byField, fmt.Sprintf("%s are used of %s, and %s are asked for", said[3], said[4], said[2])
	if s.objects[ref] != nil && strings.Contains(r.Text, "pods ") {
		of, why = bySignature, "it had none when it was last asked, and has by now"
	}
	return r.seenIn(yes(of, said[0]).at(ref)).with("quota", said[1], "why", why)
}

// quotaFull answers with what the quota lacks, who uses it, and the ways out.
func (s *scope) quotaFull(r *refusal, lacking []quotaRoom) answer {
	first := lacking[0]
	ref := refOf("ResourceQuota", first.Quota)
	var parts []string
	for i := range lacking {
		if lacking[i].Quota == first.Quota && len(parts) < keysShown {
			parts = append(parts, lacking[i].String())
		}
	}
	enough := first.Used.DeepCopy()
	for range min(r.missing(), manyPods) {
		enough.Add(first.Needs)
	}
	a := r.seenIn(yes(byField, strings.Join(parts, "; ")).at(ref)).
		with("quota", first.Quota.Name, "why", strings.Join(parts, "; "), "short", first.short(), "resource", plainWord(string(first.Resource)), "enough", plainWord(enough.String()), "users", s.usersOfQuota(&first)).
		seen(ref, "status.hard."+string(first.Resource), first.Hard.String(), s.At).
		seen(ref, "status.used."+string(first.Resource), first.Used.String(), s.At)
	a = blame(a, s.changedBefore(r.First, ref, "spec.hard", "the ResourceQuota "+first.Quota.Name))
	return s.quotaWays(a, r, &first)
}

// quotaWays adds the ways out of a rollout: when the new template asks for more
// than the old one did, back; when it asks for no more, one old pod first.
func (s *scope) quotaWays(a answer, r *refusal, room *quotaRoom) answer {
	w := s.Workload()
	if w.Ref.Kind != "Deployment" || w.previous() == nil || w.previous().Ready == 0 {
		return a
	}
	before := quotaUsage(needsOf(s.asAdmitted(w.previous().Template, s.Object.Namespace)))[room.Resource]
	if before.Cmp(room.Needs) >= 0 && len(w.Pods) >= int(w.Desired) {
		return a.with("surge", "only pods beyond spec.replicas are missing")
	}
	return s.wayBack(a, r, func(*corev1.PodTemplateSpec) bool { return before.Cmp(room.Needs) < 0 })
}

// manyPods bounds for how many missing pods a new size of a quota is worked out.
const manyPods = 1000

// plainWord gives a value that can stand within quotes of a shell, "" for any
// other.
func plainWord(value string) string {
	if shellSafe.MatchString(value) {
		return value
	}
	return ""
}

// usersOfQuota names those workloads that use most of what a quota lacks.
func (s *scope) usersOfQuota(room *quotaRoom) string {
	namespace := room.Quota.Namespace
	if !s.read("Pod", namespace) {
		return ""
	}
	sums := map[Ref]resource.Quantity{}
	for _, pod := range s.Objects.Pods {
		if pod.Namespace != namespace || podTerminal(pod) || !inScope(room.Quota, pod) {
			continue
		}
		owner := s.ownerOf(pod)
		sum := sums[owner]
		sum.Add(quotaUsage(needsOf(pod))[room.Resource])
		sums[owner] = sum
	}
	users := slices.SortedFunc(maps.Keys(sums), func(a, b Ref) int {
		x, y := sums[a], sums[b]
		return cmp.Or(-x.Cmp(y), compareRefs(a, b))
	})
	var parts []string
	for _, user := range users[:min(len(users), 3)] {
		if sum := sums[user]; !sum.IsZero() {
			parts = append(parts, fmt.Sprintf("%s %s", user.Name, sum.String()))
		}
	}
	return strings.Join(parts, ", ")
}
