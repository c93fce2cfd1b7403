package diagnose

import (
	"maps"
	"slices"
	"time"

	"github.com/steward-bot/steward/ops"
)

// report makes the public diagnosis out of what the course has found.
func (c *course) report(f *finding) ops.Diagnosis {
	d := ops.Diagnosis{
		Schema: ops.DiagnosisSchema, Cluster: c.Cluster, Target: c.target.target(), At: c.At, TookMS: c.TookMS,
		Causes: []ops.Cause{}, Checks: c.checks, Unknown: c.gaps, Notes: c.notes,
	}
	concluded := map[string]bool{}
	for _, candidate := range f.candidates {
		d.Causes = append(d.Causes, c.cause(candidate))
		concluded[candidate.cause.ID] = true
	}
	d.Excluded = slices.DeleteFunc(slices.Sorted(maps.Keys(c.excluded)), func(id string) bool { return concluded[id] })
	switch {
	case len(f.candidates) > 0:
		d.Status = ops.StatusUnhealthy
	case len(f.symptoms) > 0 || f.unclear || c.open || len(c.checks) == 0:
		d.Status = ops.StatusUnknown
		c.unexplained(f)
		c.silent()
		d.Unknown = c.gaps
	default:
		d.Status, d.Healthy = ops.StatusHealthy, true
	}
	d.Changes = c.changesNear(f)
	d.Since = c.since(f)
	fillEmpty(&d)
	return d
}

// since is when the trouble began: when the first pod that fails ceased to be
// ready, of the target or, where that runs none, of what is blamed.
func (c *course) since(f *finding) time.Time {
	refs := []Ref{c.target}
	for _, candidate := range f.candidates {
		refs = append(refs, candidate.object)
	}
	for _, ref := range refs {
		w := c.workload(ref)
		if w == nil {
			continue
		}
		var first time.Time
		for _, failure := range c.failuresOf(w) {
			s := &scope{view: c.view, Object: ref, Failure: failure}
			if at := s.onset(); failure.Class != starting && !at.IsZero() && (first.IsZero() || at.Before(first)) {
				first = at
			}
		}
		if !first.IsZero() {
			return first.UTC()
		}
	}
	return time.Time{}
}

// fillEmpty makes empty lists of those that are nil: the schema has no null.
func fillEmpty(d *ops.Diagnosis) {
	if d.Checks == nil {
		d.Checks = []ops.Check{}
	}
	if d.Excluded == nil {
		d.Excluded = []string{}
	}
	if d.Unknown == nil {
		d.Unknown = []ops.Gap{}
	}
	if d.Changes == nil {
		d.Changes = []ops.ChangeEvent{}
	}
}

// silent says that nothing was asked: no answer is not health.
func (c *course) silent() {
	if len(c.checks) == 0 && len(c.gaps) == 0 {
		c.gap("target", "steward knows nothing to ask about "+plural(c.target.Kind))
	}
}

// unexplained writes down the symptoms of an object that nothing explains.
func (c *course) unexplained(f *finding) {
	if len(f.candidates) > 0 {
		return
	}
	for _, seen := range f.symptoms {
		c.open = true
		c.gap(seen.ID, "no check could say why: "+seen.answer.Observed)
	}
}

func (c *course) cause(found candidate) ops.Cause {
	cause := ops.Cause{
		ID: found.cause.ID, Confidence: found.confidence, Object: found.object.String(),
		Summary: found.cause.summary(found.facts), Means: found.cause.Means, Evidence: found.evidence,
		Remedy: found.cause.remedies(found.facts, c.target), Effects: found.effects,
	}
	if cause.Evidence == nil {
		cause.Evidence = []ops.Evidence{}
	}
	if cause.Effects == nil {
		cause.Effects = []ops.Effect{}
	}
	return cause
}
