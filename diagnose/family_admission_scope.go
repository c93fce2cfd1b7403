package diagnose

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// quotaUsage is what a pod counts for in quotas, by the names that quotas use
// (k8s.io/kubernetes/pkg/quota/v1/evaluator/core).
func quotaUsage(requests, limits corev1.ResourceList) corev1.ResourceList {
	usage := corev1.ResourceList{corev1.ResourcePods: *onePod(), "count/pods": *onePod()}
	for name, value := range requests {
		switch name {
		case corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage:
			usage[name], usage["requests."+name] = value, value
		default:
			if strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) {
				usage[name] = value
			}
			usage["requests."+name] = value
		}
	}
	for name, value := range limits {
		switch name {
		case corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage:
			usage["limits."+name] = value
		default: // quotas count no other limits
		}
	}
	return usage
}

// inScope tells whether a quota counts a pod.
func inScope(quota *corev1.ResourceQuota, pod *corev1.Pod) bool {
	for _, scope := range quota.Spec.Scopes {
		if !scopeMatches(pod, corev1.ScopedResourceSelectorRequirement{ScopeName: scope, Operator: corev1.ScopeSelectorOpExists}) {
			return false
		}
	}
	if quota.Spec.ScopeSelector == nil {
		return true
	}
	for _, requirement := range quota.Spec.ScopeSelector.MatchExpressions {
		if !scopeMatches(pod, requirement) {
			return false
		}
	}
	return true
}

func scopeMatches(pod *corev1.Pod, requirement corev1.ScopedResourceSelectorRequirement) bool {
	ends := pod.Spec.ActiveDeadlineSeconds != nil
	switch requirement.ScopeName {
	case corev1.ResourceQuotaScopeTerminating:
		return ends
	case corev1.ResourceQuotaScopeNotTerminating:
		return !ends
	case corev1.ResourceQuotaScopeBestEffort:
		return bestEffort(pod)
	case corev1.ResourceQuotaScopeNotBestEffort:
		return !bestEffort(pod)
	case corev1.ResourceQuotaScopePriorityClass:
		return priorityMatches(pod.Spec.PriorityClassName, requirement)
	default:
		return false // no other scope counts what a pod asks for
	}
}

func priorityMatches(class string, requirement corev1.ScopedResourceSelectorRequirement) bool {
	switch requirement.Operator {
	case corev1.ScopeSelectorOpExists:
		return class != ""
	case corev1.ScopeSelectorOpDoesNotExist:
		return class == ""
	case corev1.ScopeSelectorOpIn:
		return slices.Contains(requirement.Values, class)
	case corev1.ScopeSelectorOpNotIn:
		return !slices.Contains(requirement.Values, class)
	default:
		return false
	}
}

// bestEffort tells that no container of a pod asks for CPU or memory.
func bestEffort(pod *corev1.Pod) bool {
	requests, limits := needsOf(pod)
	for _, list := range []corev1.ResourceList{requests, limits} {
		for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			if value, set := list[name]; set && !value.IsZero() {
				return false
			}
		}
	}
	return true
}
