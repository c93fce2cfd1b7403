package diagnose

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// validate holds the trees to their rules: everything that they name is there,
// jumps only go down, calls never come back, and every way ends in an outcome.
func (l *loader) validate() {
	for _, key := range slices.Sorted(maps.Keys(l.trees)) {
		l.validateTree(l.trees[key])
	}
	if len(l.problems) == 0 {
		l.validateCalls()
	}
}

func (l *loader) validateTree(t *tree) {
	if t.Name == "" || t.Title == "" || len(t.About) == 0 || len(t.Steps) == 0 {
		l.wrong(t.file, lineAt(t.node), "it needs a name, title, about and %s", t.stepsKey())
	}
	if t.Each != "" && !l.iterable(t.Each) {
		l.wrong(t.file, lineAt(t.node, "each"), "each: %q is neither a class of failures nor a relation; choose from %s", t.Each, strings.Join(l.iterables(), ", "))
	}
	for i := range t.Steps {
		for _, err := range l.validateStep(t, i) {
			l.wrong(t.file, t.lines[i], "%s", err)
		}
	}
}

func (l *library) validateStep(t *tree, at int) []error {
	s := &t.Steps[at]
	switch {
	case s.Ask == "" && (s.Then == nil || s.Yes != nil || s.No != nil || s.Unknown != nil):
		return []error{errors.New("it needs ask, or then alone")}
	case s.Ask != "" && s.Then != nil:
		return []error{errors.New("then belongs to a step that asks nothing")}
	case s.Label != "" && t.labels[s.Label] != at:
		return []error{fmt.Errorf("there are two steps with the label %q", s.Label)}
	}
	var errs []error
	if _, known := l.checks[s.Ask]; s.Ask != "" && !known {
		errs = append(errs, fmt.Errorf("there is no check %q%s", s.Ask, nearest(s.Ask, l.asksOf(t))))
	}
	for _, when := range slices.Sorted(maps.Keys(s.outcomes())) {
		if err := l.validateOutcome(t, at, s.outcomes()[when]); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", when, err))
		}
	}
	return errs
}

// asksOf lists the checks that a tree may ask: those that are built in, and
// its own.
func (l *library) asksOf(t *tree) []string {
	var names []string
	for id := range l.checks {
		if !strings.Contains(id, "/") {
			names = append(names, id)
		}
	}
	if t.own != nil {
		names = slices.AppendSeq(names, maps.Keys(t.own.asks))
	}
	return names
}

func (l *library) validateOutcome(t *tree, at int, o *outcome) error {
	set := 0
	for _, is := range []bool{o.Cause != "", o.End, o.Go != "", o.Tree != "", o.Diagnose != "", o.Gap != ""} {
		if is {
			set++
		}
	}
	if set != 1 {
		return fmt.Errorf("an outcome is exactly one of cause, end, go, tree, diagnose, gap")
	}
	if _, known := l.causes[o.As]; o.As != "" && (!known || o.Tree == "" && o.Diagnose == "") {
		return fmt.Errorf("as: %q is no cause, or stands beside neither tree nor diagnose", o.As)
	}
	if _, known := l.causes[o.Cause]; o.Cause != "" && !known {
		return fmt.Errorf("there is no cause %q%s", o.Cause, nearest(o.Cause, slices.Collect(maps.Keys(l.causes))))
	}
	if _, known := l.trees[o.Tree]; o.Tree != "" && !known {
		return fmt.Errorf("there is no tree %q%s", o.Tree, nearest(o.Tree, l.treeNames()))
	}
	if _, known := l.relations[o.Diagnose]; o.Diagnose != "" && !known {
		return fmt.Errorf("there is no relation %q%s", o.Diagnose, nearest(o.Diagnose, slices.Collect(maps.Keys(l.relations))))
	}
	if o.Go != "" {
		to, known := t.labels[o.Go]
		if !known {
			return fmt.Errorf("there is no label %q%s", o.Go, nearest(o.Go, slices.Collect(maps.Keys(t.labels))))
		}
		if to <= at {
			return fmt.Errorf("the label %q is not further down: a tree has no circles", o.Go)
		}
	}
	return nil
}

// treeNames lists the trees that can be called, and that a playbook can be
// placed at: those that are built in.
func (l *library) treeNames() []string {
	var names []string
	for _, t := range l.trees {
		if t.own == nil {
			names = append(names, t.Name)
		}
	}
	slices.Sort(names)
	return names
}

// validateCalls refuses trees that call each other in a circle. A playbook that
// is placed at a tree is called by it.
func (l *loader) validateCalls() {
	done := map[string]bool{}
	var visit func(t *tree, path []*tree)
	visit = func(t *tree, path []*tree) {
		if slices.Contains(path, t) {
			names := ""
			for _, each := range path {
				names += each.Name + " → "
			}
			l.wrong(t.file, lineAt(t.node), "the trees call each other in a circle: %s%s", names, t.Name)
			return
		}
		if done[t.key()] {
			return
		}
		path = append(slices.Clip(path), t)
		for _, s := range t.Steps {
			for _, o := range s.outcomes() {
				if o.Tree != "" {
					visit(l.trees[o.Tree], path)
				}
			}
		}
		for _, placed := range slices.Concat(t.before, t.instead, t.after) {
			visit(placed, path)
		}
		done[t.key()] = true
	}
	for _, key := range slices.Sorted(maps.Keys(l.trees)) {
		visit(l.trees[key], nil)
	}
}

// iterable tells whether a tree can be walked for each of something.
func (l *library) iterable(each string) bool { return slices.Contains(l.iterables(), each) }

func (l *library) iterables() []string {
	var names []string
	for _, class := range classes {
		names = append(names, string(class))
	}
	return append(names, slices.Sorted(maps.Keys(l.relations))...)
}
