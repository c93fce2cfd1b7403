package diagnose

import (
	"fmt"

	"github.com/steward-bot/steward/ops"
)

// holds tells whether a tree is to be walked in a scope: a playbook only where
// its condition is true. One that could not be told is a gap.
func (c *course) holds(t *tree, s *scope) bool {
	if t.own == nil || t.own.when == nil {
		return true
	}
	a := s.put(*t.own.when)
	if a.Verdict == ops.Unknown {
		c.gap(t.own.when.ID, a.Missing)
	}
	return a.Verdict == ops.Yes
}

// around walks a tree in one scope, with the playbooks that are placed at it.
// What is found first stands.
func (c *course) around(t *tree, s *scope, so *trail, depth int) []candidate {
	if t.own != nil {
		own := *s
		own.Own = true
		s = &own
	}
	if found := c.placed(t.before, s, so, depth); len(found) > 0 {
		return found
	}
	found, replaced := c.replaced(t, s, so, depth)
	if !replaced {
		found = c.steps(t, s, so.clone(), depth)
	}
	if len(found) > 0 {
		return found
	}
	return c.placed(t.after, s, so, depth)
}

func (c *course) placed(playbooks []*tree, s *scope, so *trail, depth int) []candidate {
	for _, p := range playbooks {
		if !p.covers(s.Object.Kind) {
			continue
		}
		if found := c.walk(p, s, so, depth); len(found) > 0 {
			return found
		}
	}
	return nil
}

// replaced walks the first playbook that takes the tree's place here.
func (c *course) replaced(t *tree, s *scope, so *trail, depth int) (found []candidate, replaced bool) {
	for _, p := range t.instead {
		if !p.covers(s.Object.Kind) || !c.holds(p, s) {
			continue
		}
		for _, each := range c.scopes(p, s) {
			found = append(found, c.around(p, each, so, depth)...)
		}
		return found, true
	}
	return nil, false
}

// put puts a check to a scope. A built-in check that a playbook asks in the
// wrong place, such as about a container where none fails, cannot answer: that
// must not end the diagnosis.
func (s *scope) put(asked check) (a answer) {
	if s.Own {
		defer func() {
			if recover() != nil {
				a = unknown(fmt.Sprintf("the check %s cannot be asked there: it is about something that a playbook without \"each\" has not", asked.ID))
			}
		}()
	}
	return asked.Ask(s)
}
