package diagnose

import (
	"cmp"
	"context"
	"slices"

	"github.com/steward-bot/steward/ops"
)

// Scan looks at every workload, Service, claim, autoscaler and node of a
// namespace, or of the whole cluster when namespace is empty. May tells what
// the asker may see; nil means everything.
func (d *Diagnoser) Scan(ctx context.Context, target ops.Target, may func(ops.Target) bool) (ops.Scan, error) {
	target.Kind, target.Name = "", ""
	engine := d.engine.Load()
	snapshot, err := d.snapshot(ctx, engine, target, may)
	if err != nil {
		return ops.Scan{}, err
	}
	return engine.Scan(snapshot), nil
}

// Scan diagnoses everything in a snapshot. It is pure.
func (e *Engine) Scan(s *Snapshot) ops.Scan {
	v := index(s)
	scan := ops.Scan{
		Schema: ops.ScanSchema, Cluster: s.Cluster, Namespace: s.Target.Namespace, TookMS: s.TookMS,
		Diagnoses: []ops.Diagnosis{}, Unknown: []ops.Gap{},
	}
	for _, gap := range s.Gaps {
		scan.Unknown = append(scan.Unknown, ops.Gap{Check: "scan", Missing: gap.Why})
	}
	known := map[Ref]*finding{}
	for _, ref := range v.scanned() {
		if v.workload(ref) != nil {
			scan.Workloads++
		}
		switch diagnosis, open := e.decide(v, ref, known); {
		case len(diagnosis.Causes) > 0:
			scan.Diagnoses = append(scan.Diagnoses, diagnosis)
		case open:
			scan.Unknown = append(scan.Unknown, ops.Gap{Check: ref.String(), Missing: "something is wrong with " + ref.String() + ", and no check could say why"})
		}
	}
	scan.Diagnoses = withoutRepeats(scan.Diagnoses)
	slices.SortStableFunc(scan.Diagnoses, func(a, b ops.Diagnosis) int {
		return cmp.Or(cmp.Compare(a.Causes[0].Confidence.Rank(), b.Causes[0].Confidence.Rank()), -cmp.Compare(len(a.Causes[0].Effects), len(b.Causes[0].Effects)))
	})
	scan.Groups = groupsOf(scan.Diagnoses)
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
