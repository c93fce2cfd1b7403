package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/steward-bot/steward/ops"
)

const (
	changeWindow = 24 * time.Hour // how far back a change is worth showing
	changesLimit = 12
	keysShown    = 5
)

// changesOf lists what was changed about a workload, newest first: its
// template, its number of replicas, the configuration that it reads, and what
// sources outside the cluster say about it.
func (v *view) changesOf(w *workload) []*Change {
	changes := append(v.rollouts(w), v.scalings(w)...)
	for _, use := range configsOf(w) {
		changes = append(changes, v.configChanges(use.Ref)...)
	}
	for i := range v.Changes {
		if v.Changes[i].Object == w.Ref {
			changes = append(changes, &v.Changes[i])
		}
	}
	slices.SortStableFunc(changes, func(a, b *Change) int {
		return cmp.Or(-a.At.Compare(b.At), cmp.Compare(a.Summary, b.Summary))
	})
	return changes
}

// rollouts are the revisions after the first.
func (v *view) rollouts(w *workload) []*Change {
	var changes []*Change
	for i, r := range w.Revisions {
		if i == len(w.Revisions)-1 {
			break // the first is no change
		}
		change := &Change{At: r.Created, Source: "rollout", Object: w.Ref, Field: "spec.template"}
		if i == 0 {
			// Undoing brings an old ReplicaSet back: the write says when.
			if write := v.lastWrite(w.Ref, "spec.template"); write != nil && write.At.After(r.Created) {
				change.At = write.At
			}
		}
		change.Who = v.writerAt(w.Ref, "spec.template", change.At)
		change.Summary = fmt.Sprintf("revision %d: %s", r.Number, describeDiff(w.Revisions[i+1], r))
		if r.Cause != "" {
			change.Summary += " (" + ops.Shorten(r.Cause, 80) + ")"
		}
		changes = append(changes, change)
	}
	return changes
}

// describeDiff says in a few words what a revision changed.
func describeDiff(before, after *revision) string {
	var parts []string
	for _, container := range after.Template.Spec.Containers {
		if was := before.image(container.Name); was != "" && was != container.Image {
			parts = append(parts, fmt.Sprintf("image %s → %s", was, container.Image))
		}
	}
	if added, removed, changed := envDiff(before.Template, after.Template); len(added)+len(removed)+len(changed) > 0 {
		parts = append(parts, "env "+strings.Join(slices.Concat(prefixed("+", added), prefixed("-", removed), prefixed("~", changed)), " "))
	}
	if len(parts) == 0 {
		return "the pod template was changed"
	}
	return strings.Join(parts, ", ")
}

func prefixed(sign string, names []string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = sign + name
	}
	return list
}

// scalings are the writes of spec.replicas after the object was made.
func (v *view) scalings(w *workload) []*Change {
	var changes []*Change
	for _, write := range v.writes[w.Ref] {
		if write.Created || !write.touches("spec.replicas") || write.touches("spec.template") {
			continue
		}
		changes = append(changes, &Change{
			At: write.At, Source: "scale", Who: write.Manager, Object: w.Ref, Field: "spec.replicas",
			Summary: fmt.Sprintf("scaled to %s%s", count(int(w.Desired), "replica"), v.scaledFrom(w)),
		})
	}
	return changes
}

// configChanges are the writes of a ConfigMap's or Secret's data after it was
// made.
func (v *view) configChanges(ref Ref) []*Change {
	var changes []*Change
	for _, write := range v.writes[ref] {
		if write.Created || !write.touches("data") && !write.touches("binaryData") && !write.touches("stringData") {
			continue
		}
		changes = append(changes, &Change{
			At: write.At, Source: "config", Who: write.Manager, Object: ref, Field: "data",
			Summary: fmt.Sprintf("%s %s was written (%s)", ref.Kind, ref.Name, keysOf(write)),
		})
	}
	return changes
}

func keysOf(write *Write) string {
	var keys []string
	for _, f := range write.Fields {
		if section, key, ok := strings.Cut(f, "."); ok && (section == "data" || section == "binaryData") {
			keys = append(keys, key)
		}
	}
	if len(keys) > keysShown {
		return fmt.Sprintf("keys %s and %d more", strings.Join(keys[:keysShown], ", "), len(keys)-keysShown)
	}
	return "keys " + strings.Join(keys, ", ")
}

// lastWrite is the newest write of a field after the object was made, nil if
// there is none.
func (v *view) lastWrite(object Ref, field string) *Write {
	writes := v.writes[object]
	for i := len(writes) - 1; i >= 0; i-- {
		if !writes[i].Created && writes[i].touches(field) {
			return writes[i]
		}
	}
	return nil
}

// writerAt is who wrote a field at a moment, "" if nobody is known to. Of
// several it is the nearest, and rather who changed it than who made it.
func (v *view) writerAt(object Ref, field string, at time.Time) string {
	var nearest *Write
	for _, write := range v.writes[object] {
		off := write.At.Sub(at).Abs()
		if !write.touches(field) || off > createdWithin {
			continue
		}
		if nearest == nil || off < nearest.At.Sub(at).Abs() || off == nearest.At.Sub(at).Abs() && nearest.Created {
			nearest = write
		}
	}
	if nearest == nil {
		return ""
	}
	return nearest.Manager
}

// changesNear lists the changes to show: those of the target and of whatever
// is blamed, newest first, with those that are implicated marked.
func (c *course) changesNear(f *finding) []ops.ChangeEvent {
	blamed := map[Change]bool{}
	var changes []*Change
	for _, candidate := range f.candidates {
		for _, change := range candidate.changes {
			blamed[*change] = true
			changes = append(changes, change)
		}
		if w := c.workload(candidate.object); w != nil && candidate.object != c.target {
			changes = append(changes, c.changesOf(w)...)
		}
	}
	if w := c.workload(c.target); w != nil {
		changes = append(changes, c.changesOf(w)...)
	}
	slices.SortStableFunc(changes, func(a, b *Change) int {
		return cmp.Or(-a.At.Compare(b.At), compareRefs(a.Object, b.Object), cmp.Compare(a.Summary, b.Summary))
	})
	events, shown := []ops.ChangeEvent{}, map[Change]bool{}
	for _, change := range changes {
		recent := c.At.Sub(change.At) <= changeWindow
		if shown[*change] || !recent && !blamed[*change] || len(events) >= changesLimit && !blamed[*change] {
			continue
		}
		shown[*change] = true
		events = append(events, ops.ChangeEvent{
			At: change.At.UTC(), Source: change.Source, Who: change.Who, Link: change.Link,
			Summary: ops.Shorten(change.Object.String()+": "+change.Summary, valueLimit), Implicated: blamed[*change],
		})
	}
	return events
}
