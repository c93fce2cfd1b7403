//go:build contracts

package contracts

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// shape is the union of the keys of everything that a sample shows at one
// place: of all elements of a list, for one.
type shape struct {
	kind     string // object, list, text, number or truth; empty where the sample shows nothing
	keys     map[string]*shape
	elements *shape
}

func (s *shape) learn(value any) {
	switch v := value.(type) {
	case map[string]any:
		s.kind = "object"
		if s.keys == nil {
			s.keys = map[string]*shape{}
		}
		for key, inner := range v {
			if s.keys[key] == nil {
				s.keys[key] = &shape{}
			}
			s.keys[key].learn(inner)
		}
	case []any:
		s.kind = "list"
		if s.elements == nil {
			s.elements = &shape{}
		}
		for _, inner := range v {
			s.elements.learn(inner)
		}
	default:
		if kind := kindOf(value); kind != "" {
			s.kind = kind
		}
	}
}

func kindOf(value any) string {
	switch value.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "list"
	case string:
		return "text"
	case float64:
		return "number"
	case bool:
		return "truth"
	}
	return ""
}

// differences lists the places where the value has a key, or a kind of value,
// that the sample does not show.
func (s *shape) differences(value any, at string) []string {
	kind := kindOf(value)
	if kind == "" || s.kind == "" {
		return nil // null fits everywhere; what the sample leaves empty may be anything
	}
	if kind != s.kind {
		return []string{fmt.Sprintf("%s is a %s, in the sample a %s", at, kind, s.kind)}
	}
	var found []string
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if s.keys[key] == nil {
				found = append(found, fmt.Sprintf("%s.%s is not in the sample", at, key))
				continue
			}
			found = append(found, s.keys[key].differences(inner, at+"."+key)...)
		}
	case []any:
		for _, inner := range v {
			found = append(found, s.elements.differences(inner, at+"[]")...)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// missing lists those of the paths (a.b, or a[].b) that the value lacks.
func missing(value any, paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return has(value, path) })
}

func has(value any, path string) bool {
	key, rest, deeper := strings.Cut(path, ".")
	key, inList := strings.CutSuffix(key, "[]")
	object, _ := value.(map[string]any)
	inner, there := object[key]
	if inList {
		list, _ := inner.([]any)
		if there = len(list) > 0; there {
			inner = list[0]
		}
	}
	return there && (!deeper || has(inner, rest))
}

func parse(text []byte) (any, error) {
	var value any
	err := json.Unmarshal(text, &value)
	return value, err
}
