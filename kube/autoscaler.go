package kube

import (
	"context"
	"fmt"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/ops"
)

// Autoscaler is a HorizontalPodAutoscaler that scales the workload.
type Autoscaler struct {
	Name     string
	Min, Max int32
	Current  int32 // replicas that it sees
	Desired  int32 // replicas that it wants
	// Utilization are the resources whose use it measures against what the
	// containers request ("cpu"): without a request it cannot compute.
	Utilization []string
	Limited     string // why it is at a bound, empty when it is not
	Trouble     string // why it cannot scale now, empty when it can
}

// Bounds writes the bounds as people do: "2–10".
func (a Autoscaler) Bounds() string { return fmt.Sprintf("%d–%d", a.Min, a.Max) }

// Autoscalers finds the HorizontalPodAutoscalers of the workload.
func (c *Cluster) Autoscalers(ctx context.Context, target ops.Target) ([]Autoscaler, error) {
	list, err := c.Typed.AutoscalingV2().HorizontalPodAutoscalers(target.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, c.failed("list the HorizontalPodAutoscalers in "+target.Namespace, err)
	}
	var found []Autoscaler
	for _, hpa := range list.Items {
		if ref := hpa.Spec.ScaleTargetRef; ref.Kind == target.Kind && ref.Name == target.Name {
			found = append(found, newAutoscaler(hpa))
		}
	}
	return found, nil
}

func newAutoscaler(hpa autoscalingv2.HorizontalPodAutoscaler) Autoscaler {
	a := Autoscaler{
		Name: hpa.Name, Min: 1, Max: hpa.Spec.MaxReplicas,
		Current: hpa.Status.CurrentReplicas, Desired: hpa.Status.DesiredReplicas,
	}
	if hpa.Spec.MinReplicas != nil {
		a.Min = *hpa.Spec.MinReplicas
	}
	for _, metric := range hpa.Spec.Metrics {
		if metric.Resource != nil && metric.Resource.Target.Type == autoscalingv2.UtilizationMetricType {
			a.Utilization = append(a.Utilization, string(metric.Resource.Name))
		}
	}
	for _, condition := range hpa.Status.Conditions {
		switch {
		case condition.Type == autoscalingv2.ScalingLimited && condition.Status == "True":
			a.Limited = condition.Message
		case condition.Type != autoscalingv2.ScalingLimited && condition.Status == "False":
			a.Trouble = condition.Message
		}
	}
	return a
}
