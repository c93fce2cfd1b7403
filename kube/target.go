package kube

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/ops"
)

// longestAnnotation bounds, in bytes, the annotations that a Target carries. A
// Target goes into the journal with every record; the annotations that steward
// reads are names and keys.
const longestAnnotation = 1024

// target describes an object by its metadata.
func (c *Cluster) target(kind string, object *metav1.PartialObjectMetadata) ops.Target {
	return ops.Target{
		Cluster:     c.Name,
		Environment: c.Environment,
		Namespace:   object.Namespace,
		Kind:        kind,
		Name:        object.Name,
		UID:         string(object.UID),
		Annotations: presentable(object.Annotations),
		Labels:      object.Labels,
	}
}

// presentable leaves out what has no place in a journal: long annotations, the
// last applied configuration (it repeats every value of the object), and
// secrets.
func presentable(annotations map[string]string) map[string]string {
	kept := make(map[string]string, len(annotations))
	for key, value := range annotations {
		if key == corev1.LastAppliedConfigAnnotation || len(value) > longestAnnotation {
			continue
		}
		kept[key] = redact.Value(key, value)
	}
	return kept
}
