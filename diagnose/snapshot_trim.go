package diagnose

import (
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/steward-bot/steward/internal/redact"
)

// annotationLimit is the longest annotation that is kept, in bytes.
const annotationLimit = 2048

// secretFields are where objects of APIs that are not Kubernetes' own hold
// values, some of them encrypted. No check asks for them.
var secretFields = [][]string{{"data"}, {"stringData"}, {"spec", "encryptedData"}, {"spec", "template", "data"}, {"spec", "target", "template", "data"}}

// trimmer takes out of objects what no check asks for, and hides secrets in
// their templates. It never changes an object that it is given: caches share
// them.
type trimmer struct {
	hashKey []byte
	hidden  map[[2]string]string // redacted values, by name and value: pods of one template have the same
}

// trim gives the object without managed fields, long annotations and secrets.
func (t *trimmer) trim(object runtime.Object) runtime.Object {
	switch o := object.(type) {
	case *corev1.Pod:
		o = shallow(o)
		o.Spec = t.podSpec(o.Spec)
		object = o
	case *appsv1.Deployment:
		o = shallow(o)
		o.Spec.Template = t.template(o.Spec.Template)
		object = o
	case *appsv1.ReplicaSet:
		o = shallow(o)
		o.Spec.Template = t.template(o.Spec.Template)
		object = o
	case *appsv1.StatefulSet:
		o = shallow(o)
		o.Spec.Template = t.template(o.Spec.Template)
		object = o
	case *appsv1.DaemonSet:
		o = shallow(o)
		o.Spec.Template = t.template(o.Spec.Template)
		object = o
	case *appsv1.ControllerRevision:
		object = t.revision(o)
	case *batchv1.Job:
		o = shallow(o)
		o.Spec.Template = t.template(o.Spec.Template)
		object = o
	case *batchv1.CronJob:
		o = shallow(o)
		o.Spec.JobTemplate.Spec.Template = t.template(o.Spec.JobTemplate.Spec.Template)
		object = o
	case *corev1.ReplicationController:
		o = shallow(o)
		if o.Spec.Template != nil {
			template := t.template(*o.Spec.Template)
			o.Spec.Template = &template
		}
		object = o
	case *corev1.Node:
		o = shallow(o)
		o.Status.Images = nil
		object = o
	case *unstructured.Unstructured:
		o = o.DeepCopy()
		for _, field := range secretFields {
			unstructured.RemoveNestedField(o.Object, field...)
		}
		object = o
	default:
		object = object.DeepCopyObject()
	}
	if meta, ok := object.(metav1.Object); ok {
		meta.SetManagedFields(nil)
		meta.SetAnnotations(trimAnnotations(meta.GetAnnotations()))
	}
	return object
}

// shallow copies the struct itself; its maps, slices and pointers are shared.
func shallow[T any](object *T) *T {
	copied := *object
	return &copied
}

func (t *trimmer) template(template corev1.PodTemplateSpec) corev1.PodTemplateSpec {
	template.Annotations = trimAnnotations(template.Annotations)
	template.Spec = t.podSpec(template.Spec)
	return template
}

func (t *trimmer) podSpec(spec corev1.PodSpec) corev1.PodSpec {
	spec.InitContainers = t.containers(spec.InitContainers)
	spec.Containers = t.containers(spec.Containers)
	return spec
}

func (t *trimmer) containers(containers []corev1.Container) []corev1.Container {
	copied := slices.Clone(containers)
	for i := range copied {
		copied[i].Env = slices.Clone(copied[i].Env)
		for j, env := range copied[i].Env {
			copied[i].Env[j].Value = t.value(env.Name, env.Value)
		}
		copied[i].Args = t.words(copied[i].Args)
		copied[i].Command = t.words(copied[i].Command)
	}
	return copied
}

func (t *trimmer) words(words []string) []string {
	words = slices.Clone(words)
	for i, word := range words {
		words[i] = t.value("", word)
	}
	return words
}

// value redacts the value of a named thing. What is hidden as a whole keeps a
// fingerprint, so that a change of it can be seen.
func (t *trimmer) value(name, value string) string {
	if value == "" {
		return ""
	}
	key := [2]string{name, value}
	if shown, ok := t.hidden[key]; ok {
		return shown
	}
	shown := redact.Value(name, value)
	if shown == redact.Hidden {
		shown = redact.Mark(t.hashKey, value)
	}
	t.hidden[key] = shown
	return shown
}

// trimAnnotations leaves out kubectl's copy of the manifest, which may hold
// secrets, and what is too long to be read.
func trimAnnotations(annotations map[string]string) map[string]string {
	long := func(key, value string) bool {
		return key == corev1.LastAppliedConfigAnnotation || len(value) > annotationLimit
	}
	kept := make(map[string]string, len(annotations))
	for key, value := range annotations {
		if !long(key, value) {
			kept[key] = redact.Value(key, value)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}
