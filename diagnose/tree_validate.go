package diagnose

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// validate holds the trees to their rules: everything that they name is there,
// jumps only go down, calls never come back, and every way ends in an outcome.
func (l *library) validate() error {
	for _, name := range slices.Sorted(maps.Keys(l.trees)) {
		if err := l.validateTree(l.trees[name]); err != nil {
			return fmt.Errorf("playbook %s: tree %q: %w", l.trees[name].file, name, err)
		}
	}
	return l.validateCalls()
}

func (l *library) validateTree(t *tree) error {
	if t.Name == "" || t.Title == "" || len(t.About) == 0 || len(t.Steps) == 0 {
		return fmt.Errorf("it needs tree, title, about and steps")
	}
	if t.Each != "" && !l.iterable(t.Each) {
		return fmt.Errorf("each: %q is neither a class of failures nor a relation; choose from %s", t.Each, strings.Join(l.iterables(), ", "))
	}
	for i := range t.Steps {
		if err := l.validateStep(t, i); err != nil {
			return fmt.Errorf("line %d: %w", t.lines[i], err)
		}
	}
	return nil
}

func (l *library) validateStep(t *tree, at int) error {
	s := &t.Steps[at]
	switch {
	case s.Ask == "" && (s.Then == nil || s.Yes != nil || s.No != nil || s.Unknown != nil):
		return fmt.Errorf("it needs ask, or then alone")
	case s.Ask != "" && s.Then != nil:
		return fmt.Errorf("then belongs to a step that asks nothing")
	}
	if _, known := l.checks[s.Ask]; s.Ask != "" && !known {
		return fmt.Errorf("there is no check %q%s", s.Ask, nearest(s.Ask, slices.Collect(maps.Keys(l.checks))))
	}
	for when, o := range s.outcomes() {
		if err := l.validateOutcome(t, at, o); err != nil {
			return fmt.Errorf("%s: %w", when, err)
		}
	}
	return nil
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
		return fmt.Errorf("there is no tree %q%s", o.Tree, nearest(o.Tree, slices.Collect(maps.Keys(l.trees))))
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

// validateCalls refuses trees that call each other in a circle.
func (l *library) validateCalls() error {
	done := map[string]bool{}
	var visit func(name string, path []string) error
	visit = func(name string, path []string) error {
		if slices.Contains(path, name) {
			return fmt.Errorf("the trees call each other in a circle: %s", strings.Join(append(path, name), " → "))
		}
		if done[name] {
			return nil
		}
		path = append(path, name)
		for _, s := range l.trees[name].Steps {
			for _, o := range s.outcomes() {
				if o.Tree == "" {
					continue
				}
				if err := visit(o.Tree, path); err != nil {
					return err
				}
			}
		}
		done[name] = true
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(l.trees)) {
		if err := visit(name, nil); err != nil {
			return err
		}
	}
	return nil
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
