package rbac

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Test asks every case of a YAML file. The error is a *PolicyError that names
// the lines when the file itself is wrong.
func (e *Enforcer) Test(path string) ([]Result, error) {
	text, err := read("the cases", path)
	if err != nil {
		return nil, err
	}
	cases, err := parseCases(path, text)
	if err != nil {
		return nil, err
	}
	results := make([]Result, 0, len(cases))
	var wrong []Problem
	for _, c := range cases {
		result, err := e.Check(c)
		if err == nil && c.Expect != Allow && c.Expect != Deny {
			err = fmt.Errorf("expect is %s: write allow or deny", quote(string(c.Expect)))
		}
		if err != nil {
			wrong = append(wrong, Problem{File: path, Line: c.Line, Text: err.Error()})
		}
		results = append(results, result)
	}
	if len(wrong) > 0 {
		return nil, &PolicyError{wrong}
	}
	return results, nil
}

// parseCases decodes strictly: an unknown key or a second document is an error.
func parseCases(path string, text []byte) ([]Case, error) {
	var cases []Case
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&cases); err != nil && !errors.Is(err, io.EOF) {
		return nil, inFile(path, err)
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("%s: it holds no cases: write a list of %s", path, caseKeys)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: it holds a second document (---), which would not be tested", path)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, inFile(path, err)
	}
	for i, item := range document.Content[0].Content {
		cases[i].Line = item.Line
	}
	return cases, nil
}

const caseKeys = "{who, groups, environment, cluster, namespace, target, channel, action, expect}"

var (
	yamlLine   = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	unknownKey = regexp.MustCompile(`^field (\S+) not found in type \S+$`)
)

// inFile puts the decoder's complaints into the words of the file.
func inFile(path string, err error) error {
	messages := []string{err.Error()}
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		messages = typed.Errors
	}
	wrong := &PolicyError{}
	for _, message := range messages {
		problem := Problem{File: path, Line: 1, Text: strings.TrimPrefix(message, "yaml: ")}
		if m := yamlLine.FindStringSubmatch(message); m != nil {
			problem.Line, _ = strconv.Atoi(m[1])
			problem.Text = m[2]
		}
		if m := unknownKey.FindStringSubmatch(problem.Text); m != nil {
			problem.Text = fmt.Sprintf("unknown key %s: a case is %s", quote(m[1]), caseKeys)
		}
		if strings.Contains(problem.Text, "into []rbac.Case") {
			problem.Text = "this is no list: write a list of " + caseKeys
		}
		wrong.Problems = append(wrong.Problems, problem)
	}
	return wrong
}
