package kube

import (
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/ops"
)

// What a Target carries goes into the journal with every record, and whoever
// writes the object controls it: hence these bounds.
const (
	ownPrefix         = "steward/" // of the annotations that steward reads
	longestAnnotation = 1024       // in bytes: they are names and keys
	mostLabels        = 64
)

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
		Labels:      few(object.Labels),
	}
}

// presentable keeps the annotations that steward reads. All others have no
// place in a journal: among them are addresses, values and secrets of others.
func presentable(annotations map[string]string) map[string]string {
	kept := map[string]string{}
	for key, value := range annotations {
		if strings.HasPrefix(key, ownPrefix) && len(value) <= longestAnnotation {
			kept[key] = redact.Value(key, value)
		}
	}
	return kept
}

// few keeps the first labels by key. Each is bounded by Kubernetes, their number
// is not.
func few(labels map[string]string) map[string]string {
	if len(labels) <= mostLabels {
		return labels
	}
	kept := make(map[string]string, mostLabels)
	for _, key := range slices.Sorted(maps.Keys(labels))[:mostLabels] {
		kept[key] = labels[key]
	}
	return kept
}
