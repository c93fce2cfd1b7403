package diagnose

import (
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	atLine     = regexp.MustCompile(`^(?:yaml: )?line (\d+): `)
	unknownKey = regexp.MustCompile(`^(?:field|key) (\S+) (?:not found|already set) in type diagnose\.(\w+)$`)
)

// wrongYAML says in the file's own words what the decoder refuses: the line,
// the key, and what is allowed there. It tells whether the documents after it
// can be read.
func (l *loader) wrongYAML(file string, err error) (goOn bool) {
	var typed *yaml.TypeError
	messages := []string{err.Error()}
	if errors.As(err, &typed) {
		messages, goOn = typed.Errors, true
	}
	for _, message := range messages {
		line := 0
		if at := atLine.FindStringSubmatch(message); at != nil {
			line, _ = strconv.Atoi(at[1])
			message = message[len(at[0]):]
		}
		message = strings.TrimPrefix(message, "yaml: ")
		if found := unknownKey.FindStringSubmatch(message); found != nil {
			allowed := keysOfType(found[2])
			message = "unknown key " + strconv.Quote(found[1]) + nearest(found[1], allowed) + "; allowed here: " + strings.Join(allowed, ", ")
		}
		l.wrong(file, line, "%s", message)
	}
	return goOn
}

// keysOfType lists the keys that a part of a file may have.
func keysOfType(name string) []string {
	for _, each := range []any{tree{}, playbook{}, step{}, outcome{}, collected{}, ownCheck{}, ownEvidence{}, ownCause{}, ownRemedy{}, PlaybookCase{}} {
		t := reflect.TypeOf(each)
		if t.Name() != name {
			continue
		}
		var keys []string
		for i := range t.NumField() {
			if tag, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); tag != "" {
				keys = append(keys, tag)
			}
		}
		slices.Sort(keys)
		return keys
	}
	return nil
}
