package diagnose

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

const (
	// nodesAsked bounds how many kubelets one snapshot asks.
	nodesAsked = 5
	// metricsAsked bounds of how many namespaces one snapshot asks the metrics API.
	metricsAsked = 3
)

// usage reads figures where a failure asks for them: what is well, and what
// explains itself by its log, costs nothing.
func (c *collector) usage(ctx context.Context) {
	v := index(c.b.snapshot)
	queries := v.usageQueries(Ref{c.target.Kind, c.target.Namespace, c.target.Name})
	if len(queries) == 0 {
		return
	}
	results, failed := make([]Figures, len(queries)), make([]error, len(queries))
	var group errgroup.Group
	for i, q := range queries {
		group.Go(func() error {
			results[i], failed[i] = c.source.Usage(ctx, q)
			return nil
		})
	}
	_ = group.Wait()
	for i, q := range queries {
		if failed[i] != nil {
			c.b.snapshot.Gaps = append(c.b.snapshot.Gaps, q.gap(failed[i]))
		}
		c.b.measured(v, results[i])
	}
}

func (q UsageQuery) gap(err error) Missing {
	if q.Node == nil {
		return Missing{Kind: "Metrics", Namespace: q.Namespace, Why: why(err, "read what the pods in the namespace "+q.Namespace+" use")}
	}
	return Missing{Kind: "Metrics", Name: q.Node.Name, Why: whyNoKubelet(err, q.Node.Name)}
}

// whyNoKubelet adds what a certificate that cannot be verified means: by
// default kubelets sign their own.
func whyNoKubelet(err error, node string) string {
	text := why(err, "read the figures of the kubelet of "+node)
	if strings.Contains(err.Error(), "x509:") {
		text = "steward does not trust the certificate of the kubelet of " + node + ", which the cluster's CA has not signed (serverTLSBootstrap has it signed): " + ops.Shorten(err.Error()[strings.Index(err.Error(), "x509:"):], 120)
	}
	return text
}

// measured takes figures in, those of one container together. A kubelet tells
// of all pods of its node: what is not in the snapshot is nobody's business.
func (b *builder) measured(v *view, figures Figures) {
	s := b.snapshot
	at := map[[3]string]int{}
	for i, u := range s.Usage {
		at[[3]string{u.Namespace, u.Pod, u.Container}] = i
	}
	for _, u := range figures.Containers {
		if v.objects[Ref{"Pod", u.Namespace, u.Pod}] == nil {
			continue
		}
		key := [3]string{u.Namespace, u.Pod, u.Container}
		i, known := at[key]
		if !known {
			at[key] = len(s.Usage)
			s.Usage = append(s.Usage, u)
			continue
		}
		is := &s.Usage[i]
		is.MemoryBytes, is.PeakBytes, is.MilliCPU = max(is.MemoryBytes, u.MemoryBytes), max(is.PeakBytes, u.PeakBytes), max(is.MilliCPU, u.MilliCPU)
		if u.Throttled != nil {
			is.Throttled = u.Throttled
		}
	}
	for _, u := range figures.Volumes {
		if v.objects[Ref{"PersistentVolumeClaim", u.Namespace, u.Claim}] != nil && !slices.Contains(s.Volumes, u) {
			s.Volumes = append(s.Volumes, u)
		}
	}
}

// asking gathers the queries of one snapshot, each once.
type asking struct {
	view       *view
	namespaces []string
	nodes      []UsageQuery
}

func (v *view) usageQueries(target Ref) []UsageQuery {
	ask := &asking{view: v}
	if claim := get[corev1.PersistentVolumeClaim](v, target); claim != nil && claim.Status.Phase == corev1.ClaimBound {
		for _, pod := range v.mountersOf(claim) {
			if podReady(pod) {
				ask.node(pod, false)
				break
			}
		}
	}
	v.eachWorkload("", func(w *workload) {
		for _, f := range v.failuresOf(w) {
			if f.Class == crashing || f.Class == unready {
				ask.failure(f)
			}
		}
	})
	var queries []UsageQuery
	for _, namespace := range ask.namespaces {
		queries = append(queries, UsageQuery{Namespace: namespace})
	}
	return append(queries, ask.nodes...)
}

// failure asks for what the checks of a failure will want to know: memory where
// that was the end of it, throttling where a probe times out, and volumes where
// a disk is full, or no log tells whether it is.
func (a *asking) failure(f *failure) {
	for _, run := range f.Runs[:min(len(f.Runs), logsPerFailure)] {
		if over := run.ended(); over != nil && over.Reason == "OOMKilled" && f.Class == crashing {
			a.namespace(run.Pod.Namespace)
		}
		held := !run.Spec.Resources.Limits.Cpu().IsZero() && a.view.probeTimesOut(run)
		if held || a.mayBeFull(run) {
			a.node(run.Pod, held)
		}
	}
}

func (a *asking) mayBeFull(run runOf) bool {
	if len(claimMounts(run)) == 0 {
		return false
	}
	s := scope{view: a.view}
	text, _, ok := s.log(run)
	if !ok {
		return true
	}
	_, says := matchLog(text, saysDiskFull)
	return says
}

func (a *asking) namespace(name string) {
	if !slices.Contains(a.namespaces, name) && len(a.namespaces) < metricsAsked {
		a.namespaces = append(a.namespaces, name)
	}
}

func (a *asking) node(pod *corev1.Pod, throttled bool) {
	node := get[corev1.Node](a.view, Ref{Kind: "Node", Name: pod.Spec.NodeName})
	if node == nil {
		return
	}
	for i := range a.nodes {
		if a.nodes[i].Node == node {
			a.nodes[i].Throttled = a.nodes[i].Throttled || throttled
			return
		}
	}
	if len(a.nodes) < nodesAsked {
		a.nodes = append(a.nodes, UsageQuery{Node: node, Throttled: throttled})
	}
}
