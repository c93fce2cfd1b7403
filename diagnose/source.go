package diagnose

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Source reads one cluster: from its API server, or from caches of it.
type Source interface {
	// List gives the objects that a query selects, as pointers to the API's
	// own types; Secrets and what is asked for as Meta may have metadata only.
	// Nobody changes them. With an error it gives what had come until then.
	List(ctx context.Context, q Query) ([]runtime.Object, error)
	// Log gives the last part of what a container printed.
	Log(ctx context.Context, q LogQuery) (string, error)
	// Usage gives what containers use, and how full their volumes are.
	Usage(ctx context.Context, q UsageQuery) (Figures, error)
}

// Query selects objects of one kind.
type Query struct {
	Kind      string // e.g. "Pod"
	Namespace string // empty for the whole cluster, and for kinds without namespaces
	Name      string // empty for all
	Labels    string // a label selector; empty for all
	Fields    string // a field selector; empty for all
	Meta      bool   // metadata is enough
	Values    bool   // of Secrets: with their values, where steward was told that it may
	Limit     int    // no more than so many, the API server's choice; 0 for all
	Sum       bool   // pods that nobody asked for are not kept, but what they take of their nodes
}

// whole tells that the query selects every object of its kind and namespace.
func (q Query) whole() bool {
	return q.Name == "" && q.Labels == "" && q.Fields == "" && q.Limit == 0 && !q.Sum
}

// selected tells that the query selects every object of its kind and namespace
// that has its labels.
func (q Query) selected() bool {
	return q.Name == "" && q.Labels != "" && q.Fields == "" && q.Limit == 0 && !q.Sum
}

// LogQuery selects the log of one run of a container.
type LogQuery struct {
	Namespace, Pod, Container string
	Previous                  bool // of the run before the present one
	Lines                     int64
	Bytes                     int64
}

// UsageQuery selects figures: those that the metrics API has of a namespace's
// pods, or those that one node's kubelet has of all its pods.
type UsageQuery struct {
	Namespace string
	Node      *corev1.Node // nil for the metrics API
	Throttled bool         // of a kubelet: also how much CPU limits hold back, which is a long list
}

// Figures are what was measured.
type Figures struct {
	Containers []Usage
	Volumes    []VolumeUsage
}
