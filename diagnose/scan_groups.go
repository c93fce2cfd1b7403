package diagnose

import (
	"slices"

	"github.com/steward-bot/steward/ops"
)

// groupsOf gathers a scan's diagnoses by cause. Where two causes blame one
// object, as that it was scaled to zero, and that somebody did it, the one that
// explains the other takes over what that brings down.
func groupsOf(diagnoses []ops.Diagnosis) []ops.Group {
	groups := ops.GroupByCause(diagnoses)
	for loser := range groups {
		for winner := range groups {
			same := groups[winner].Cause.Object == groups[loser].Cause.Object
			if same && len(groups[winner].Targets) > 0 && explains(groups[winner].Cause.ID, groups[loser].Cause.ID) {
				groups[winner].Targets = append(groups[winner].Targets, groups[loser].Targets...)
				groups[loser].Targets = nil
				break
			}
		}
	}
	groups = slices.DeleteFunc(groups, func(g ops.Group) bool { return len(g.Targets) == 0 })
	ops.SortGroups(groups)
	return groups
}
