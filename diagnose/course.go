package diagnose

import (
	"slices"

	"github.com/steward-bot/steward/ops"
)

// course is one diagnosis under way: which objects were visited, what was
// asked and answered.
type course struct {
	*view
	library *library
	target  Ref
	done    map[Ref]*finding // nil while an object is being diagnosed
	// known is what a scan has found out before this diagnosis: each node would
	// ask everything about every workload with a pod on it again.
	known    map[Ref]*finding
	checks   []ops.Check
	gaps     []ops.Gap
	excluded map[string]bool
	notes    []string
	open     bool // something on the way has a symptom that nothing explains
}

// finding is what was found out about one object.
type finding struct {
	symptoms   []symptomSeen
	unclear    bool // a symptom could not be looked for
	candidates []candidate
}

// candidate is a cause that was concluded for an object.
type candidate struct {
	cause      *causeInfo
	confidence ops.Confidence
	object     Ref // what is at fault
	depth      int // how many dependencies away
	facts      facts
	evidence   []ops.Evidence
	changes    []*Change
	effects    []ops.Effect
}

// diagnose asks everything about one object. An object that is being diagnosed
// already gives nothing: two services that need each other do not circle.
func (c *course) diagnose(object Ref, needed bool, depth int) *finding {
	if known, visited := c.done[object]; visited {
		if known == nil {
			return &finding{}
		}
		return known
	}
	if f := c.known[object]; f != nil && !needed {
		return f.deeper(depth)
	}
	c.done[object] = nil
	f := &finding{}
	s := &scope{view: c.view, Object: object, Needed: needed, memo: newMemo()}
	c.lookForSymptoms(s, f)
	for _, t := range c.library.roots(object.Kind) {
		f.candidates = append(f.candidates, c.walk(t, s, &trail{}, depth)...)
	}
	f.candidates = settle(f.candidates, f.standIns(c, s, depth))
	for i := range f.candidates {
		f.candidates[i].explain(f.effects(object)...)
	}
	if depth == 0 {
		c.notes = append(c.notes, intents(s)...)
	}
	c.done[object] = f
	return f
}

// deeper is the finding as it is for something that is so many objects away.
func (f *finding) deeper(by int) *finding {
	copied := *f
	copied.candidates = slices.Clone(f.candidates)
	for i := range copied.candidates {
		copied.candidates[i].depth += by
	}
	return &copied
}

// ask puts one check and writes down what it said.
func (c *course) ask(id string, s *scope) answer {
	asked := c.library.checks[id]
	a := s.put(asked)
	observed := ops.Shorten(a.Observed, valueLimit)
	if s.Failure != nil && s.Failure.Container != "" {
		observed = s.Failure.Container + ": " + observed
	}
	if s.Object != c.target {
		observed = s.Object.String() + ": " + observed
	}
	c.checks = append(c.checks, ops.Check{ID: id, Question: asked.Question, Verdict: a.Verdict, Observed: observed})
	if a.Verdict == ops.Unknown {
		c.gap(id, a.Missing)
	}
	return a
}

func (c *course) gap(check, missing string) {
	gap := ops.Gap{Check: check, Missing: ops.Shorten(missing, valueLimit)}
	if !slices.Contains(c.gaps, gap) {
		c.gaps = append(c.gaps, gap)
	}
}

// explain adds effects, each once, and none that is the cause itself.
func (c *candidate) explain(effects ...ops.Effect) {
	for _, effect := range effects {
		if effect.ID == c.cause.ID && effect.Object == c.object.String() {
			continue
		}
		same := func(e ops.Effect) bool { return e.ID == effect.ID && e.Object == effect.Object }
		if !slices.ContainsFunc(c.effects, same) {
			c.effects = append(c.effects, effect)
		}
	}
}
