package diagnose

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/steward-bot/steward/ops"
)

// tree is a sequence of questions that an expert asks, in order. It is read
// from YAML:
//
//	tree: image
//	title: An image cannot be pulled
//	about: [workload]      # the kinds of objects, or "workload" for all that run pods
//	order: 20              # among the trees of a kind; leave it out for a tree that only others call
//	each: pulling          # walk it once for each of these; leave it out to walk it once
//	steps:
//	  - ask: image-name-invalid
//	    yes: {cause: image-name-invalid}
//	  - ask: registry-answers
//	    no: {go: network}
//	    unknown: {gap: the registry's answer}
//	  - label: network
//	    ask: …
//
// A step asks one check. What follows from yes, no and unknown is an outcome;
// without one the next step comes, with what was learnt. Whoever reaches the
// end has found nothing. An unknown is listed as a gap in any case.
type tree struct {
	Name  string   `yaml:"tree"`
	Title string   `yaml:"title"`
	About []string `yaml:"about"`
	Order int      `yaml:"order,omitempty"`
	Each  string   `yaml:"each,omitempty"`
	Steps []step   `yaml:"steps"`

	file   string
	node   *yaml.Node
	labels map[string]int
	lines  []int // of the steps, in the file

	// What makes it a playbook of an administrator's own.
	own *ownTree
	// The playbooks that are placed at it, in order.
	before, instead, after []*tree
}

// ownTree is what a playbook has that a built-in tree has not.
type ownTree struct {
	when *check            // nil to walk it always
	asks map[string]string // its own checks, by the names that its flow uses
}

// key is the tree's name in a library. A playbook may have the name of a tree:
// nobody must rename theirs when a release brings another tree.
func (t *tree) key() string {
	if t.own != nil {
		return "playbook " + t.Name
	}
	return t.Name
}

// stepsKey is what the file calls the steps.
func (t *tree) stepsKey() string {
	if t.own != nil {
		return "flow"
	}
	return "steps"
}

// step is one question, or, without Ask, an unconditional outcome.
type step struct {
	Label   string   `yaml:"label,omitempty"`
	Ask     string   `yaml:"ask,omitempty"`
	Yes     *outcome `yaml:"yes,omitempty"`
	No      *outcome `yaml:"no,omitempty"`
	Unknown *outcome `yaml:"unknown,omitempty"`
	Then    *outcome `yaml:"then,omitempty"` // of a step that asks nothing
}

// outcome is what follows from an answer: exactly one of its fields is set,
// besides As.
type outcome struct {
	Cause string `yaml:"cause,omitempty"` // conclude this cause
	End   bool   `yaml:"end,omitempty"`   // nothing more to ask here
	Go    string `yaml:"go,omitempty"`    // a label further down
	Tree  string `yaml:"tree,omitempty"`  // walk another tree; go on with the next step if it finds nothing
	// Diagnose runs the whole diagnosis of each object of a relation, such as
	// "dependencies"; what it finds explains what was found here. It goes on
	// with the next step if that finds nothing.
	Diagnose string `yaml:"diagnose,omitempty"`
	// As goes with tree and diagnose: the cause that this would be by itself. It
	// becomes an effect of what they find.
	As  string `yaml:"as,omitempty"`
	Gap string `yaml:"gap,omitempty"` // nothing can be concluded for want of this
}

// workloadKinds are the kinds that run pods: "workload" in a tree.
var workloadKinds = []string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "Pod"}

// covers tells whether a tree is about objects of a kind.
func (t *tree) covers(kind string) bool {
	return slices.Contains(t.About, kind) || slices.Contains(t.About, "workload") && slices.Contains(workloadKinds, kind)
}

// after gives the outcome for a verdict, nil to go on with the next step.
func (s *step) after(verdict ops.Verdict) *outcome {
	switch {
	case s.Ask == "":
		return s.Then
	case verdict == ops.Yes:
		return s.Yes
	case verdict == ops.No:
		return s.No
	default:
		return s.Unknown
	}
}

// outcomes lists the step's outcomes that are there, with what they follow from.
func (s *step) outcomes() map[string]*outcome {
	all := map[string]*outcome{"yes": s.Yes, "no": s.No, "unknown": s.Unknown, "then": s.Then}
	for name, outcome := range all {
		if outcome == nil {
			delete(all, name)
		}
	}
	return all
}
