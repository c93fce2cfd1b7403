package diagnose

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/steward-bot/steward/ops"
)

// PlaybookCase is one test of playbooks: a snapshot, and what is wrong there.
type PlaybookCase struct {
	Snapshot  string   `yaml:"snapshot"`  // a file that steward diagnose --save-snapshot has written, from the tests' folder
	Target    string   `yaml:"target"`    // as a person types it; the snapshot's own, if it is left out
	Playbooks []string `yaml:"playbooks"` // files and folders, from the tests' folder; that folder, if they are left out
	Expect    string   `yaml:"expect"`    // the first cause's id, healthy or unknown
	Not       string   `yaml:"not"`       // an id that must not be among the causes
}

// PlaybookResult is how a test went.
type PlaybookResult struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Snapshot string   `json:"snapshot"`
	Target   string   `json:"target"`
	Expect   string   `json:"expect,omitempty"`
	Not      string   `json:"not,omitempty"`
	Got      string   `json:"got"`    // the first cause's id, healthy or unknown
	Causes   []string `json:"causes"` // all of them
	Passed   bool     `json:"passed"`
}

// String tells the result in one line.
func (r PlaybookResult) String() string {
	wanted := r.Expect
	switch {
	case r.Not != "" && wanted == "":
		wanted = "not " + r.Not
	case r.Not != "":
		wanted += " and not " + r.Not
	}
	if r.Passed {
		return fmt.Sprintf("ok    %s:%d: %s gives %s", r.File, r.Line, r.Target, r.Got)
	}
	return fmt.Sprintf("FAIL  %s:%d: %s gives %s, and should give %s", r.File, r.Line, r.Target, strings.Join(r.all(), ", "), wanted)
}

func (r PlaybookResult) all() []string {
	if len(r.Causes) == 0 {
		return []string{r.Got}
	}
	return r.Causes
}

// LintPlaybooks tells all that is wrong with playbooks, which are files and
// folders, and how many there are. The error tells that they could not be read.
func LintPlaybooks(paths ...string) (problems Problems, playbooks int, err error) {
	files, err := ReadPlaybooks(paths...)
	if err != nil {
		return nil, 0, err
	}
	if len(files) == 0 {
		return nil, 0, fmt.Errorf("there are no playbooks in %s: their names end in .yaml or .yml", strings.Join(paths, ", "))
	}
	engine, err := NewEngine(files...)
	if errors.As(err, &problems) {
		return problems, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	for _, t := range engine.library.trees {
		if t.own != nil {
			playbooks++
		}
	}
	return nil, playbooks, nil
}

// RunPlaybookTests runs the tests of files, and of folders, where they are in
// files whose names end in _test.yaml. The error names file and line of a test
// that is no test.
func RunPlaybookTests(paths ...string) ([]PlaybookResult, error) {
	var results []PlaybookResult
	for _, path := range paths {
		files := []string{path}
		if info, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("there is no file or folder %s", path)
		} else if info.IsDir() {
			files, err = filepath.Glob(filepath.Join(path, "*"+testSuffix))
			if err != nil || len(files) == 0 {
				return nil, fmt.Errorf("there are no tests in %s: their names end in %s", path, testSuffix)
			}
		}
		for _, file := range files {
			of, err := runCases(file)
			if err != nil {
				return nil, err
			}
			results = append(results, of...)
		}
	}
	return results, nil
}

// runCases runs the tests of one file. Playbooks that several of them name are
// read once.
func runCases(file string) ([]PlaybookResult, error) {
	cases, lines, err := readCases(file)
	if err != nil {
		return nil, err
	}
	engines := map[string]*Engine{}
	var results []PlaybookResult
	for i, c := range cases {
		playbooks := strings.Join(c.Playbooks, "\x00")
		if engines[playbooks] == nil {
			if engines[playbooks], err = engineOf(file, c.Playbooks); err != nil {
				return nil, err
			}
		}
		result, err := c.run(file, engines[playbooks])
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, lines[i], err)
		}
		result.File, result.Line = file, lines[i]
		results = append(results, result)
	}
	return results, nil
}

