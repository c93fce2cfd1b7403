package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Problem is one thing that is wrong with a file of playbooks.
type Problem struct {
	File string `json:"file"`
	Line int    `json:"line"` // 0 for the whole file
	Text string `json:"problem"`
}

// String writes the problem as compilers do, so that editors find the place.
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Problems is all that is wrong with some playbooks. It is the error of
// NewEngine.
type Problems []Problem

// Error writes one problem a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// err is the problems as an error, nil if there are none, in the order of
// files and lines.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	sorted := slices.Clone(p)
	slices.SortStableFunc(sorted, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(sorted)
}

// lineAt finds the line of a place within a YAML node: a name leads into a
// mapping, a number into a list. It gives the line of the nearest that is there.
func lineAt(node *yaml.Node, path ...any) int { return nodeAt(node, path...).Line }

func nodeAt(node *yaml.Node, path ...any) *yaml.Node {
	if node == nil {
		return &yaml.Node{}
	}
	if node.Kind == yaml.DocumentNode && len(node.Content) > 0 {
		return nodeAt(node.Content[0], path...)
	}
	if node.Kind == yaml.AliasNode && node.Alias != nil {
		return nodeAt(node.Alias, path...)
	}
	if len(path) == 0 {
		return node
	}
	switch to := path[0].(type) {
	case int:
		if node.Kind == yaml.SequenceNode && to < len(node.Content) {
			return nodeAt(node.Content[to], path[1:]...)
		}
	case string:
		for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value != to {
				continue
			}
			if found := nodeAt(node.Content[i+1], path[1:]...); found.Line != 0 {
				return found
			}
		}
	}
	return node
}
