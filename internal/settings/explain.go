package settings

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

var unknownField = regexp.MustCompile(`^line (\d+): field (\S+) not found in type settings\.(\w+)$`)

// explain says what is wrong in the file's own words: the line, the key, and
// what is allowed there.
func explain(name string, err error) error {
	var typed *yaml.TypeError
	if !errors.As(err, &typed) {
		return errors.New(explainOne(name, strings.TrimPrefix(err.Error(), "yaml: ")))
	}
	messages := make([]string, len(typed.Errors))
	for i, message := range typed.Errors {
		messages[i] = explainOne(name, message)
	}
	return errors.New(strings.Join(messages, "\n"))
}

func explainOne(name, message string) string {
	if m := unknownField.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("%s:%s: unknown key %q; allowed here: %s", name, m[1], m[2], strings.Join(keys(m[3]), ", "))
	}
	if line, rest, ok := strings.Cut(strings.TrimPrefix(message, "line "), ": "); ok {
		return fmt.Sprintf("%s:%s: %s", name, line, rest)
	}
	return name + ": " + message
}

// keys lists what the section of the given type may hold.
func keys(section string) []string {
	allowed := []string{}
	collect(reflect.TypeFor[Settings](), section, &allowed)
	sort.Strings(allowed)
	return allowed
}

func collect(t reflect.Type, section string, into *[]string) {
	for t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[Secret]() {
		return
	}
	for i := range t.NumField() {
		if t.Name() == section {
			*into = append(*into, t.Field(i).Tag.Get("yaml"))
		}
		collect(t.Field(i).Type, section, into)
	}
}