// readCases decodes strictly: a test with a misspelt key would test nothing.
func readCases(file string) (cases []PlaybookCase, lines []int, err error) {
	raw, err := readBounded(file, playbookBytes)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the tests: %w", err)
	}
	l := &loader{}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(&cases); err != nil && !errors.Is(err, io.EOF) {
		l.wrongYAML(file, err)
		return nil, nil, l.problems.err()
	}
	if len(cases) == 0 {
		return nil, nil, fmt.Errorf("%s: it holds no tests: write a list of {snapshot, expect}", file)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("%s: it holds a second document (---), which would not be tested", file)
	}
	node := new(yaml.Node)
	if err := yaml.Unmarshal(raw, node); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	for i := range cases {
		lines = append(lines, lineAt(node, i))
	}
	return cases, lines, nil
}

func engineOf(file string, playbooks []string) (*Engine, error) {
	folder := filepath.Dir(file)
	if len(playbooks) == 0 {
		playbooks = []string{"."}
	}
	paths := make([]string, len(playbooks))
	for i, path := range playbooks {
		paths[i] = beside(folder, path)
	}
	files, err := ReadPlaybooks(paths...)
	if err != nil {
		return nil, err
	}
	return NewEngine(files...)
}

func beside(folder, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}

func (c PlaybookCase) run(file string, engine *Engine) (PlaybookResult, error) {
	if c.Snapshot == "" || c.Expect == "" && c.Not == "" {
		return PlaybookResult{}, errors.New("a test needs a snapshot, and expect or not")
	}
	for _, id := range []string{c.Expect, c.Not} {
		if id == "" || id == string(ops.StatusHealthy) || id == string(ops.StatusUnknown) {
			continue
		}
		if _, known := engine.library.causes[id]; !known {
			return PlaybookResult{}, fmt.Errorf("there is no cause %q%s", id, nearest(id, slices.Collect(maps.Keys(engine.library.causes))))
		}
	}
	raw, err := os.Open(beside(filepath.Dir(file), c.Snapshot))
	if err != nil {
		return PlaybookResult{}, fmt.Errorf("reading the snapshot: %w", err)
	}
	defer raw.Close()
	snapshot, err := Decode(raw)
	if err != nil {
		return PlaybookResult{}, fmt.Errorf("%s: %w", c.Snapshot, err)
	}
	target := Ref{snapshot.Target.Kind, snapshot.Target.Namespace, snapshot.Target.Name}
	if c.Target != "" {
		typed, err := ops.ParseRef(c.Target)
		if err != nil {
			return PlaybookResult{}, err
		}
		target = Ref{typed.Kind, typed.Namespace, typed.Name}
		if target.Namespace == "" && ops.Namespaced(target.Kind) {
			target.Namespace = snapshot.Target.Namespace
		}
	}
	if target.Kind == "" || target.Name == "" {
		return PlaybookResult{}, errors.New("the snapshot is of no one object: name a target, such as shop/deploy/checkout")
	}
	snapshot.Target = target.target()
	return c.judge(target, engine.Decide(snapshot)), nil
}

func (c PlaybookCase) judge(target Ref, d ops.Diagnosis) PlaybookResult {
	result := PlaybookResult{Snapshot: c.Snapshot, Target: target.String(), Expect: c.Expect, Not: c.Not, Got: string(d.Status), Causes: []string{}}
	for _, cause := range d.Causes {
		result.Causes = append(result.Causes, cause.ID)
	}
	if len(result.Causes) > 0 {
		result.Got = result.Causes[0]
	}
	result.Passed = (c.Expect == "" || result.Got == c.Expect) && (c.Not == "" || !slices.Contains(result.Causes, c.Not))
	return result
}
