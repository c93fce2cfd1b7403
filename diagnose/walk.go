package diagnose

import (
	"slices"

	"github.com/steward-bot/steward/ops"
)

// trail is what was found on the way through a tree: what a conclusion stands on.
type trail struct {
	proofs   []proof
	facts    facts
	evidence []ops.Evidence
	changes  []*Change
	effects  []ops.Effect
	object   Ref
}

// follow adds a yes to the trail.
func (t *trail) follow(a answer) {
	for _, p := range a.Proofs {
		if !slices.Contains(t.proofs, p) {
			t.proofs = append(t.proofs, p)
		}
	}
	merged := facts{}
	for _, from := range []facts{t.facts, a.Facts} {
		for name, value := range from {
			merged[name] = value
		}
	}
	t.facts = merged
	for _, e := range a.Evidence {
		if !slices.Contains(t.evidence, e) {
			t.evidence = append(t.evidence, e)
		}
	}
	if a.Change != nil {
		t.changes = append(t.changes, a.Change)
	}
	t.effects = append(t.effects, a.Effects...)
	if !a.Object.zero() {
		t.object = a.Object
	}
}

func (t *trail) clone() *trail {
	return &trail{slices.Clone(t.proofs), t.facts, slices.Clone(t.evidence), slices.Clone(t.changes), slices.Clone(t.effects), t.object}
}

// confidence follows from the structure of the evidence: a field proves; a
// signature and a change make it likely; one of the two, possible.
func (t *trail) confidence() ops.Confidence {
	has := func(p proof) bool { return slices.Contains(t.proofs, p) }
	switch {
	case has(byField):
		return ops.Proven
	case has(bySignature) && has(byChange):
		return ops.Likely
	default:
		return ops.Possible
	}
}

// walk walks a tree: once, or once for each failure or related object that it
// is for.
func (c *course) walk(t *tree, s *scope, so *trail, depth int) []candidate {
	var found []candidate
	for _, each := range c.scopes(t, s) {
		if !c.holds(t, each) {
			continue
		}
		found = append(found, c.around(t, each, so, depth)...)
		if len(found) >= candidatesLimit {
			break
		}
	}
	return found
}

// scopes gives the scopes that a tree is walked in.
func (c *course) scopes(t *tree, s *scope) []*scope {
	if t.Each == "" {
		return []*scope{s}
	}
	var scopes []*scope
	if _, related := c.library.relations[t.Each]; related {
		for _, ref := range c.relate(t.Each, s, t.own != nil) {
			each := *s
			each.Related = ref
			scopes = append(scopes, &each)
		}
		return scopes
	}
	w := s.Workload()
	if w == nil {
		return nil
	}
	for _, failure := range s.failuresOf(w) {
		if failure.Class == class(t.Each) && !s.history(w, failure) {
			each := *s
			each.Failure = failure
			scopes = append(scopes, &each)
		}
	}
	return scopes
}

func (c *course) steps(t *tree, s *scope, so *trail, depth int) []candidate {
	for at := 0; at < len(t.Steps); at++ {
		step, verdict := &t.Steps[at], ops.Yes
		if step.Ask != "" {
			a := c.ask(step.Ask, s)
			if verdict = a.Verdict; verdict == ops.Yes {
				so.follow(a)
			}
			if verdict == ops.No && step.Yes != nil && step.Yes.Cause != "" {
				c.excluded[step.Yes.Cause] = true
			}
		}
		outcome := step.after(verdict)
		switch {
		case outcome == nil:
		case outcome.End:
			return nil
		case outcome.Gap != "":
			c.gap(step.Ask, outcome.Gap)
			return nil
		case outcome.Go != "":
			at = t.labels[outcome.Go] - 1
		default:
			if found := c.conclude(outcome, s, so, depth); len(found) > 0 {
				return found
			}
		}
	}
	return nil
}

// conclude does what an outcome says. Nothing means: go on with the next step.
func (c *course) conclude(o *outcome, s *scope, so *trail, depth int) []candidate {
	switch {
	case o.Cause != "":
		return []candidate{c.candidate(o.Cause, s, so, depth)}
	case o.Tree != "":
		return c.attribute(o.As, s, so, c.walk(c.library.trees[o.Tree], s, so, depth), depth)
	}
	if depth >= depthLimit {
		c.gap(o.Diagnose, "the dependencies beyond "+s.Object.String()+" were not followed further")
		return nil
	}
	var found []candidate
	for _, ref := range c.relate(o.Diagnose, s, false) {
		if c.hidden[ref] {
			c.gap(o.Diagnose, "a dependency you may not see")
			continue
		}
		f := c.diagnose(ref, s.Needed || s.Failure != nil, depth+1)
		found = append(found, cloneCandidates(f.candidates)...)
		c.unexplained(f)
	}
	return c.attribute(o.As, s, so, found, depth)
}

// attribute adds to causes found elsewhere what would have been concluded here
// without them: it is their effect.
func (c *course) attribute(as string, s *scope, so *trail, found []candidate, depth int) []candidate {
	if as == "" {
		return found
	}
	effect := c.candidate(as, s, so, depth)
	for i := range found {
		found[i].explain(ops.Effect{ID: as, Object: s.Object.String(), Summary: effect.cause.summary(effect.facts)})
	}
	return found
}

func (c *course) candidate(id string, s *scope, so *trail, depth int) candidate {
	info := c.library.causes[id]
	object := so.object
	if object.zero() {
		object = s.Object
	}
	if part := c.objects[object]; part != nil && slices.Contains([]string{"Pod", "ReplicaSet"}, object.Kind) {
		object = c.ownerOf(part) // what a person can mend
	}
	known := s.commonFacts(object)
	if object != s.Object {
		for name, value := range s.commonFacts(s.Object) {
			if name != "object" && name != "kind" && name != "name" && name != "namespace" && name != "target" {
				known[name] = value
			}
		}
	}
	s.subjectFacts(known)
	for name, value := range so.facts {
		known[name] = value
	}
	return candidate{
		cause: &info, confidence: so.confidence(), object: object, depth: depth,
		facts: known, evidence: so.evidence, changes: so.changes, effects: slices.Clone(so.effects),
	}
}

func cloneCandidates(list []candidate) []candidate {
	cloned := slices.Clone(list)
	for i := range cloned {
		cloned[i].effects = slices.Clone(cloned[i].effects)
	}
	return cloned
}
