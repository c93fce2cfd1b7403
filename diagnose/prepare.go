package diagnose

import (
	"crypto/sha256"
	"sync"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// prepared is an object of the API as a Snapshot takes it in: trimmed and
// redacted, with what would be lost by that. Caches keep nothing else of it:
// of a ConfigMap, for one, no value. Nobody changes it.
type prepared struct {
	kind       string
	meta       metav1.Object  // of the trimmed object
	object     runtime.Object // nil for what a Snapshot has in another form:
	config     *Config        // a ConfigMap or a Secret
	event      *Event
	writes     []Write
	references []Reference
	names      []Ref // what its template names
}

// GetObjectMeta makes it an object of the API for those who keep it.
func (p *prepared) GetObjectMeta() metav1.Object { return p.meta }

// GetObjectKind is a part of that.
func (p *prepared) GetObjectKind() schema.ObjectKind { return schema.EmptyObjectKind }

// DeepCopyObject gives the same: it is never changed.
func (p *prepared) DeepCopyObject() runtime.Object { return p }

// bare is the same ConfigMap as it would be known by its metadata alone.
func (p *prepared) bare() *prepared {
	copied, config := *p, *p.config
	config.KeysKnown, config.Keys = false, nil
	copied.config = &config
	return &copied
}

// hiddenLimit bounds how many redacted values are remembered.
const hiddenLimit = 20_000

// preparer makes prepared objects. It may be used by many at once.
type preparer struct {
	mu      sync.Mutex
	hashKey []byte
	trimmer trimmer
	sharing sharing
}

func newPreparer(hashKey []byte) *preparer {
	return &preparer{hashKey: hashKey, trimmer: trimmer{hashKey: hashKey, hidden: map[[sha256.Size]byte]string{}}, sharing: sharing{map[types.UID]model{}}}
}

// prepareOwn prepares an object that nobody else has, such as one that has just
// come from the API server.
func (p *preparer) prepareOwn(object runtime.Object) *prepared {
	if ready, ok := object.(*prepared); ok {
		return ready // from a cache, which shares it
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	made := p.prepare(object)
	if made != nil && made.object != nil {
		settleQuantities(made.object)
		p.sharing.share(made)
	}
	return made
}

// prepareShared prepares an object that others may be reading.
func (p *preparer) prepareShared(object runtime.Object) *prepared {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.prepare(object)
}

// prepare gives nil for what no Snapshot holds.
func (p *preparer) prepare(object runtime.Object) *prepared {
	switch o := object.(type) {
	case *prepared:
		return o
	case *corev1.ConfigMap:
		return prepareConfig(configOfMap(o, p.hashKey), &o.ObjectMeta)
	case *corev1.Secret:
		return prepareConfig(configOfSecret(o, p.hashKey), &o.ObjectMeta)
	case *metav1.PartialObjectMetadata:
		if o.Kind != "ConfigMap" {
			return nil
		}
		return prepareConfig(configOfMeta(o.Kind, &o.ObjectMeta), &o.ObjectMeta)
	case *corev1.Event:
		event := eventOf(o)
		return &prepared{kind: "Event", meta: identityOf(&o.ObjectMeta), event: &event}
	}
	meta, ok := object.(metav1.Object)
	if !ok {
		return nil
	}
	if len(p.trimmer.hidden) > hiddenLimit {
		clear(p.trimmer.hidden)
	}
	kind := kindOf(object)
	made := &prepared{
		kind: kind, writes: writesOf(kind, meta), references: referencesOf(kind, object),
		names: namedBy(meta.GetNamespace(), object), object: p.trimmer.trim(object),
	}
	made.meta, _ = made.object.(metav1.Object) // what it is trimmed from was one
	return made
}

func prepareConfig(config Config, meta *metav1.ObjectMeta) *prepared {
	kept := identityOf(meta)
	kept.Labels, kept.Annotations, kept.OwnerReferences = config.Labels, config.Annotations, meta.OwnerReferences
	return &prepared{kind: config.Kind, meta: kept, config: &config, writes: writesOf(config.Kind, meta)}
}

// identityOf is what tells an object from all others.
func identityOf(meta *metav1.ObjectMeta) *metav1.ObjectMeta {
	return &metav1.ObjectMeta{
		Name: meta.Name, Namespace: meta.Namespace, UID: meta.UID, ResourceVersion: meta.ResourceVersion,
		CreationTimestamp: meta.CreationTimestamp, DeletionTimestamp: meta.DeletionTimestamp,
	}
}

// namedBy lists what the template of a workload, or the TLS of an Ingress,
// names.
func namedBy(namespace string, object runtime.Object) []Ref {
	if ingress, ok := object.(*networkingv1.Ingress); ok {
		return secretsOf(ingress)
	}
	spec := podSpecOf(object)
	if spec == nil {
		return nil
	}
	var names []Ref
	for _, use := range configsIn(spec, namespace) {
		names = append(names, use.Ref)
	}
	for _, volume := range spec.Volumes {
		if volume.PersistentVolumeClaim != nil {
			names = append(names, Ref{"PersistentVolumeClaim", namespace, volume.PersistentVolumeClaim.ClaimName})
		}
	}
	for _, secret := range spec.ImagePullSecrets {
		names = append(names, Ref{"Secret", namespace, secret.Name})
	}
	return append(names, Ref{"ServiceAccount", namespace, spec.ServiceAccountName})
}

// secretsOf are the Secrets that an Ingress takes its certificates from.
func secretsOf(ingress *networkingv1.Ingress) []Ref {
	var names []Ref
	for _, tls := range ingress.Spec.TLS {
		names = append(names, Ref{"Secret", ingress.Namespace, tls.SecretName})
	}
	return names
}
