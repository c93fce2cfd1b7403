package diagnose

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// nearestLimit is how many names are offered in place of a wrong one.
const nearestLimit = 3

// nearNames lists the names that are nearest to a wrong one, nearest first.
// Those that share nothing with it are left out.
func nearNames(wrong string, names []string) []string {
	distance := func(name string) int { return levenshtein.ComputeDistance(wrong, name) }
	near := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return name == "" || distance(name) > max(2, len(wrong)/2) && !strings.Contains(name, wrong) && !strings.Contains(wrong, name)
	})
	slices.SortFunc(near, func(a, b string) int { return cmp.Or(cmp.Compare(distance(a), distance(b)), cmp.Compare(a, b)) })
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
