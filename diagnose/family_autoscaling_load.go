package diagnose

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
)

// scaleTolerance is how far above its target a metric may be before the
// autoscaler does something about it, where the autoscaler sets nothing else.
const scaleTolerance = 0.1

// load is one metric of an autoscaler: what it is, and what it should be.
type load struct {
	Name            string
	Current, Target string
	Ratio           float64 // 1 is on target
}

func (l load) String() string {
	return fmt.Sprintf("%s is %s (target %s)", l.Name, l.Current, l.Target)
}

// highestLoad is the metric that asks for most replicas, false if none is
// known.
func highestLoad(hpa *autoscalingv2.HorizontalPodAutoscaler) (load, bool) {
	var loads []load
	for _, wanted := range hpa.Spec.Metrics {
		name, target := targetOfMetric(&wanted)
		for _, status := range hpa.Status.CurrentMetrics {
			if is, current := currentOfMetric(&status); is == name && status.Type == wanted.Type && target != nil && current != nil {
				if l, ok := loadOf(name, current, target); ok {
					loads = append(loads, l)
				}
			}
		}
	}
	if len(loads) == 0 {
		return load{}, false
	}
	return slices.MaxFunc(loads, func(a, b load) int { return cmp.Compare(a.Ratio, b.Ratio) }), true
}

func targetOfMetric(m *autoscalingv2.MetricSpec) (string, *autoscalingv2.MetricTarget) {
	switch {
	case m.Resource != nil:
		return string(m.Resource.Name), &m.Resource.Target
	case m.ContainerResource != nil:
		return string(m.ContainerResource.Name) + " of " + m.ContainerResource.Container, &m.ContainerResource.Target
	case m.Pods != nil:
		return m.Pods.Metric.Name, &m.Pods.Target
	case m.Object != nil:
		return m.Object.Metric.Name, &m.Object.Target
	case m.External != nil:
		return m.External.Metric.Name, &m.External.Target
	default:
		return "", nil
	}
}

func currentOfMetric(m *autoscalingv2.MetricStatus) (string, *autoscalingv2.MetricValueStatus) {
	switch {
	case m.Resource != nil:
		return string(m.Resource.Name), &m.Resource.Current
	case m.ContainerResource != nil:
		return string(m.ContainerResource.Name) + " of " + m.ContainerResource.Container, &m.ContainerResource.Current
	case m.Pods != nil:
		return m.Pods.Metric.Name, &m.Pods.Current
	case m.Object != nil:
		return m.Object.Metric.Name, &m.Object.Current
	case m.External != nil:
		return m.External.Metric.Name, &m.External.Current
	default:
		return "", nil
	}
}

func loadOf(name string, current *autoscalingv2.MetricValueStatus, target *autoscalingv2.MetricTarget) (load, bool) {
	l := load{Name: name}
	is, wanted := 0.0, 0.0
	switch {
	case target.AverageUtilization != nil && current.AverageUtilization != nil:
		is, wanted = float64(*current.AverageUtilization), float64(*target.AverageUtilization)
		l.Current, l.Target = fmt.Sprintf("%d%%", *current.AverageUtilization), fmt.Sprintf("%d%%", *target.AverageUtilization)
	case target.AverageValue != nil && current.AverageValue != nil:
		is, wanted = current.AverageValue.AsApproximateFloat64(), target.AverageValue.AsApproximateFloat64()
		l.Current, l.Target = current.AverageValue.String(), target.AverageValue.String()
	case target.Value != nil && current.Value != nil:
		is, wanted = current.Value.AsApproximateFloat64(), target.Value.AsApproximateFloat64()
		l.Current, l.Target = current.Value.String(), target.Value.String()
	}
	if wanted <= 0 || math.IsNaN(is) || math.IsInf(is, 0) {
		return load{}, false
	}
	l.Ratio = is / wanted
	return l, true
}

// tooHigh tells that a metric is so far above its target that the autoscaler
// wants more replicas.
func tooHigh(hpa *autoscalingv2.HorizontalPodAutoscaler, l load) bool {
	tolerance := scaleTolerance
	if b := hpa.Spec.Behavior; b != nil && b.ScaleUp != nil && b.ScaleUp.Tolerance != nil {
		tolerance = b.ScaleUp.Tolerance.AsApproximateFloat64()
	}
	return l.Ratio > 1+tolerance
}
