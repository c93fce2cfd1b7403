package diagnose

import (
	policyv1 "k8s.io/api/policy/v1"
)

// budgetsOf lists the budgets that cover a workload's pods.
func (v *view) budgetsOf(w *workload) []*policyv1.PodDisruptionBudget {
	var list []*policyv1.PodDisruptionBudget
	for _, budget := range v.Objects.PDBs {
		if budget.Namespace == w.Ref.Namespace && matches(budget.Spec.Selector, labelsOf(w)) {
			list = append(list, budget)
		}
	}
	return list
}

// covered is the relation of a budget to the workloads that it covers.
func covered(s *scope) []Ref {
	if budget := get[policyv1.PodDisruptionBudget](s.view, s.Object); budget != nil {
		return s.selected(budget.Namespace, budget.Spec.Selector)
	}
	return nil
}
