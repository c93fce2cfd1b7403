package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/steward-bot/steward/ops"
)

// builder puts objects of the API together to a Snapshot: it trims and redacts
// them, and keeps what would be lost by that.
type builder struct {
	snapshot *Snapshot
	shelves  []shelf
	preparer *preparer
	seen     map[Ref]bool

	sees    func(kind string, object metav1.Object) bool // nil: everything is seen
	hidden  map[Ref]bool                                 // what was not
	named   map[Ref]bool                                 // ConfigMaps, Secrets and claims that something seen names
	taken   map[Ref]bool                                 // workloads whose pods were asked for
	sums    map[Ref]summed                               // pods that are kept only as a part of their node's Load
	loads   map[string]*Load                             // by node
	members map[Ref]bool                                 // whether the pods of an owner may be seen
	sight   bool                                         // something was seen that not everybody sees
}

func newBuilder(cluster string, target ops.DiagnosisTarget, at time.Time, hashKey []byte) *builder {
	snapshot := &Snapshot{Schema: SnapshotSchema, Cluster: cluster, Target: target, At: at.UTC().Truncate(time.Millisecond)}
	return &builder{
		snapshot: snapshot, shelves: snapshot.Objects.shelves(), seen: map[Ref]bool{}, preparer: newPreparer(hashKey),
		hidden: map[Ref]bool{}, named: map[Ref]bool{}, taken: map[Ref]bool{},
		sums: map[Ref]summed{}, loads: map[string]*Load{}, members: map[Ref]bool{},
	}
}

// add takes in one object of the API, or one that is prepared already. One that
// is there already is left out.
func (b *builder) add(object runtime.Object) {
	made, ok := object.(*prepared)
	if !ok {
		made = b.preparer.prepareShared(object)
	}
	switch {
	case made == nil:
	case made.config != nil:
		b.config(made)
	case made.event != nil:
		if !b.hidden[made.event.About] && b.first(refOf("Event", made.meta)) {
			b.snapshot.Events = append(b.snapshot.Events, *made.event)
		}
	default:
		b.object(made)
	}
}

// config takes in a ConfigMap or Secret. One that was read as metadata only
// gives way to the same one with its keys.
func (b *builder) config(made *prepared) {
	config := *made.config
	ref := config.Ref()
	if b.seen[ref] && !b.hidden[ref] && config.KeysKnown {
		for i, known := range b.snapshot.Configs {
			if known.Ref() == ref && !known.KeysKnown {
				b.snapshot.Configs[i] = config
			}
		}
		return
	}
	if !b.first(ref) || !b.visible(config.Kind, made.meta) {
		return
	}
	b.snapshot.Writes = append(b.snapshot.Writes, made.writes...)
	b.snapshot.Configs = append(b.snapshot.Configs, config)
}

func (b *builder) object(made *prepared) {
	if !b.first(refOf(made.kind, made.meta)) || !b.visible(made.kind, made.meta) {
		return
	}
	for _, name := range made.names {
		b.named[name] = true
	}
	delete(b.sums, refOf(made.kind, made.meta))
	b.snapshot.Writes = append(b.snapshot.Writes, made.writes...)
	b.snapshot.References = append(b.snapshot.References, made.references...)
	for _, shelf := range b.shelves {
		if shelf.put(made.object) {
			return
		}
	}
}

func (b *builder) first(ref Ref) bool {
	if b.seen[ref] {
		return false
	}
	b.seen[ref] = true
	return true
}

// visible tells whether an object may be seen, and remembers if not.
func (b *builder) visible(kind string, object metav1.Object) bool {
	if b.sees == nil || b.sees(kind, object) {
		b.sight = b.sight || kind != "Namespace" && !slices.Contains(open, kind)
		return true
	}
	ref := refOf(kind, object)
	b.hidden[ref] = true
	b.unseen(object)
	if kind != "Pod" { // of pods, what they take of their nodes is enough
		b.snapshot.Hidden = append(b.snapshot.Hidden, ref)
	}
	return false
}

// blind takes out again what everybody sees.
func (b *builder) blind() {
	s := b.snapshot
	s.Objects, s.Configs, s.Events, s.Writes, s.References = Objects{}, nil, nil, nil, nil
	b.shelves = s.Objects.shelves()
}

// finish sorts everything, so that the same cluster gives the same bytes.
func (b *builder) finish() *Snapshot {
	s := b.snapshot
	b.finishLoads()
	b.hideRelated()
	slices.SortFunc(s.Configs, func(x, y Config) int { return compareRefs(x.Ref(), y.Ref()) })
	slices.SortFunc(s.Events, compareEvents)
	slices.SortFunc(s.Logs, func(x, y Log) int {
		return cmp.Or(cmp.Compare(x.Namespace, y.Namespace), cmp.Compare(x.Pod, y.Pod), cmp.Compare(x.Container, y.Container), cmp.Compare(fmt.Sprint(x.Previous), fmt.Sprint(y.Previous)))
	})
	slices.SortFunc(s.Usage, func(x, y Usage) int {
		return cmp.Or(cmp.Compare(x.Namespace, y.Namespace), cmp.Compare(x.Pod, y.Pod), cmp.Compare(x.Container, y.Container))
	})
	slices.SortFunc(s.Volumes, func(x, y VolumeUsage) int {
		return cmp.Or(cmp.Compare(x.Namespace, y.Namespace), cmp.Compare(x.Claim, y.Claim), cmp.Compare(x.Pod, y.Pod))
	})
	slices.SortFunc(s.References, func(x, y Reference) int {
		return cmp.Or(compareRefs(x.From, y.From), cmp.Compare(x.Via, y.Via), cmp.Compare(x.Host.String(), y.Host.String()))
	})
	slices.SortFunc(s.Writes, func(x, y Write) int {
		return cmp.Or(compareRefs(x.Object, y.Object), x.At.Compare(y.At), cmp.Compare(x.Manager, y.Manager), slices.Compare(x.Fields, y.Fields))
	})
	slices.SortFunc(s.Gaps, func(x, y Missing) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Namespace, y.Namespace), cmp.Compare(x.Name, y.Name), cmp.Compare(x.Why, y.Why))
	})
	s.Gaps = slices.Compact(s.Gaps)
	slices.SortFunc(s.Listed, func(x, y Listing) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Namespace, y.Namespace))
	})
	s.Listed = slices.Compact(s.Listed)
	slices.SortFunc(s.Hidden, compareRefs)
	s.Hidden = slices.Compact(s.Hidden)
	for _, shelf := range b.shelves {
		shelf.sort()
	}
	return s
}

func compareEvents(x, y Event) int {
	return cmp.Or(x.Last.Compare(y.Last), compareRefs(x.About, y.About), strings.Compare(x.Reason, y.Reason), strings.Compare(x.Message, y.Message), strings.Compare(x.Field, y.Field))
}

// kindOf gives the kind of an object, which the API's clients leave empty.
func kindOf(object runtime.Object) string {
	if kind := object.GetObjectKind().GroupVersionKind().Kind; kind != "" {
		return kind
	}
	name := fmt.Sprintf("%T", object)
	return name[strings.LastIndexByte(name, '.')+1:]
}
