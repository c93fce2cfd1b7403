package diagnose

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// nearestLimit is how many names are offered in place of a wrong one.
const nearestLimit = 3

// namesLimit and nameLength bound what is compared: names are anybody's, and a
// ConfigMap may have thousands of keys.
const (
	namesLimit = 2000
	nameLength = 253
)

// nearNames lists the names that are nearest to a wrong one, nearest first.
// Those that share nothing with it are left out.
func nearNames(wrong string, names []string) []string {
	if len(wrong) > nameLength {
		return nil
	}
	distances := map[string]int{}
	var near []string
	for _, name := range names[:min(len(names), namesLimit)] {
		if name == "" || len(name) > nameLength {
			continue
		}
		distance := levenshtein.ComputeDistance(wrong, name)
		if distance <= max(2, len(wrong)/2) || strings.Contains(name, wrong) || strings.Contains(wrong, name) {
			distances[name] = distance
			near = append(near, name)
		}
	}
	slices.SortFunc(near, func(a, b string) int { return cmp.Or(cmp.Compare(distances[a], distances[b]), cmp.Compare(a, b)) })
	return near[:min(len(near), nearestLimit)]
}

// nearest says which names would have been right, for the end of an error.
func nearest(wrong string, names []string) string {
	near := nearNames(wrong, names)
	if len(near) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(near, ", ") + "?"
}
