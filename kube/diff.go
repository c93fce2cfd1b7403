package kube

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/ops"
)

// Bounds of a diff that a person reads: how many fields, and how many
// characters of a value.
const (
	diffFields = 40
	diffValue  = 200
)

// Diff lists the fields in which two pod templates differ, images first. A path
// is short for people, "containers[checkout].image": elements of lists are
// known by their names, the pod's own labels and annotations stand under
// "template". Secrets are redacted, values bounded, and after 40 fields a last
// line says how many more there are.
func Diff(before, after Template) []ops.Change {
	var d differ
	d.walk("", "", map[string]any(before)["spec"], map[string]any(after)["spec"])
	d.walk("template", "", map[string]any(before)["metadata"], map[string]any(after)["metadata"])
	return d.bounded()
}

// DiffAnnotations lists the annotations in which two objects differ, under
// "annotations[…]"; those that an undo leaves alone do not count.
func DiffAnnotations(before, after map[string]string) []ops.Change {
	var d differ
	d.walk("", "", annotated(before), annotated(after))
	return d.bounded()
}

func annotated(annotations map[string]string) map[string]any {
	members := make(map[string]any, len(annotations))
	for key, value := range restorable(annotations) {
		members[key] = value
	}
	return map[string]any{"annotations": members}
}

// differ collects changes.
type differ struct{ changes []ops.Change }

// walk compares two JSON values at a path. Name is what people call the value,
// such as an environment variable's name; it decides whether it is a secret.
func (d *differ) walk(path, name string, before, after any) {
	if reflect.DeepEqual(before, after) {
		return
	}
	b, bIsObject := before.(map[string]any)
	a, aIsObject := after.(map[string]any)
	if (bIsObject || before == nil) && (aIsObject || after == nil) && len(b)+len(a) > 0 {
		d.walkObject(path, name, b, a)
		return
	}
	bList, bIsList := before.([]any)
	aList, aIsList := after.([]any)
	if (bIsList || before == nil) && (aIsList || after == nil) {
		if key := elementKey(bList, aList); key != "" {
			d.walkList(path, key, bList, aList)
			return
		}
	}
	d.add(path, shownValue(name, before), shownValue(name, after))
}

func (d *differ) walkObject(path, name string, before, after map[string]any) {
	free := freeKeys[path[strings.LastIndex(path, ".")+1:]]
	for _, key := range union(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after))) {
		switch {
		case free:
			d.walk(fmt.Sprintf("%s[%s]", path, ops.Shorten(key, diffValue)), key, before[key], after[key])
		case key == "value":
			d.walk(join(path, key), name, before[key], after[key])
		default:
			d.walk(join(path, key), "", before[key], after[key])
		}
	}
}

// freeKeys are the objects whose keys are chosen by people: in a path the keys
// stand in brackets, and say whether the value is a secret.
var freeKeys = map[string]bool{
	"labels": true, "annotations": true, "limits": true, "requests": true, "nodeSelector": true, "matchLabels": true,
	"volumeAttributes": true, "options": true, // of CSI and flex volumes
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (d *differ) add(path, before, after string) {
	if before == redact.Hidden && after == redact.Hidden {
		after += " (another value)"
	}
	d.changes = append(d.changes, ops.Change{Path: path, Before: before, After: after})
}

func (d *differ) bounded() []ops.Change {
	slices.SortStableFunc(d.changes, func(a, b ops.Change) int { return cmp.Compare(rank(a), rank(b)) })
	if len(d.changes) <= diffFields {
		return d.changes
	}
	more := len(d.changes) - diffFields
	return append(d.changes[:diffFields:diffFields], ops.Change{Path: fmt.Sprintf("and %d more fields", more)})
}

// rank puts images first: they are what people look for.
func rank(change ops.Change) int {
	if strings.HasSuffix(change.Path, ".image") {
		return 0
	}
	return 1
}

// union gives the names of both, sorted, each once.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
