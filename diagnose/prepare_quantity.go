package diagnose

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
)

// settleQuantities has every quantity that is not in a map written out: a
// resource.Quantity does that when it is first read as text, and keeps it, which
// two diagnoses that share the object must not do at once.
func settleQuantities(object runtime.Object) {
	if hpa, ok := object.(*autoscalingv2.HorizontalPodAutoscaler); ok {
		for i := range hpa.Spec.Metrics {
			for _, target := range targetsOf(&hpa.Spec.Metrics[i]) {
				settleQuantity(target.Value)
				settleQuantity(target.AverageValue)
			}
		}
		for i := range hpa.Status.CurrentMetrics {
			for _, value := range valuesOf(&hpa.Status.CurrentMetrics[i]) {
				settleQuantity(value.Value)
				settleQuantity(value.AverageValue)
			}
		}
	}
	spec := podSpecOf(object)
	if spec == nil {
		return
	}
	for i := range spec.Volumes {
		if empty := spec.Volumes[i].EmptyDir; empty != nil {
			settleQuantity(empty.SizeLimit)
		}
	}
	for _, containers := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range containers {
			for _, env := range containers[i].Env {
				if env.ValueFrom != nil && env.ValueFrom.ResourceFieldRef != nil {
					settleQuantity(&env.ValueFrom.ResourceFieldRef.Divisor)
				}
			}
		}
	}
}

func settleQuantity(q *resource.Quantity) {
	if q != nil {
		_ = q.String()
	}
}

func targetsOf(m *autoscalingv2.MetricSpec) []*autoscalingv2.MetricTarget {
	var targets []*autoscalingv2.MetricTarget
	if m.Resource != nil {
		targets = append(targets, &m.Resource.Target)
	}
	if m.ContainerResource != nil {
		targets = append(targets, &m.ContainerResource.Target)
	}
	if m.Pods != nil {
		targets = append(targets, &m.Pods.Target)
	}
	if m.Object != nil {
		targets = append(targets, &m.Object.Target)
	}
	if m.External != nil {
		targets = append(targets, &m.External.Target)
	}
	return targets
}

func valuesOf(m *autoscalingv2.MetricStatus) []*autoscalingv2.MetricValueStatus {
	var values []*autoscalingv2.MetricValueStatus
	if m.Resource != nil {
		values = append(values, &m.Resource.Current)
	}
	if m.ContainerResource != nil {
		values = append(values, &m.ContainerResource.Current)
	}
	if m.Pods != nil {
		values = append(values, &m.Pods.Current)
	}
	if m.Object != nil {
		values = append(values, &m.Object.Current)
	}
	if m.External != nil {
		values = append(values, &m.External.Current)
	}
	return values
}
