package diagnose

import (
	"slices"

	"github.com/steward-bot/steward/ops"
)

// symptom is a check that says that something is not as it should be, and not
// why. A symptom that no cause explains leaves the diagnosis unknown, unless it
// can stand in for one.
type symptom struct {
	check
	About []string // as in a tree
	// StandsIn is the cause that the symptom is when nothing deeper is proven,
	// "" if it never is one.
	StandsIn string
}

// symptomSeen is a symptom that is there.
type symptomSeen struct {
	symptom
	answer answer
}

// lookForSymptoms asks for every symptom that objects of the kind can have.
func (c *course) lookForSymptoms(s *scope, f *finding) {
	for _, each := range c.library.symptoms {
		if t := (tree{About: each.About}); !t.covers(s.Object.Kind) {
			continue
		}
		switch a := c.ask(each.ID, s); a.Verdict {
		case ops.Yes:
			f.symptoms = append(f.symptoms, symptomSeen{each, a})
		case ops.Unknown:
			f.unclear = true
		case ops.No:
		}
	}
}

// effects are the symptoms as effects of whatever explains them.
func (f *finding) effects(object Ref) []ops.Effect {
	var effects []ops.Effect
	for _, seen := range f.symptoms {
		id, at := seen.ID, object
		if seen.StandsIn != "" {
			id = seen.StandsIn
		}
		if !seen.answer.Object.zero() {
			at = seen.answer.Object
		}
		effects = append(effects, ops.Effect{ID: id, Object: at.String(), Summary: seen.answer.Observed})
	}
	return effects
}

// standIns are the causes that symptoms are when nothing deeper is proven.
func (f *finding) standIns(c *course, s *scope, depth int) []candidate {
	var list []candidate
	for _, seen := range f.symptoms {
		if seen.StandsIn == "" {
			continue
		}
		so := &trail{}
		so.follow(seen.answer)
		list = append(list, c.candidate(seen.StandsIn, s, so, depth))
	}
	return list
}

// learnSymptoms adds a family's symptoms, and their checks.
func (l *library) learnSymptoms(list []symptom) error {
	for _, s := range list {
		if err := l.learnCheck(s.check); err != nil {
			return err
		}
	}
	l.symptoms = append(slices.Clone(l.symptoms), list...)
	return nil
}
