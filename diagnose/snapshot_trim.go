package diagnose

import (
	"crypto/sha256"
	"slices"
	"strings"

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
	// hidden are redacted values, by a hash of name and value: pods of one template
	// have the same. It outlives the objects, and must not hold what it hides.
	hidden map[[sha256.Size]byte]string
}

// trim gives the object without managed fields, long annotations and secrets.
func (t *trimmer) trim(object runtime.Object) runtime.Object {
	switch o := object.(type) {
	case *corev1.Pod:
		o = shallow(o)
		o.Spec, o.Status = t.podSpec(o.Spec), t.podStatus(o.Status)
		object = o
	case *appsv1.Deployment:
		o = shallow(o)
		o.Spec.Template = t.template(o.Spec.Template)
		o.Status.Conditions = redacted(t, o.Status.Conditions, func(c *appsv1.DeploymentCondition) *string { return &c.Message })
		object = o
	case *appsv1.ReplicaSet:
		o = shallow(o)
		o.Spec.Template = t.template(o.Spec.Template)
		o.Status.Conditions = redacted(t, o.Status.Conditions, func(c *appsv1.ReplicaSetCondition) *string { return &c.Message })
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
		o.Status.Conditions = redacted(t, o.Status.Conditions, func(c *batchv1.JobCondition) *string { return &c.Message })
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
		o.Status.Conditions = redacted(t, o.Status.Conditions, func(c *corev1.ReplicationControllerCondition) *string { return &c.Message })
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
		t.untyped(o.Object)
		object = o
	case *corev1.PersistentVolume:
		o = o.DeepCopy()
		t.volume(o)
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
	spec.EphemeralContainers = slices.Clone(spec.EphemeralContainers)
	for i := range spec.EphemeralContainers {
		common := &spec.EphemeralContainers[i].EphemeralContainerCommon
		*common = corev1.EphemeralContainerCommon(t.container(corev1.Container(*common)))
	}
	spec.Volumes = t.volumes(spec.Volumes)
	return spec
}

func (t *trimmer) containers(containers []corev1.Container) []corev1.Container {
	copied := slices.Clone(containers)
	for i := range copied {
		copied[i] = t.container(copied[i])
	}
	return copied
}

func (t *trimmer) container(c corev1.Container) corev1.Container {
	c.Env = slices.Clone(c.Env)
	for j, env := range c.Env {
		c.Env[j].Value = t.value(env.Name, env.Value)
	}
	c.Args = t.words(c.Args)
	c.Command = t.words(c.Command)
	c.LivenessProbe, c.ReadinessProbe, c.StartupProbe = t.probe(c.LivenessProbe), t.probe(c.ReadinessProbe), t.probe(c.StartupProbe)
	c.Lifecycle = t.lifecycle(c.Lifecycle)
	return c
}

// words redacts a command line. A word after one such as "--password" is its
// value.
func (t *trimmer) words(words []string) []string {
	words = slices.Clone(words)
	flag := ""
	for i, word := range words {
		words[i] = t.value(flag, word)
		flag = ""
		if strings.HasPrefix(word, "-") && !strings.ContainsAny(word, "= ") {
			flag = strings.TrimLeft(word, "-")
		}
	}
	return words
}

// value redacts the value of a named thing. What is hidden as a whole keeps a
// fingerprint, so that a change of it can be seen.
func (t *trimmer) value(name, value string) string {
	if value == "" {
		return ""
	}
	key := sha256.Sum256([]byte(name + "\x00" + value))
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
