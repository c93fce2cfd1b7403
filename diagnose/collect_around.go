package diagnose

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	// degrees is how far dependencies are read, in services.
	degrees = 3
	// workloadsLimit is how many workloads' pods are listed by selector; beyond
	// that one list of the namespace is cheaper.
	workloadsLimit = 16
	// namespacesLimit is how many other namespaces a snapshot looks into.
	namespacesLimit = 3
)

// around reads what stands around a target, and the pods of what it needs.
func (c *collector) around(ctx context.Context) {
	namespace := c.target.Namespace
	queries := []Query{}
	if namespace != "" {
		queries = append(c.namespaceQueries(namespace), Query{Kind: "Namespace", Name: namespace}, Query{Kind: "ConfigMap", Namespace: namespace, Meta: true})
	}
	for _, kind := range shared {
		queries = append(queries, Query{Kind: kind})
	}
	if c.target.Kind == "Pod" || c.target.Kind == "ReplicaSet" {
		queries = append(queries, Query{Kind: c.target.Kind, Namespace: namespace, Name: c.target.Name})
	}
	if c.target.Kind == "Namespace" || c.target.Kind == "Node" {
		if c.target.Kind == "Namespace" {
			c.target.Namespace = c.target.Name // what is elsewhere is not asked for
		}
		c.target.Name = ""
		c.everything(ctx)
		return
	}
	c.read(ctx, queries...)
	c.climb(ctx)
	for range degrees {
		if !c.widen(ctx) {
			break
		}
	}
	c.further(ctx)
}

// climb reads the ReplicaSet that a target pod is of: its Deployment is known
// already, and it is the way there.
func (c *collector) climb(ctx context.Context) {
	for _, pod := range c.b.snapshot.Objects.Pods {
		if owner := ownRef(pod); owner.Kind == "ReplicaSet" {
			c.read(ctx, Query{Kind: owner.Kind, Namespace: owner.Namespace, Name: owner.Name})
		}
	}
}

// widen reads the pods and configuration of the workloads that matter and were
// not read yet. It is false when there was nothing more to read.
func (c *collector) widen(ctx context.Context) bool {
	v := c.look()
	relevant := v.relevant(Ref{c.target.Kind, c.target.Namespace, c.target.Name})
	var queries []Query
	for _, w := range relevant {
		if !c.b.taken[w.Ref] {
			c.b.taken[w.Ref] = true
			queries = append(queries, podQueries(w)...)
			queries = append(queries, configQueries(v, w)...)
		}
	}
	for _, namespace := range v.foreign(relevant, c.target.Namespace) {
		if !c.b.taken[Ref{Kind: "Namespace", Name: namespace}] && len(c.b.taken) < workloadsLimit+namespacesLimit {
			c.b.taken[Ref{Kind: "Namespace", Name: namespace}] = true
			queries = append(queries, c.namespaceQueries(namespace)...)
			queries = append(queries, Query{Kind: "Namespace", Name: namespace})
		}
	}
	if len(queries) == 0 {
		return false
	}
	c.read(ctx, queries...)
	return true
}

// podQueries read the pods of a workload, and its revisions.
func podQueries(w *workload) []Query {
	if w.Ref.Kind == "Pod" {
		return nil
	}
	labels := selectorText(w)
	var queries []Query
	switch w.Ref.Kind {
	case "Deployment": // before its pods, whose way up it is
		queries = append(queries, Query{Kind: "ReplicaSet", Namespace: w.Ref.Namespace, Labels: labels})
	case "StatefulSet", "DaemonSet":
		queries = append(queries, Query{Kind: "ControllerRevision", Namespace: w.Ref.Namespace, Labels: labels})
	}
	return append(queries, Query{Kind: "Pod", Namespace: w.Ref.Namespace, Labels: labels}, Query{Kind: "EndpointSlice", Namespace: w.Ref.Namespace})
}

// selectorText is the selector of a workload's pods.
func selectorText(w *workload) string {
	switch {
	case w.deployment != nil:
		return metav1.FormatLabelSelector(w.deployment.Spec.Selector)
	case w.statefulSet != nil:
		return metav1.FormatLabelSelector(w.statefulSet.Spec.Selector)
	case w.daemonSet != nil:
		return metav1.FormatLabelSelector(w.daemonSet.Spec.Selector)
	case w.job != nil:
		return metav1.FormatLabelSelector(w.job.Spec.Selector)
	default:
		return metav1.FormatLabelSelector(&metav1.LabelSelector{MatchLabels: w.Template.Labels})
	}
}

// configQueries read the ConfigMaps that a workload names, and its Secrets where
// steward was told that it may. Of all others the metadata is enough.
func configQueries(v *view, w *workload) []Query {
	var queries []Query
	for _, use := range configsOf(w) {
		known := v.configs[use.Ref]
		if use.Ref.Kind == "ConfigMap" && (known == nil || !known.KeysKnown) {
			queries = append(queries, Query{Kind: "ConfigMap", Namespace: use.Ref.Namespace, Name: use.Ref.Name})
		}
		if use.Ref.Kind == "Secret" && (known == nil || !known.KeysKnown) {
			queries = append(queries, Query{Kind: "Secret", Namespace: use.Ref.Namespace, Name: use.Ref.Name, Values: true})
		}
	}
	return queries
}
