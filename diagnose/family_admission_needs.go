package diagnose

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

func onePod() *resource.Quantity { return resource.NewQuantity(1, resource.DecimalSI) }

var saysMustSpecify = regexp.MustCompile(`failed quota: ([^\s:]+): must specify (.*)`)

// mustBeNamed are the resources that every container must name while a quota
// counts them; others may be left out (k8s.io/kubernetes/pkg/quota/v1/evaluator/core).
var mustBeNamed = []corev1.ResourceName{
	corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceRequestsCPU, corev1.ResourceRequestsMemory, corev1.ResourceLimitsCPU, corev1.ResourceLimitsMemory,
}

// unnamed lists what the first container that lacks something does not name
// though a quota counts it.
func (v *view) unnamed(pod *corev1.Pod) (quota *corev1.ResourceQuota, container string, names []corev1.ResourceName) {
	if pod.Spec.Resources != nil && len(pod.Spec.Resources.Requests)+len(pod.Spec.Resources.Limits) > 0 {
		return nil, "", nil // what the pod names as a whole is enough
	}
	for _, each := range v.Objects.ResourceQuotas {
		if each.Namespace != pod.Namespace || !inScope(each, pod) {
			continue
		}
		for _, c := range containersOf(&pod.Spec) {
			usage := quotaUsage(c.Resources.Requests, c.Resources.Limits)
			for _, name := range slices.Sorted(maps.Keys(hardOf(each))) {
				if _, set := usage[name]; !set && slices.Contains(mustBeNamed, name) {
					names = append(names, name)
				}
			}
			if len(names) > 0 {
				return each, c.Name, names
			}
		}
	}
	return nil, "", nil
}

func quotaNeedsRequests(s *scope) answer {
	r := s.refused()
	if r == nil {
		return no("all pods that are wanted were created")
	}
	said, maybe := r.says(saysMustSpecify)
	if !maybe {
		return otherwise()
	}
	quota, container, names := s.unnamed(s.asAdmitted(r.Template, s.Object.Namespace))
	if quota == nil {
		return s.needsBySay(r, said)
	}
	ref := refOf("ResourceQuota", quota)
	a := r.seenIn(yes(byField, fmt.Sprintf("%s names no %s", container, joined(names))).at(ref)).
		with("quota", quota.Name, "container", container, "needs", joined(names), "limits_needed", flagOf(names, true), "requests_needed", flagOf(names, false)).
		seen(ref, "status.hard", joined(names), s.At).
		seen(r.Ref, "spec.template.spec.containers["+container+"].resources", "no "+joined(names), s.At)
	a = blame(a, s.changedBefore(r.First, ref, "spec.hard", "the ResourceQuota "+quota.Name))
	return s.wayBack(a, r, func(t *corev1.PodTemplateSpec) bool {
		lacks, _, _ := s.unnamed(s.asAdmitted(t, s.Object.Namespace))
		return lacks == nil
	})
}

// needsBySay answers where the quota itself does not show it.
func (s *scope) needsBySay(r *refusal, said []string) answer {
	switch {
	case said == nil && !s.read("ResourceQuota", s.Object.Namespace):
		return unknown(s.why("ResourceQuota", s.Object.Namespace))
	case said == nil:
		return no("every container names what the quotas count")
	}
	ref := Ref{"ResourceQuota", s.Object.Namespace, said[1]}
	of := byField
	if s.objects[ref] != nil {
		of = bySignature // it was so, and is not any more
	}
	return r.seenIn(yes(of, said[0]).at(ref)).with("quota", said[1], "needs", said[2])
}

func joined(names []corev1.ResourceName) string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	return strings.Join(texts, ", ")
}

// flagOf writes the value of kubectl's --limits or --requests that names what
// is missing.
func flagOf(names []corev1.ResourceName, limits bool) string {
	var parts []string
	for _, name := range names {
		short, isLimit := strings.CutPrefix(string(name), "limits.")
		short = strings.TrimPrefix(short, "requests.")
		if part := short + "=AMOUNT"; isLimit == limits && !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ",")
}
