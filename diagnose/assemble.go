package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/steward-bot/steward/ops"
)

// builder puts objects of the API together to a Snapshot: it trims and redacts
// them, and keeps what would be lost by that.
type builder struct {
	snapshot *Snapshot
	shelves  []shelf
	trimmer  trimmer
	seen     map[Ref]bool
	hashKey  []byte

	sees   func(kind string, object metav1.Object) bool // nil: everything is seen
	hidden map[Ref]bool                                 // what was not
	named  map[Ref]bool                                 // ConfigMaps, Secrets and claims that something seen names
	taken  map[Ref]bool                                 // workloads whose pods were asked for
}

func newBuilder(cluster string, target ops.DiagnosisTarget, at time.Time, hashKey []byte) *builder {
	snapshot := &Snapshot{Schema: SnapshotSchema, Cluster: cluster, Target: target, At: at.UTC().Truncate(time.Millisecond)}
	return &builder{
		snapshot: snapshot, shelves: snapshot.Objects.shelves(), seen: map[Ref]bool{}, hashKey: hashKey,
		hidden: map[Ref]bool{}, named: map[Ref]bool{}, taken: map[Ref]bool{},
		trimmer: trimmer{hashKey: hashKey, hidden: map[[2]string]string{}},
	}
}

// add takes in one object of the API. One that is there already is left out.
func (b *builder) add(object runtime.Object) {
	switch o := object.(type) {
	case *corev1.ConfigMap:
		b.config(o, configOfMap(o, b.hashKey))
	case *corev1.Secret:
		b.config(o, configOfSecret(o, b.hashKey))
	case *metav1.PartialObjectMetadata:
		if o.Kind == "ConfigMap" {
			b.config(o, configOfMeta(o.Kind, &o.ObjectMeta))
		}
	case *corev1.Event:
		event := eventOf(o)
		if !b.hidden[event.About] && b.first(refOf("Event", o)) {
			b.snapshot.Events = append(b.snapshot.Events, event)
		}
	default:
		b.object(object)
	}
}

// config takes in a ConfigMap or Secret. One that was read as metadata only
// gives way to the same one with its keys.
func (b *builder) config(object metav1.Object, config Config) {
	ref := config.Ref()
	if b.seen[ref] && !b.hidden[ref] && config.KeysKnown {
		for i, known := range b.snapshot.Configs {
			if known.Ref() == ref && !known.KeysKnown {
				b.snapshot.Configs[i] = config
			}
		}
		return
	}
	if !b.first(ref) || !b.visible(config.Kind, object) {
		return
	}
	b.snapshot.Writes = append(b.snapshot.Writes, writesOf(config.Kind, object)...)
	b.snapshot.Configs = append(b.snapshot.Configs, config)
}

func (b *builder) object(object runtime.Object) {
	meta, ok := object.(metav1.Object)
	if !ok {
		return
	}
	kind := kindOf(object)
	if !b.first(refOf(kind, meta)) || !b.visible(kind, meta) {
		return
	}
	b.name(meta.GetNamespace(), object)
	b.snapshot.Writes = append(b.snapshot.Writes, writesOf(kind, meta)...)
	b.snapshot.References = append(b.snapshot.References, referencesOf(kind, object)...)
	trimmed := b.trimmer.trim(object)
	for _, shelf := range b.shelves {
		if shelf.put(trimmed) {
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
		return true
	}
	ref := refOf(kind, object)
	b.hidden[ref] = true
	b.snapshot.Hidden = append(b.snapshot.Hidden, ref)
	return false
}

// name remembers what the template of a workload names.
func (b *builder) name(namespace string, object runtime.Object) {
	spec := podSpecOf(object)
	if spec == nil {
		return
	}
	for _, use := range configsIn(spec, namespace) {
		b.named[use.Ref] = true
	}
	for _, volume := range spec.Volumes {
		if volume.PersistentVolumeClaim != nil {
			b.named[Ref{"PersistentVolumeClaim", namespace, volume.PersistentVolumeClaim.ClaimName}] = true
		}
	}
	for _, secret := range spec.ImagePullSecrets {
		b.named[Ref{"Secret", namespace, secret.Name}] = true
	}
	b.named[Ref{"ServiceAccount", namespace, spec.ServiceAccountName}] = true
}

// finish sorts everything, so that the same cluster gives the same bytes.
func (b *builder) finish() *Snapshot {
	s := b.snapshot
	slices.SortFunc(s.Configs, func(x, y Config) int { return compareRefs(x.Ref(), y.Ref()) })
	slices.SortFunc(s.Events, compareEvents)
	slices.SortFunc(s.Logs, func(x, y Log) int {
		return cmp.Or(cmp.Compare(x.Namespace, y.Namespace), cmp.Compare(x.Pod, y.Pod), cmp.Compare(x.Container, y.Container), cmp.Compare(fmt.Sprint(x.Previous), fmt.Sprint(y.Previous)))
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
