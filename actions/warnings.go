package actions

import (
	"encoding/json"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// The codes of the warnings that a plan for a workload can carry, besides
// ops.WarnOwner.
const (
	warnBudget      = "pdb-no-room"
	warnFailed      = "revision-failed-before"
	warnLastApplied = "last-applied-stale"
	warnStuck       = "statefulset-stuck"
	warnAutoscaler  = "autoscaler"
	warnOnDelete    = "on-delete"
	warnOutage      = "recreate-outage"
	warnScaleZero   = "scale-to-zero"
	warnUnread      = "not-read"
)

// onlooker is a view of a workload through the eyes of the asker.
type onlooker struct {
	*kube.View
	target ops.Target
	may    func(ops.Target) bool
}

// sees tells whether the asker may see an object beside the target.
func (o onlooker) sees(kind, name string) bool {
	return o.may(ops.Target{
		Cluster: o.target.Cluster, Environment: o.target.Environment,
		Namespace: o.target.Namespace, Kind: kind, Name: name,
	})
}

// name gives the name of an object beside the target, or words in its place
// when the asker may not see it.
func (o onlooker) name(kind, name string) string {
	if !o.sees(kind, name) {
		return "a " + kind + " that you may not see"
	}
	return "the " + kind + " " + name
}

// ownerWarnings say who will undo what is changed beside them, and their own
// way.
func (o onlooker) ownerWarnings() []ops.Warning {
	var warnings []ops.Warning
	for _, owner := range o.Owners {
		warnings = append(warnings, o.ownerWarning(owner))
	}
	return warnings
}

// operatorWarnings are those about owners that live beside the workload. The
// GitOps tools leave an annotation alone that is not in their manifests.
func (o onlooker) operatorWarnings() []ops.Warning {
	var warnings []ops.Warning
	for _, owner := range o.Owners {
		if owner.Resource != "" {
			warnings = append(warnings, o.ownerWarning(owner))
		}
	}
	return warnings
}

func (o onlooker) ownerWarning(owner kube.Owner) ops.Warning {
	who, instead := "The "+owner.String(), " "+owner.Instead
	if owner.Resource != "" {
		who = capital(o.name(owner.Resource, owner.Name))
		if !o.sees(owner.Resource, owner.Name) {
			instead = ""
		}
	}
	return ops.Warning{Code: ops.WarnOwner, Text: strings.TrimSpace(fmt.Sprintf("%s owns %s. %s%s", who, o.Name, owner.Effect, instead))}
}

// budgetWarnings say which disruption budgets have no room. A rollout does not
// ask them, but what it takes away counts.
func (o onlooker) budgetWarnings() []ops.Warning {
	var warnings []ops.Warning
	for _, b := range o.Budgets {
		if b.Allowed > 0 || b.Expected == 0 {
			continue
		}
		warnings = append(warnings, ops.Warning{
			Code: warnBudget,
			Text: fmt.Sprintf("%s (%s) leaves no room: %d of its %d pods are ready and %d must be. The rollout is not held back by it, but what it takes away adds to that.",
				capital(o.name("PodDisruptionBudget", b.Name)), b.Rule, b.Healthy, b.Expected, b.Wanted),
		})
	}
	return warnings
}

// strategyWarnings say what the way of replacing pods brings with it.
func (o onlooker) strategyWarnings() []ops.Warning {
	switch {
	case o.OnDelete():
		return []ops.Warning{{Code: warnOnDelete, Text: "Its update strategy is OnDelete: the template changes now, but each pod keeps its own until somebody deletes it."}}
	case o.Strategy.Type == "Recreate" && o.Counts.Ready > 0:
		return []ops.Warning{{Code: warnOutage, Text: "Its strategy is Recreate: all pods stop before the new ones start, so the service is down in between."}}
	default:
		return nil
	}
}

// stuckWarnings say which pods keep a StatefulSet from taking any template.
func (o onlooker) stuckWarnings() []ops.Warning {
	if len(o.Stuck) == 0 {
		return nil
	}
	pods := make([]string, 0, len(o.Stuck))
	for _, pod := range o.Stuck {
		pods = append(pods, fmt.Sprintf("%s (%s)", o.name("Pod", pod.Name), pod.State))
	}
	text := fmt.Sprintf("Not ready: %s. A StatefulSet waits for such a pod before it replaces any, even where the new template would mend it (kubernetes#67250). "+
		"steward does not delete pods: if the rollout stays where it is, delete it by hand", strings.Join(pods, ", "))
	if o.sees("Pod", o.Stuck[0].Name) {
		text += ": `" + deletePod(o.target, o.Stuck[0].Name) + "`"
	}
	return []ops.Warning{{Code: warnStuck, Text: text + "."}}
}

func deletePod(target ops.Target, pod string) string {
	return "kubectl delete pod " + pod + " -n " + target.Namespace
}

// gapWarnings say what could not be looked at.
func (o onlooker) gapWarnings() []ops.Warning {
	var warnings []ops.Warning
	for _, gap := range o.Gaps {
		warnings = append(warnings, ops.Warning{Code: warnUnread, Text: gap + " What follows from it is not in this plan."})
	}
	return warnings
}

// lastApplied reads the annotation in which kubectl apply keeps what it applied
// last; nil when there is none.
func lastApplied(w *kube.Workload) map[string]any {
	var applied map[string]any
	if json.Unmarshal([]byte(w.Annotations[corev1.LastAppliedConfigAnnotation]), &applied) != nil {
		return nil
	}
	return applied
}

func capital(sentence string) string {
	if sentence == "" {
		return ""
	}
	return strings.ToUpper(sentence[:1]) + sentence[1:]
}
