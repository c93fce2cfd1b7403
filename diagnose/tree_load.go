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
	"strings"

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
	trees     map[string]*tree
}

// loadTrees reads every tree of a folder. It is the same code for those that
// are built in and those of administrators. The error names file and step.
func (l *library) loadTrees(files fs.FS, folder string) error {
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		return fmt.Errorf("reading the playbooks: %w", err)
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".yaml") {
			continue
		}
		raw, err := fs.ReadFile(files, path.Join(folder, entry.Name()))
		if err != nil {
			return fmt.Errorf("reading the playbook %s: %w", entry.Name(), err)
		}
		if err := l.loadFile(entry.Name(), raw); err != nil {
			return fmt.Errorf("playbook %s: %w", entry.Name(), err)
		}
	}
	return l.validate()
}

// loadFile reads the trees of one file, which are separated by "---".
func (l *library) loadFile(name string, raw []byte) error {
	strict, again := yaml.NewDecoder(bytes.NewReader(raw)), yaml.NewDecoder(bytes.NewReader(raw))
	strict.KnownFields(true)
	for {
		t, node := new(tree), new(yaml.Node)
		if err := strict.Decode(t); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := again.Decode(node); err != nil {
			return err
		}
		if _, taken := l.trees[t.Name]; taken {
			return fmt.Errorf("line %d: there are two trees called %q", node.Line, t.Name)
		}
		t.file, t.lines = name, stepLines(node)
		t.labels = map[string]int{}
		for i, step := range t.Steps {
			if step.Label != "" {
				t.labels[step.Label] = i
			}
		}
		l.trees[t.Name] = t
	}
}

// stepLines finds the line of each step of a tree, for errors.
func stepLines(document *yaml.Node) []int {
	var lines []int
	if len(document.Content) == 0 {
		return nil
	}
	fields := document.Content[0].Content
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i].Value == "steps" {
			for _, step := range fields[i+1].Content {
				lines = append(lines, step.Line)
			}
		}
	}
	return lines
}

// roots lists the trees that a diagnosis of a kind begins with, in order.
func (l *library) roots(kind string) []*tree {
	var roots []*tree
	for _, t := range l.trees {
		if t.Order != 0 && t.covers(kind) {
			roots = append(roots, t)
		}
	}
	slices.SortFunc(roots, func(a, b *tree) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Name, b.Name)) })
	return roots
}
