package diagnose

import (
	"cmp"
	"slices"

	"github.com/steward-bot/steward/ops"
)

// settle makes one list of causes out of the candidates: the deepest first,
// those that another explains as its effects. The stand-ins count only where
// there is nothing deeper.
func settle(candidates, standIns []candidate) []candidate {
	list := merge(candidates)
	if len(list) == 0 {
		list = merge(standIns)
	}
	list = explainAway(list)
	slices.SortStableFunc(list, func(a, b candidate) int {
		return cmp.Or(
			cmp.Compare(a.confidence.Rank(), b.confidence.Rank()),
			-cmp.Compare(a.depth, b.depth))
	})
	return list[:min(len(list), candidatesLimit)]
}

// merge makes one candidate out of those with the same cause and object.
func merge(candidates []candidate) []candidate {
	var list []candidate
	for _, c := range candidates {
		same := slices.IndexFunc(list, func(known candidate) bool { return known.cause.ID == c.cause.ID && known.object == c.object })
		if same < 0 {
			list = append(list, c)
			continue
		}
		known := &list[same]
		known.depth = max(known.depth, c.depth)
		known.explain(c.effects...)
		for _, e := range c.evidence {
			if !slices.Contains(known.evidence, e) && len(known.evidence) < evidenceLimit {
				known.evidence = append(slices.Clip(known.evidence), e)
			}
		}
		known.changes = append(slices.Clip(known.changes), c.changes...)
		if c.confidence.Rank() < known.confidence.Rank() {
			known.confidence = c.confidence
		}
	}
	return list
}

// evidenceLimit bounds the evidence of one cause: three pods that say the same
// prove no more than one.
const evidenceLimit = 12

// explainAway takes out each candidate that another one outranks, and makes it
// that one's effect.
func explainAway(list []candidate) []candidate {
	gone := make([]bool, len(list))
	for loser := range list {
		for winner := range list {
			if winner != loser && !gone[winner] && outranks(&list[winner], &list[loser]) {
				gone[loser] = true
				list[winner].explain(ops.Effect{ID: list[loser].cause.ID, Object: list[loser].object.String(), Summary: list[loser].cause.summary(list[loser].facts)})
				list[winner].explain(list[loser].effects...)
				break
			}
		}
	}
	var kept []candidate
	for i := range list {
		if !gone[i] {
			kept = append(kept, list[i])
		}
	}
	return kept
}
