package actions

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// scalable refuses a number that would not last: one that is there already, or
// one that an autoscaler's bounds exclude. Zero is no such number: an
// autoscaler stands aside while a workload is scaled to zero.
func (o onlooker) scalable(replicas int32) error {
	if replicas == o.Replicas() {
		return &ops.Refusal{
			Reason: ops.NothingToDo,
			What:   fmt.Sprintf("Nothing to do: %s asks for %d replicas already.", o.Name, replicas),
			Why:    fmt.Sprintf("Its pods: %s.", podsOf(o.Workload)),
			Next:   "Choose another number, or run `/k8s diagnose " + o.target.String() + "` when pods are missing.",
		}
	}
	for _, gap := range o.Gaps {
		if strings.Contains(gap, "HorizontalPodAutoscalers") {
			return &ops.Refusal{
				Reason: ops.Unavailable,
				What:   "Nothing was changed: " + gap,
				Why:    "Without that, steward cannot know whether an autoscaler would undo the change.",
				Next:   "Ask whoever runs steward to grant its service account the role in deploy/kubernetes.",
			}
		}
	}
	for _, a := range o.Autoscalers {
		if replicas != 0 && (replicas < a.Min || replicas > a.Max) {
			return o.outOfBounds(a, replicas)
		}
	}
	return nil
}

// outOfBounds refuses a number that the autoscaler would change at once, and
// gives the line that changes its bounds.
func (o onlooker) outOfBounds(a kube.Autoscaler, replicas int32) *ops.Refusal {
	bound := fmt.Sprintf(`"maxReplicas":%d`, replicas)
	if replicas < a.Min {
		bound = fmt.Sprintf(`"minReplicas":%d`, replicas)
	}
	refusal := &ops.Refusal{
		Reason: ops.BadArgument,
		What:   fmt.Sprintf("Nothing was changed: %d replicas are outside what the autoscaler of %s allows.", replicas, o.Name),
		Why:    fmt.Sprintf("%s keeps it at %s and would undo this within seconds.", capital(o.name("HorizontalPodAutoscaler", a.Name)), a.Bounds()),
		Next:   fmt.Sprintf("Choose a number from %d to %d, or change the autoscaler.", a.Min, a.Max),
	}
	if o.sees("HorizontalPodAutoscaler", a.Name) {
		refusal.Next = fmt.Sprintf("Choose a number from %d to %d, or change the autoscaler first: `kubectl patch hpa %s -n %s --type=merge -p '{\"spec\":{%s}}'`.",
			a.Min, a.Max, a.Name, o.target.Namespace, bound)
	}
	return refusal
}

func (o onlooker) scaleWarnings(replicas int32) []ops.Warning {
	warnings := o.ownerWarnings()
	if replicas == 0 {
		warnings = append(warnings, ops.Warning{Code: warnScaleZero, Text: fmt.Sprintf("No pod of %s will be left: whatever asks it gets no answer.", o.Name)})
	}
	for _, a := range o.Autoscalers {
		text := fmt.Sprintf("%s (%s) will change the number again when the load says so.", capital(o.name("HorizontalPodAutoscaler", a.Name)), a.Bounds())
		if replicas == 0 {
			text = fmt.Sprintf("%s stands aside while there are zero replicas; it takes over again when somebody scales up.", capital(o.name("HorizontalPodAutoscaler", a.Name)))
		}
		warnings = append(warnings, ops.Warning{Code: warnAutoscaler, Text: text})
	}
	if replicas < o.Replicas() {
		warnings = append(warnings, o.budgetWarnings()...)
	}
	spec, _ := lastApplied(o.Workload)["spec"].(map[string]any)
	if replicas, isNumber := spec["replicas"].(float64); isNumber { // the annotation is anybody's text
		warnings = append(warnings, ops.Warning{
			Code: warnLastApplied,
			Text: fmt.Sprintf("The file that was applied with kubectl says %.0f replicas: the next apply brings that back. Change the file too.", replicas),
		})
	}
	return append(warnings, o.gapWarnings()...)
}

func (o onlooker) scaleBlast(replicas int32) string {
	more := replicas - o.Replicas()
	if more > 0 {
		return are(more) + " added."
	}
	words := are(-more) + " removed"
	if o.Kind == "StatefulSet" {
		words += fmt.Sprintf(", from %s-%d down; their volumes stay", o.Name, o.Replicas()-1)
	}
	return words + "."
}

// scaleExtra are the replicas and the bounds that a confirmed number rests on.
func (o onlooker) scaleExtra() map[string]string {
	extra := map[string]string{"replicas": strconv.Itoa(int(o.Replicas()))}
	bounds := make([]string, 0, len(o.Autoscalers))
	for _, a := range o.Autoscalers {
		bounds = append(bounds, a.Name+" "+a.Bounds())
	}
	if len(bounds) > 0 {
		extra["autoscaler"] = strings.Join(bounds, ", ")
	}
	return extra
}
