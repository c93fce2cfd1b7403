package ops

import (
	"cmp"
	"slices"
)

// ScanSchema names the JSON shape of a Scan. It is public.
const ScanSchema = "steward.scan/v1"

// Scan is what is wrong in a namespace, or in a whole cluster.
type Scan struct {
	Schema    string      `json:"schema"`
	Cluster   string      `json:"cluster"`
	TookMS    int64       `json:"took_ms"`
	Workloads int         `json:"workloads"` // how many were looked at
	Diagnoses []Diagnosis `json:"diagnoses"` // the unhealthy only, most important first
	// Unknown is what could not be read of the whole: kinds, namespaces.
	Unknown []Gap `json:"unknown"`
	// Namespace is what was looked at, "" for the whole cluster.
	Namespace string `json:"-"`
	// Groups are the diagnoses by cause, for people.
	Groups []Group `json:"-"`
}

// Group is one cause and all that it brings down: one bad node under forty
// pods is one line.
type Group struct {
	Cause Cause `json:"cause"`
	// Targets are the diagnosed objects that name it first. The cause's
	// remedies are written for the first of them.
	Targets []DiagnosisTarget `json:"targets"`
}

// GroupByCause gathers diagnoses that have causes by their first one.
func GroupByCause(diagnoses []Diagnosis) []Group {
	var groups []Group
	at := map[[2]string]int{}
	for _, d := range diagnoses {
		cause := d.Causes[0]
		key := [2]string{cause.ID, cause.Object}
		i, known := at[key]
		if !known {
			i = len(groups)
			at[key] = i
			groups = append(groups, Group{Cause: cause})
		}
		groups[i].Targets = append(groups[i].Targets, d.Target)
	}
	return groups
}

// SortGroups puts the most important first: the surest, then what brings down
// most.
func SortGroups(groups []Group) {
	slices.SortStableFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Cause.Confidence.Rank(), b.Cause.Confidence.Rank()), -cmp.Compare(len(a.Targets), len(b.Targets)))
	})
}
