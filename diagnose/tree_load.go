package diagnose

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"

	"go.yaml.in/yaml/v3"
)

//go:embed playbooks/*.yaml
var builtIn embed.FS

// library is what trees are made of and may name: the checks, the causes, the
// relations, and the other trees.
type library struct {
	checks    map[string]check
	causes    map[string]causeInfo
	relations map[string]relation
	symptoms  []symptom
	trees     map[string]*tree // playbooks are among them, by playbookKey
	wants     []func(*horizon) []Query
}

// loader reads files into a library. The built-in trees and the playbooks of
// administrators go the same way. It gathers all that is wrong, each with file
// and line: whoever mends a file wants to see it at once.
type loader struct {
	*library
	problems  Problems
	playbooks []*playbook
	cel       *celCompiler // made for the first playbook
}

func (l *loader) wrong(file string, line int, format string, args ...any) {
	l.problems = append(l.problems, Problem{File: file, Line: line, Text: fmt.Sprintf(format, args...)})
}

// loadBuiltIn reads the trees that steward comes with.
func (l *loader) loadBuiltIn() error {
	entries, err := fs.ReadDir(builtIn, "playbooks")
	if err != nil {
		return fmt.Errorf("reading the built-in trees: %w", err)
	}
	for _, entry := range entries {
		raw, err := fs.ReadFile(builtIn, path.Join("playbooks", entry.Name()))
		if err != nil {
			return fmt.Errorf("reading the built-in trees: %w", err)
		}
		l.loadFile(entry.Name(), raw, false)
	}
	return nil
}

// loadFile reads one file: the built-in trees, or an administrator's own
// playbooks. Several are separated by "---".
func (l *loader) loadFile(name string, raw []byte, own bool) {
	strict, again := yaml.NewDecoder(bytes.NewReader(raw)), yaml.NewDecoder(bytes.NewReader(raw))
	strict.KnownFields(true)
	for found := 0; ; found++ {
		node := new(yaml.Node)
		if err := again.Decode(node); errors.Is(err, io.EOF) {
			if found == 0 && own {
				l.wrong(name, 0, "it is empty: a playbook begins with \"playbook: NAME\"")
			}
			return
		} else if err != nil {
			l.wrongYAML(name, err)
			return
		}
		if !l.loadDocument(name, node, strict, own) {
			return
		}
	}
}

// loadDocument reads one tree or one playbook. It is false when what comes
// after it cannot be read.
func (l *loader) loadDocument(name string, node *yaml.Node, strict *yaml.Decoder, own bool) bool {
	if !own {
		t := &tree{file: name, node: node}
		if err := strict.Decode(t); err != nil {
			return l.wrongYAML(name, err)
		}
		l.addTree(t)
		return true
	}
	p := &playbook{file: name, node: node}
	if err := strict.Decode(p); err != nil {
		return l.wrongYAML(name, err)
	}
	l.playbooks = append(l.playbooks, p)
	return true
}

// addTree takes in a tree. No two have the same name.
func (l *loader) addTree(t *tree) {
	if first, taken := l.trees[t.key()]; taken {
		l.wrong(t.file, lineAt(t.node), "there are two called %q: the other one is in %s", t.Name, first.file)
		return
	}
	t.lines, t.labels = make([]int, len(t.Steps)), map[string]int{}
	for i, step := range t.Steps {
		t.lines[i] = lineAt(t.node, t.stepsKey(), i)
		if step.Label != "" {
			t.labels[step.Label] = i
		}
	}
	l.trees[t.key()] = t
}

// roots lists the trees that a diagnosis of a kind begins with, in order.
func (l *library) roots(kind string) []*tree {
	var roots []*tree
	for _, t := range l.trees {
		if t.Order != 0 && t.covers(kind) {
			roots = append(roots, t)
		}
	}
	slices.SortFunc(roots, func(a, b *tree) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.key(), b.key())) })
	return roots
}
