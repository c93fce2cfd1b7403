package actions

import (
	"fmt"
	"maps"
	"slices"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// facts tell where the workload stands now.
func (o onlooker) facts() []ops.Fact {
	facts := []ops.Fact{{Label: "Pods", Text: podsOf(o.Workload)}}
	if rollout := o.Rollout(); !rollout.Done {
		facts = append(facts, ops.Fact{Label: "Rollout", Text: rollout.Text})
	}
	for _, a := range o.Autoscalers {
		facts = append(facts, ops.Fact{Label: "Autoscaler", Text: fmt.Sprintf("%s keeps %s replicas, now %d", o.name("HorizontalPodAutoscaler", a.Name), a.Bounds(), a.Current)})
	}
	return facts
}

// podsOf writes "2 of 3 ready".
func podsOf(w *kube.Workload) string {
	return fmt.Sprintf("%d of %d ready", w.Counts.Ready, w.Counts.Desired)
}

// autoscalerNeeds warns when an autoscaler measures what the template's
// containers do not request: it could not compute any more.
func (o onlooker) autoscalerNeeds(template kube.Template) []ops.Warning {
	lacking := map[string]bool{}
	for _, container := range template.Containers() {
		for _, a := range o.Autoscalers {
			for _, resource := range a.Utilization {
				if _, requested := container.Requests[resource]; !requested {
					lacking[resource] = true
				}
			}
		}
	}
	var warnings []ops.Warning
	for _, resource := range slices.Sorted(maps.Keys(lacking)) {
		warnings = append(warnings, ops.Warning{
			Code: warnAutoscaler,
			Text: fmt.Sprintf("%s measures %s against what the containers request, and the template requests none: it cannot scale then.", capital(o.name("HorizontalPodAutoscaler", o.Autoscalers[0].Name)), resource),
		})
	}
	return warnings
}
