package actions

import (
	"context"
	"fmt"
	"strings"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// Status is the verb that tells where a workload stands.
type Status struct {
	Clusters *kube.Clusters
	Journal  Journal
}

// Bounds of a status, in lines.
const (
	statusRevisions = 10
	statusDeeds     = 5
)

// Spec describes status.
func (Status) Spec() ops.Spec {
	return ops.Spec{
		Verb:     "status",
		Summary:  "Show a workload's pods, images, revisions and what was done to it",
		Target:   ops.RequiredTarget,
		Kinds:    kube.WorkloadKinds(),
		Examples: []string{"status checkout", "status prod-eu/shop/sts/ledger-db"},
	}
}

// Answer tells where the workload stands.
func (s Status) Answer(ctx context.Context, q Query) (ops.Answer, error) {
	view, err := s.Clusters.View(ctx, *q.Target)
	if err != nil {
		return ops.Answer{}, err
	}
	did, err := pastOf(ctx, s.Journal, *q.Target)
	if err != nil {
		return ops.Answer{}, err
	}
	o := onlooker{view, *q.Target, q.May}
	answer := ops.Answer{Headline: statusHeadline(view), Target: q.Target}
	for _, section := range []ops.Section{
		{Title: "Pods", Lines: o.statusPods()},
		{Title: "Images", Lines: statusImages(view.Template)},
		{Title: "Revisions", Lines: statusHistory(view, did, q), Fixed: true},
		{Title: "Around it", Lines: o.statusAround()},
		{Title: "Done by steward", Lines: statusDone(did)},
	} {
		if len(section.Lines) > 0 {
			answer.Sections = append(answer.Sections, section)
		}
	}
	return answer, nil
}

func statusHeadline(v *kube.View) string {
	words := fmt.Sprintf("%s: %s", v.Name, podsOf(v.Workload))
	if current := v.History.Current(v.Workload); current != nil {
		words += fmt.Sprintf(", revision %d", current.Number)
	}
	switch {
	case v.Deleting():
		words += ", being deleted"
	case v.Paused:
		words += ", paused"
	case v.Rollout().Overdue != nil:
		words += ", the rollout exceeded its progress deadline"
	case !v.Rollout().Done:
		words += ", rolling out"
	}
	return words + "."
}

func (o onlooker) statusPods() []string {
	c := o.Counts
	lines := []string{
		fmt.Sprintf("%d wanted, %d there, %d of the present template, %d ready, %d available", c.Desired, c.Current, c.Updated, c.Ready, c.Available),
		"Strategy: " + o.Strategy.String(),
	}
	if o.Paused {
		lines = append(lines, fmt.Sprintf("Paused: `kubectl rollout resume deployment/%s -n %s` lets it go on", o.Name, o.Namespace))
	} else {
		lines = append(lines, o.Rollout().Text)
	}
	for _, condition := range o.Conditions {
		if troubled(condition) {
			lines = append(lines, fmt.Sprintf("%s is %s (%s): %s", condition.Type, condition.Status, condition.Reason, ops.Shorten(redact.Text(condition.Message), 300)))
		}
	}
	return lines
}

// troubled picks the conditions that say something is wrong.
func troubled(c kube.Condition) bool {
	if c.Type == "ReplicaFailure" {
		return c.Status == "True"
	}
	return c.Status != "True"
}

func statusImages(template kube.Template) []string {
	var lines []string
	for _, container := range template.Containers() {
		lines = append(lines, container.Name+": "+ops.Shorten(container.Image, 200))
	}
	return lines
}

// statusHistory is a table of the revisions, newest first.
func statusHistory(v *kube.View, did past, q Query) []string {
	present := v.Template.Hash()
	lines := []string{fmt.Sprintf("%-9s %-5s %s", "REVISION", "AGE", "IMAGES")}
	for i := range v.History {
		if i == statusRevisions {
			return append(lines, fmt.Sprintf("… %d older ones", len(v.History)-i))
		}
		r := &v.History[i]
		number := fmt.Sprint(r.Number)
		if r.Template.Hash() == present {
			number += " now"
		}
		line := fmt.Sprintf("%-9s %-5s %s", number, age(q.Request.At.Sub(r.Created)), imagesOf(r.Template))
		if who := did.maker(r.Template.Hash()); who != "" {
			line += ", by " + who
		}
		lines = append(lines, line+becauseOf(r.Cause))
	}
	if len(lines) == 1 {
		return nil
	}
	return lines
}

func (o onlooker) statusAround() []string {
	var lines []string
	for _, a := range o.Autoscalers {
		line := fmt.Sprintf("%s keeps %s replicas: it sees %d and wants %d", capital(o.name("HorizontalPodAutoscaler", a.Name)), a.Bounds(), a.Current, a.Desired)
		for _, trouble := range []string{a.Limited, a.Trouble} {
			if trouble != "" {
				line += "; " + ops.Shorten(trouble, 200)
			}
		}
		lines = append(lines, line)
	}
	for _, b := range o.Budgets {
		lines = append(lines, fmt.Sprintf("%s (%s): %d of %d pods healthy, %d may go", capital(o.name("PodDisruptionBudget", b.Name)), b.Rule, b.Healthy, b.Expected, b.Allowed))
	}
	for _, warning := range append(o.ownerWarnings(), o.stuckWarnings()...) {
		lines = append(lines, warning.Text)
	}
	return append(lines, o.Gaps...)
}

// statusDone tells the last writes, newest first.
func statusDone(did past) []string {
	var lines []string
	for i := len(did) - 1; i >= 0 && len(lines) < statusDeeds; i-- {
		d := did[i]
		end := "under way"
		if d.state != "" {
			end = string(d.state)
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s: %s by %s%s, %s", moment(d.at), d.verb, d.who, d.because(), end)))
	}
	return lines
}
