package kube

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/steward-bot/steward/ops"
)

// elementKeys are the members by which Kubernetes tells the elements of its
// lists apart (the patchMergeKey of the API), most telling first.
var elementKeys = []string{"name", "mountPath", "devicePath", "containerPort", "ip", "conditionType"}

// elementKey finds the member that tells all elements of both lists apart, or
// "" when there is none: then order and repetition may matter.
func elementKey(before, after []any) string {
	for _, key := range elementKeys {
		if distinct(before, key) && distinct(after, key) && len(before)+len(after) > 0 {
			return key
		}
	}
	return ""
}

func distinct(list []any, key string) bool {
	found, _ := byKey(list, key)
	return len(found) == len(list)
}

func byKey(list []any, key string) (elements map[string]map[string]any, names []string) {
	elements = make(map[string]map[string]any, len(list))
	for _, element := range list {
		o, ok := element.(map[string]any)
		if !ok || o[key] == nil {
			continue
		}
		name := fmt.Sprint(o[key])
		elements[name] = o
		names = append(names, name)
	}
	return elements, names
}

// walkList compares lists whose elements are known by the value of key.
func (d *differ) walkList(path, key string, before, after []any) {
	b, bNames := byKey(before, key)
	a, aNames := byKey(after, key)
	for _, name := range union(bNames, aNames) {
		at := fmt.Sprintf("%s[%s]", path, ops.Shorten(name, diffValue))
		was, is := without(b[name], key), without(a[name], key)
		if len(was)+len(is) == 0 { // the element is its name and nothing else
			if (b[name] == nil) != (a[name] == nil) {
				d.add(at, present(b[name]), present(a[name]))
			}
			continue
		}
		d.walkObject(at, name, was, is)
	}
	if was, is := kept(bNames, a), kept(aNames, b); was != is {
		d.add(path+" (order)", ops.Shorten(was, diffValue), ops.Shorten(is, diffValue))
	}
}

// without gives an element without the member that its path shows already.
func without(element map[string]any, key string) map[string]any {
	rest := maps.Clone(element)
	delete(rest, key)
	return rest
}

func present(element map[string]any) string {
	if element == nil {
		return ""
	}
	return "present"
}

// kept lists the names, in their order, that the other list has too.
func kept(names []string, other map[string]map[string]any) string {
	both := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return other[n] == nil })
	return strings.Join(both, ", ")
}
