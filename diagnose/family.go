package diagnose

import "fmt"

// family is what one area of knowledge brings: its causes, the checks that
// prove them, and how objects of its area relate. The order in which an expert
// asks is in playbooks/NAME.yaml.
type family struct {
	Name      string
	Causes    []causeInfo
	Checks    []check
	Symptoms  []symptom
	Relations map[string]relation
	// Wants names what must be read for the checks beyond what every diagnosis
	// reads (collect.go). It is asked again after each round of reading, until no
	// family wants anything new; nil wants nothing.
	Wants func(*horizon) []Query
}

// horizon is what has been read so far: what a family bases its wants on.
type horizon struct {
	*view
	Target    Ref         // zero in a scan
	Workloads []*workload // that the diagnosis is about, nearest first; all of them in a scan
}

// relation gives the objects that stand in some relation to a scope's object,
// in a fixed order.
type relation func(*scope) []Ref

// learn takes in a family. Nothing may be there twice.
func (l *library) learn(f family) error {
	for _, c := range f.Checks {
		if err := l.learnCheck(c); err != nil {
			return err
		}
	}
	if err := l.learnSymptoms(f.Symptoms); err != nil {
		return err
	}
	for _, c := range f.Causes {
		if _, taken := l.causes[c.ID]; taken {
			return fmt.Errorf("there are two causes called %q", c.ID)
		}
		l.causes[c.ID] = c
	}
	if f.Wants != nil {
		l.wants = append(l.wants, f.Wants)
	}
	for name, r := range f.Relations {
		if _, taken := l.relations[name]; taken {
			return fmt.Errorf("there are two relations called %q", name)
		}
		l.relations[name] = r
	}
	return nil
}

func (l *library) learnCheck(c check) error {
	if _, taken := l.checks[c.ID]; taken {
		return fmt.Errorf("there are two checks called %q", c.ID)
	}
	l.checks[c.ID] = c
	return nil
}
