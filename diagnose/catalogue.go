package diagnose

import (
	"maps"
	"slices"
)

// Entry is one cause of the catalogue, for people who want to read about it.
type Entry struct {
	ID, Family, Title string
	Means             string   // for somebody who meets it for the first time
	Ways              []Way    // how steward comes to conclude it
	Summary           string   // the sentence of an answer; {names} stand for the case's own
	Remedies          []string // the best first, with the same {names}
}

// Way is one way to a conclusion: what a tree is about, and the questions that
// it asks until then.
type Way struct {
	Tree      string
	Questions []string // the last one decides
	OrElse    bool     // nothing deeper was proven: what was asked before said no
}

// Catalogue lists every cause that the engine can conclude, family by family.
func (e *Engine) Catalogue() []Entry {
	var entries []Entry
	for _, f := range families() {
		for _, cause := range f.Causes {
			entry := Entry{ID: cause.ID, Family: f.Name, Title: cause.Title, Means: cause.Means, Summary: cause.Summary, Ways: e.ways(cause.ID)}
			for _, r := range cause.Remedies {
				entry.Remedies = append(entry.Remedies, r.Text)
			}
			entries = append(entries, entry)
		}
	}
	return entries
}

// ways finds the steps of all trees that conclude a cause, and the symptoms
// that stand in for it.
func (e *Engine) ways(id string) []Way {
	var ways []Way
	for _, name := range slices.Sorted(maps.Keys(e.library.trees)) {
		t := e.library.trees[name]
		for i := range t.Steps {
			if way, ok := e.way(t, i, id); ok {
				ways = append(ways, way)
			}
		}
	}
	for _, s := range e.library.symptoms {
		if s.StandsIn == id {
			ways = append(ways, Way{Tree: "What is seen from outside, where nothing deeper is proven", Questions: []string{s.Question}})
		}
	}
	return ways
}

// way tells whether a step concludes the cause. The questions before it that
// lead on are part of the way.
func (e *Engine) way(t *tree, at int, id string) (Way, bool) {
	step := &t.Steps[at]
	way := Way{Tree: t.Title}
	switch {
	case step.Yes != nil && (step.Yes.Cause == id || step.Yes.As == id):
		way.Questions = append(e.leading(t, at), e.library.checks[step.Ask].Question)
	case step.Then != nil && (step.Then.Cause == id || step.Then.As == id):
		way.Questions, way.OrElse = e.leading(t, at), true
	default:
		return way, false
	}
	return way, true
}

// leading are the questions just before a step whose yes is only kept.
func (e *Engine) leading(t *tree, at int) []string {
	var questions []string
	for i := range at {
		if s := &t.Steps[i]; s.Ask != "" && s.Yes == nil && s.Label == "" {
			questions = append(questions, e.library.checks[s.Ask].Question)
		}
	}
	return questions
}
