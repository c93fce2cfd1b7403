package rbac

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strings"
)

// sizeLimit is the largest policy file, in bytes: some forty thousand rules.
const sizeLimit = 4 << 20

// problemLimit is how many mistakes one error lists.
const problemLimit = 20

// PolicyError lists the mistakes of a policy or test file.
type PolicyError struct {
	Problems []Problem
}

// Problem is one mistake.
type Problem struct {
	File string `json:"file"`
	Line int    `json:"line"` // from 1
	Text string `json:"text"` // what is wrong, and what is allowed there
}

// Error gives one line a mistake: "policy.csv:3: …".
func (e *PolicyError) Error() string {
	lines := make([]string, 0, len(e.Problems))
	for i, p := range e.Problems {
		if i == problemLimit {
			lines = append(lines, fmt.Sprintf("and %d more", len(e.Problems)-i))
			break
		}
		lines = append(lines, fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text))
	}
	return strings.Join(lines, "\n")
}

// read gives the bytes of the file that holds what: the policy, or its cases.
func read(what, path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", what, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, sizeLimit+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", what, err)
	}
	if len(text) > sizeLimit {
		return nil, fmt.Errorf("reading %s: %s is larger than %d MiB", what, path, sizeLimit>>20)
	}
	return text, nil
}

// parse reads a policy's lines. The error is a *PolicyError with every mistake.
func parse(file string, text []byte, actions []string) ([]Rule, []member, error) {
	var (
		rules   []Rule
		members []member
		wrong   []Problem
	)
	for i, line := range bytes.Split(text, []byte("\n")) {
		fields, err := split(string(line))
		switch {
		case err != nil:
		case len(fields) == 0:
		case fields[0] == "p":
			var rule Rule
			if rule, err = parseRule(fields[1:], actions); err == nil {
				rule.Line = i + 1
				rules = append(rules, rule)
			}
		case fields[0] == "g":
			var m member
			if m, err = parseMember(fields[1:]); err == nil {
				m.line = i + 1
				members = append(members, m)
			}
		default:
			err = fmt.Errorf("a line begins with p (a rule), g (who has a role) or # (a comment), not with %s", quote(fields[0]))
		}
		if err != nil {
			wrong = append(wrong, Problem{File: file, Line: i + 1, Text: err.Error()})
		}
	}
	if len(wrong) > 0 {
		return nil, nil, &PolicyError{wrong}
	}
	return rules, members, nil
}

// split reads one line as Casbin's file adapter does: no fields for a comment
// or a blank line.
func split(line string) ([]string, error) {
	line = strings.TrimSpace(line)
	if line == "" || strings.HasPrefix(line, "#") {
		return nil, nil
	}
	reader := csv.NewReader(strings.NewReader(line))
	reader.TrimLeadingSpace = true
	fields, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("this is no line of comma-separated fields: a quote is open or out of place")
	}
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	return fields, nil
}

func parseRule(fields []string, actions []string) (Rule, error) {
	if len(fields) != 8 {
		return Rule{}, fmt.Errorf("a rule has 8 fields after p, this one has %d: "+
			"p, SUBJECT, ENVIRONMENT, CLUSTER, NAMESPACE, KIND/NAME, CHANNEL, ACTION, allow|deny", len(fields))
	}
	object, err := parseObject(fields[4])
	checks := []error{
		checkSubject(fields[0]),
		checkPattern("ENVIRONMENT", fields[1], anyName),
		checkPattern("CLUSTER", fields[2], anyName),
		checkPattern("NAMESPACE", fields[3], namespaceName),
		err,
		checkChannel(fields[5]),
		checkAction(fields[6], actions),
		checkEffect(fields[7]),
	}
	for _, err := range checks {
		if err != nil {
			return Rule{}, err
		}
	}
	return Rule{
		Subject: fields[0], Environment: fields[1], Cluster: fields[2], Namespace: fields[3],
		Object: object, Channel: fields[5], Action: fields[6], Effect: Effect(fields[7]),
	}, nil
}

func parseMember(fields []string) (member, error) {
	if len(fields) != 2 {
		return member{}, fmt.Errorf("who has a role takes 2 fields after g, this line has %d: g, user:U…|group:S…, role:NAME", len(fields))
	}
	holder, role := fields[0], fields[1]
	switch {
	case !roleSubject.MatchString(role):
		return member{}, fmt.Errorf("%s is not a role: write role:NAME, as in g, user:U…|group:S…, role:NAME", quote(role))
	case roleSubject.MatchString(holder):
		return member{}, fmt.Errorf("%s cannot have a role: roles are given to user:U… or group:S… only, never to another role", quote(holder))
	case holder == everybody:
		return member{}, fmt.Errorf("* cannot have a role: write the role's rules for the subject * instead")
	case !personSubject.MatchString(holder):
		return member{}, fmt.Errorf("%s cannot have a role: write user:U… or group:S…, with Slack's id", quote(holder))
	}
	return member{holder: holder, role: role}, nil
}
