package bot

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// nearest sorts the choices by how little typing separates them from what was
// typed, and tells the first of them if it may well have been meant.
func nearest(typed string, choices []string) (sorted []string, meant string) {
	typed = cutRunes(strings.ToLower(typed), 64) // no name of ours is longer; hostile ones cost nothing
	sorted = slices.Clone(choices)
	slices.SortStableFunc(sorted, func(a, b string) int {
		return levenshtein.ComputeDistance(typed, a) - levenshtein.ComputeDistance(typed, b)
	})
	if len(sorted) > 0 && levenshtein.ComputeDistance(typed, sorted[0]) <= max(1, len(sorted[0])/3) {
		meant = sorted[0]
	}
	return sorted, meant
}
