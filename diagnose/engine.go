package diagnose

import (
	"fmt"

	"github.com/steward-bot/steward/ops"
)

// depthLimit is how many objects deep a diagnosis goes. A dependency is two,
// its Service and the workload behind it: the cause is often two or three
// services away, and further away it is another incident.
const depthLimit = 6

// candidatesLimit bounds how many causes one diagnosis names.
const candidatesLimit = 20

// Engine decides: it walks the trees over a snapshot. It holds no state of a
// diagnosis and may be used by many at once.
type Engine struct{ library library }

// NewEngine makes the engine with the built-in checks, causes and trees, and
// the playbooks of administrators. Its error is all the Problems of those.
func NewEngine(files ...PlaybookFile) (*Engine, error) {
	l := &loader{library: &library{checks: map[string]check{}, causes: map[string]causeInfo{}, relations: map[string]relation{}, trees: map[string]*tree{}}}
	for _, f := range families() {
		if err := l.learn(f); err != nil {
			return nil, fmt.Errorf("the family %s: %w", f.Name, err)
		}
	}
	if err := l.loadBuiltIn(); err != nil {
		return nil, err
	}
	for _, file := range files {
		l.loadPlaybook(file)
	}
	l.compile()
	l.validate()
	if err := l.problems.err(); err != nil {
		return nil, err
	}
	return &Engine{*l.library}, nil
}

// Decide names what is wrong with the snapshot's target. It is pure: the same
// snapshot gives the same diagnosis, byte for byte.
func (e *Engine) Decide(s *Snapshot) ops.Diagnosis {
	t := s.Target
	d, _ := e.decide(index(s), Ref{Kind: t.Kind, Namespace: t.Namespace, Name: t.Name}, nil)
	return d
}

// decide also tells that something has a symptom which nothing explains. What a
// scan has found out before about others may be known; what is found out about
// the target is added to it.
func (e *Engine) decide(v *view, target Ref, known map[Ref]*finding) (d ops.Diagnosis, open bool) {
	c := &course{view: v, library: &e.library, target: target, done: map[Ref]*finding{}, excluded: map[string]bool{}}
	if verdict, missing := v.exists(target); verdict != ops.Yes {
		if missing == "" {
			missing = target.String() + " does not exist"
		}
		c.gap("target", missing)
		return c.report(&finding{unclear: true}), false
	}
	if target.Kind == "Node" || target.Kind == "Namespace" {
		c.known = known
	}
	f := c.diagnose(target, false, 0)
	if known != nil {
		known[target] = f
	}
	d = c.report(f)
	return d, c.open
}
