package kube

import (
	"context"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/steward-bot/steward/ops"
)

// Budget is a PodDisruptionBudget that counts a workload's pods.
type Budget struct {
	Name     string
	Rule     string // "minAvailable 2" or "maxUnavailable 1"
	Allowed  int32  // pods that may be disrupted now
	Healthy  int32  // pods that are ready now
	Wanted   int32  // pods that must stay ready
	Expected int32  // pods that it counts

	selector labels.Selector
}

// Covers tells whether the budget counts pods with these labels.
func (b Budget) Covers(pods map[string]string) bool { return b.selector.Matches(labels.Set(pods)) }

// Budgets lists the PodDisruptionBudgets of a target's namespace.
func (c *Cluster) Budgets(ctx context.Context, target ops.Target) ([]Budget, error) {
	list, err := c.Typed.PolicyV1().PodDisruptionBudgets(target.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, c.failed("list the PodDisruptionBudgets in "+target.Namespace, err)
	}
	budgets := make([]Budget, 0, len(list.Items))
	for _, pdb := range list.Items {
		// A missing selector selects nothing, an empty one everything (policy/v1).
		selector, err := metav1.LabelSelectorAsSelector(pdb.Spec.Selector)
		if err != nil {
			continue // the API server refuses such a budget; an old one protects nothing
		}
		budgets = append(budgets, Budget{
			Name: pdb.Name, Rule: rule(pdb.Spec), selector: selector,
			Allowed: pdb.Status.DisruptionsAllowed, Healthy: pdb.Status.CurrentHealthy,
			Wanted: pdb.Status.DesiredHealthy, Expected: pdb.Status.ExpectedPods,
		})
	}
	return budgets, nil
}

func rule(spec policyv1.PodDisruptionBudgetSpec) string {
	switch {
	case spec.MinAvailable != nil:
		return "minAvailable " + spec.MinAvailable.String()
	case spec.MaxUnavailable != nil:
		return "maxUnavailable " + spec.MaxUnavailable.String()
	default:
		return "minAvailable 1"
	}
}
