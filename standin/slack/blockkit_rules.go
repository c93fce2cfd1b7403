package slack

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// rule holds one value of a document, found at a JSON pointer, against what
// Slack allows there.
type rule func(j *judge, at string, v any)

// fields are the rules of an object's fields by name.
type fields map[string]rule

func union(a, b fields) fields {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// anything is for what Slack does not look into.
func anything(*judge, string, any) {}

// words is a string of lo to hi characters.
func words(lo, hi int) rule {
	return func(j *judge, at string, v any) {
		s, ok := v.(string)
		n := utf8.RuneCountInString(s)
		switch {
		case !ok:
			j.say(at, "must be a string")
		case n < lo:
			j.say(at, "must be more than %d characters", lo-1)
		case n > hi:
			j.say(at, "must be less than %d characters", hi+1)
		}
	}
}

// oneOf is a string out of a list.
func oneOf(allowed ...string) rule {
	return func(j *judge, at string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(allowed, s) {
			j.say(at, "must be a valid enum value: %s", strings.Join(allowed, ", "))
		}
	}
}

func boolean(j *judge, at string, v any) {
	if _, ok := v.(bool); !ok {
		j.say(at, "must be a boolean")
	}
}

// whole is an integer from lo to hi.
func whole(lo, hi int64) rule {
	return func(j *judge, at string, v any) {
		number, _ := v.(json.Number)
		n, err := number.Int64()
		if err != nil || n < lo || n > hi {
			j.say(at, "must be a whole number from %d to %d", lo, hi)
		}
	}
}

// listOf is an array of lo to hi items.
func listOf(lo, hi int, item rule) rule {
	return func(j *judge, at string, v any) {
		items, ok := v.([]any)
		switch {
		case !ok:
			j.say(at, "must be an array")
			return
		case len(items) < lo:
			j.say(at, "must have at least %d item", lo)
		case len(items) > hi:
			j.say(at, "no more than %d items allowed", hi)
		}
		for i, v := range items {
			item(j, at+"/"+strconv.Itoa(i), v)
		}
	}
}

// object has all required fields, any of the optional ones and no other.
func object(required, optional fields) rule {
	return func(j *judge, at string, v any) {
		o, ok := v.(map[string]any)
		if !ok {
			j.say(at, "must be an object")
			return
		}
		for _, name := range slices.Sorted(maps.Keys(required)) {
			if o[name] == nil {
				j.say(at, "missing required field: %s", name)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(o)) {
			check, known := required[name]
			if !known {
				check, known = optional[name]
			}
			switch {
			case !known && name != "type":
				j.say(at, "invalid additional property: %s", name)
			case known && o[name] != nil:
				check(j, at+"/"+name, o[name])
			}
		}
	}
}

// byType is an object whose field "type" says which rule holds.
func byType(kinds map[string]rule) rule {
	return func(j *judge, at string, v any) {
		o, ok := v.(map[string]any)
		if !ok {
			j.say(at, "must be an object")
			return
		}
		kind, ok := o["type"].(string)
		if !ok {
			j.say(at, "missing required field: type")
			return
		}
		check, known := kinds[kind]
		if !known {
			j.say(at+"/type", "unsupported type: %s", kind)
			return
		}
		check(j, at, v)
	}
}

// both holds a value against two rules.
func both(first, second rule) rule {
	return func(j *judge, at string, v any) {
		first(j, at, v)
		second(j, at, v)
	}
}

// anyField demands at least one of the named fields.
func anyField(names ...string) rule {
	return func(j *judge, at string, v any) {
		o, _ := v.(map[string]any)
		if !slices.ContainsFunc(names, func(name string) bool { return o[name] != nil }) {
			j.say(at, "missing required field: %s", strings.Join(names, " or "))
		}
	}
}

// schema wraps a rule for what Slack matches as a whole: any complaint inside
// comes after the one that nothing matched.
func schema(inside rule) rule {
	return func(j *judge, at string, v any) {
		inner := &judge{}
		inside(inner, at, v)
		if len(inner.messages) > 0 {
			j.say(at, "failed to match all allowed schemas")
			j.messages = append(j.messages, inner.messages...)
		}
	}
}
