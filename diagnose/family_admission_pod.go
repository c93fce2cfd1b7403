package diagnose

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	resourcehelper "k8s.io/component-helpers/resource"
)

// asAdmitted is the pod that a template makes, with the defaults that the API
// server and the namespace's LimitRanges put in before anything is measured.
func (v *view) asAdmitted(template *corev1.PodTemplateSpec, namespace string) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Labels: template.Labels, Annotations: template.Annotations}, Spec: *template.Spec.DeepCopy()}
	for _, c := range containersOf(&pod.Spec) {
		if c.Resources.Requests == nil {
			c.Resources.Requests = corev1.ResourceList{}
		}
		if c.Resources.Limits == nil {
			c.Resources.Limits = corev1.ResourceList{}
		}
		fillIn(c.Resources.Requests, c.Resources.Limits)
		for _, item := range v.limitsOf(namespace, corev1.LimitTypeContainer) {
			fillIn(c.Resources.Limits, item.Default)
			fillIn(c.Resources.Requests, item.DefaultRequest)
		}
	}
	for _, class := range v.Objects.PriorityClasses {
		if pod.Spec.PriorityClassName == "" && class.GlobalDefault {
			pod.Spec.PriorityClassName = class.Name
		}
	}
	return pod
}

// containersOf lists all containers of a pod, init containers first.
func containersOf(spec *corev1.PodSpec) []*corev1.Container {
	var list []*corev1.Container
	for i := range spec.InitContainers {
		list = append(list, &spec.InitContainers[i])
	}
	for i := range spec.Containers {
		list = append(list, &spec.Containers[i])
	}
	return list
}

// fillIn sets what is not set.
func fillIn(list, defaults corev1.ResourceList) {
	for name, value := range defaults {
		if _, set := list[name]; !set {
			list[name] = value
		}
	}
}

// limitsOf lists the items of a type in a namespace's LimitRanges.
func (v *view) limitsOf(namespace string, of corev1.LimitType) []corev1.LimitRangeItem {
	var items []corev1.LimitRangeItem
	for _, each := range v.Objects.LimitRanges {
		for _, item := range each.Spec.Limits {
			if each.Namespace == namespace && item.Type == of {
				items = append(items, item)
			}
		}
	}
	return items
}

// needsOf is what a pod asks for, and may use at most, as quotas count it.
func needsOf(pod *corev1.Pod) (requests, limits corev1.ResourceList) {
	options := resourcehelper.PodResourcesOptions{}
	return resourcehelper.PodRequests(pod, options), resourcehelper.PodLimits(pod, options)
}
