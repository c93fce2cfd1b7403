package diagnose

import (
	"cmp"
	"context"
	"slices"

	"github.com/steward-bot/steward/ops"
)

// ScanSchema names the JSON shape of a Scan. It is public.
const ScanSchema = "steward.scan/v1"

// Scan is what is wrong in a namespace, or in a whole cluster.
type Scan struct {
	Schema    string          `json:"schema"`
	Cluster   string          `json:"cluster"`
	TookMS    int64           `json:"took_ms"`
	Workloads int             `json:"workloads"` // how many were looked at
	Diagnoses []ops.Diagnosis `json:"diagnoses"` // the unhealthy only, most important first
	// Unknown is what could not be read of the whole: kinds, namespaces.
	Unknown []ops.Gap `json:"unknown"`
}

// Group is one cause and all that it brings down: one bad node under forty
// pods is one line.
type Group struct {
	Cause   ops.Cause             `json:"cause"`
	Targets []ops.DiagnosisTarget `json:"targets"` // which diagnoses name it first
}

// Scan looks at every workload, Service, claim, autoscaler and node of a
// namespace, or of the whole cluster when namespace is empty. May tells what
// the asker may see; nil means everything.
func (d *Diagnoser) Scan(ctx context.Context, target ops.Target, may func(ops.Target) bool) (Scan, error) {
	target.Kind, target.Name = "", ""
	snapshot, err := d.Snapshot(ctx, target, may)
	if err != nil {
		return Scan{}, err
	}
	return d.engine.Scan(snapshot), nil
}

// Scan diagnoses everything in a snapshot. It is pure.
func (e *Engine) Scan(s *Snapshot) Scan {
	v := index(s)
	scan := Scan{Schema: ScanSchema, Cluster: s.Cluster, TookMS: s.TookMS, Diagnoses: []ops.Diagnosis{}, Unknown: []ops.Gap{}}
	for _, gap := range s.Gaps {
		scan.Unknown = append(scan.Unknown, ops.Gap{Check: "scan", Missing: gap.Why})
	}
	for _, ref := range v.scanned() {
		if v.workload(ref) != nil {
			scan.Workloads++
		}
		if diagnosis := e.decide(v, ref); len(diagnosis.Causes) > 0 {
			scan.Diagnoses = append(scan.Diagnoses, diagnosis)
		}
	}
	scan.Diagnoses = withoutRepeats(scan.Diagnoses)
	slices.SortStableFunc(scan.Diagnoses, func(a, b ops.Diagnosis) int {
		return cmp.Or(cmp.Compare(rank(a.Causes[0].Confidence), rank(b.Causes[0].Confidence)), -cmp.Compare(len(a.Causes[0].Effects), len(b.Causes[0].Effects)))
	})
	return scan
}

// scanned lists what a scan looks at: workloads first, then what they need.
func (v *view) scanned() []Ref {
	refs := v.roots("")
	for _, object := range v.Objects.Services {
		refs = append(refs, refOf("Service", object))
	}
	for _, object := range v.Objects.Ingresses {
		refs = append(refs, refOf("Ingress", object))
	}
	for _, object := range v.Objects.CronJobs {
		refs = append(refs, refOf("CronJob", object))
	}
	for _, object := range v.Objects.HPAs {
		refs = append(refs, refOf("HorizontalPodAutoscaler", object))
	}
	for _, object := range v.Objects.PVCs {
		refs = append(refs, refOf("PersistentVolumeClaim", object))
	}
	for _, object := range v.Objects.Nodes {
		refs = append(refs, refOf("Node", object))
	}
	for _, object := range v.Objects.Namespaces {
		refs = append(refs, refOf("Namespace", object))
	}
	return refs
}

// withoutRepeats drops the diagnoses of Services, claims and the like that
// only repeat what a workload's says already.
func withoutRepeats(list []ops.Diagnosis) []ops.Diagnosis {
	told := map[[2]string]bool{}
	var kept []ops.Diagnosis
	for _, d := range list {
		own := slices.Contains(workloadKinds, d.Target.Kind)
		news := own
		for _, cause := range d.Causes {
			key := [2]string{cause.ID, cause.Object}
			news = news || !told[key]
			told[key] = true
		}
		if news {
			kept = append(kept, d)
		}
	}
	return slices.Clip(kept)
}

// Groups gathers a scan's diagnoses by their first cause, most important first:
// the surest, then what brings down most.
func (s Scan) Groups() []Group {
	var groups []Group
	at := map[[2]string]int{}
	for _, d := range s.Diagnoses {
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
	slices.SortStableFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(rank(a.Cause.Confidence), rank(b.Cause.Confidence)), -cmp.Compare(len(a.Targets), len(b.Targets)))
	})
	return groups
}
