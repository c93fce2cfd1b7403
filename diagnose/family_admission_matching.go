package diagnose

import (
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// webhookSelector is by which labels a webhook is asked or not.
type webhookSelector struct {
	Namespace, Object *metav1.LabelSelector
}

// asks tells whether a webhook or policy is asked when a pod is made. Its
// conditions in CEL are not looked at: it may leave the pod out for them.
func (v *view) asks(rules []admissionv1.RuleWithOperations, by webhookSelector, pod *corev1.Pod) bool {
	if !slices.ContainsFunc(rules, makesPods) || !selects(by.Object, pod.Labels) {
		return false
	}
	namespace := get[corev1.Namespace](v, Ref{Kind: "Namespace", Name: pod.Namespace})
	if namespace == nil {
		return true // its labels are not known
	}
	set := labels.Set{corev1.LabelMetadataName: namespace.Name}
	for key, value := range namespace.Labels {
		set[key] = value
	}
	return selects(by.Namespace, set)
}

// makesPods tells that a rule is about the making of pods.
func makesPods(rule admissionv1.RuleWithOperations) bool {
	groups, resources := rule.APIGroups, rule.Resources
	return slices.ContainsFunc(rule.Operations, func(o admissionv1.OperationType) bool {
		return o == admissionv1.Create || o == admissionv1.OperationAll
	}) &&
		slices.ContainsFunc(groups, func(g string) bool { return g == "" || g == "*" }) &&
		slices.ContainsFunc(resources, func(r string) bool { return r == "pods" || r == "*" || strings.HasPrefix(r, "*/") })
}

// selects tells that a webhook's selector matches; one that is left out
// matches all.
func selects(by *metav1.LabelSelector, set labels.Set) bool {
	return by == nil || matches(by, set)
}
