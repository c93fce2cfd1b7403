package actions

import (
	"context"
	"fmt"

	"github.com/steward-bot/steward/ops"
)

// Diagnose is the verb that names what is wrong with a service, and why.
type Diagnose struct {
	Diagnoser Diagnoser
	// Clusters are looked at when neither a target nor the channel names one.
	Clusters []ops.Target // each with a Cluster and its Environment
}

// Spec describes diagnose.
func (Diagnose) Spec() ops.Spec {
	return ops.Spec{
		Verb:     "diagnose",
		Summary:  "Find out what is wrong with a service, with every check shown; without a target, with all that is here",
		Target:   ops.OptionalTarget,
		Examples: []string{"diagnose checkout", "diagnose prod-eu/shop/deploy/checkout", "diagnose"},
	}
}

// Answer runs the diagnosis with the asker's own sight.
func (d Diagnose) Answer(ctx context.Context, q Query) (ops.Answer, error) {
	if q.Target == nil {
		return d.scan(ctx, q)
	}
	diagnosis, err := d.Diagnoser.Diagnose(ctx, *q.Target, q.May)
	if err != nil {
		return ops.Answer{}, fmt.Errorf("diagnosing %s: %w", q.Target.Object(), err)
	}
	return ops.Answer{Headline: headline(diagnosis, *q.Target), Diagnosis: &diagnosis}, nil
}

func headline(d ops.Diagnosis, target ops.Target) string {
	switch {
	case d.Healthy:
		return target.Name + " is healthy."
	case len(d.Causes) > 0:
		return d.Causes[0].Summary
	default:
		return "steward could not tell what is wrong with " + target.Name + "."
	}
}
