package diagnose

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/steward-bot/steward/ops"
)

const (
	listsAtOnce = 8
	eventsLimit = 2000 // events of one list: a namespace in trouble has tens of thousands
)

// collector takes a Snapshot. It reads in rounds: what stands in the namespace;
// then the pods of what the target needs, since a namespace may have thousands
// of others, and whatever the families want to see besides; then the logs of
// what fails, the figures that a failure asks for, and what the families want to
// see for those.
type collector struct {
	source Source
	target ops.Target
	may    func(ops.Target) bool
	b      *builder
	wants  []func(*horizon) []Query
	asked  map[Query]bool
	heard  map[LogQuery]bool
	seen   *view // of what was read so far; nil when more has come since it was made
}

// Collect takes the snapshot of a target, or, when the target has no name, of
// a namespace or the whole cluster: what the families and the playbooks of the
// engine want to decide upon. May tells what the asker may see; nil means
// everything. What cannot be read within ctx is a gap of the snapshot.
func (e *Engine) Collect(ctx context.Context, source Source, target ops.Target, may func(ops.Target) bool, hashKey []byte) *Snapshot {
	return collect(ctx, source, target, may, hashKey, e.library.wants)
}

func collect(ctx context.Context, source Source, target ops.Target, may func(ops.Target) bool, hashKey []byte, wants []func(*horizon) []Query) *Snapshot {
	began := time.Now()
	c := &collector{
		source: source, target: target, may: may, wants: wants,
		b:     newBuilder(target.Cluster, ops.DiagnosisTarget{Namespace: target.Namespace, Kind: target.Kind, Name: target.Name}, began, hashKey),
		asked: map[Query]bool{}, heard: map[LogQuery]bool{},
	}
	c.b.sees = c.sees
	scan := target.Name == ""
	if scan {
		c.everything(ctx)
	} else {
		c.around(ctx)
	}
	c.logs(ctx)
	if c.target.Name != "" && c.widen(ctx) { // a log names what no configuration does
		c.logs(ctx)
	}
	c.usage(ctx)
	c.further(ctx)
	if scan && may != nil && !c.b.sight {
		c.b.blind() // of a cluster that holds nothing for the asker, its nodes are nobody's business
	}
	snapshot := c.b.finish()
	snapshot.TookMS = time.Since(began).Milliseconds()
	return snapshot
}

// look gives the view of what was read so far.
func (c *collector) look() *view {
	if c.seen == nil {
		c.seen = index(c.b.snapshot)
	}
	return c.seen
}

// read lists in parallel, and takes in what came in the order of the queries.
// One round gets half of the time that is left: a list that hangs must not keep
// the next round from what it can know.
func (c *collector) read(ctx context.Context, queries ...Query) {
	queries = c.unasked(queries)
	c.seen = nil
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/2)
		defer cancel()
	}
	results := make([][]runtime.Object, len(queries))
	failed := make([]error, len(queries))
	var group errgroup.Group
	group.SetLimit(listsAtOnce)
	for i, q := range queries {
		group.Go(func() error {
			results[i], failed[i] = c.list(ctx, q)
			return nil // a list that fails is a gap, not the end
		})
	}
	_ = group.Wait()
	for i, q := range queries {
		for _, object := range results[i] {
			if q.Sum {
				c.b.sum(object)
			} else {
				c.b.add(object)
			}
		}
		switch {
		case failed[i] != nil:
			c.b.snapshot.Gaps = append(c.b.snapshot.Gaps, gapOf(q, failed[i]))
		case q.Sum:
			c.b.snapshot.Listed = append(c.b.snapshot.Listed, Listing{Kind: "Load", Namespace: q.Namespace})
		case q.whole():
			c.b.snapshot.Listed = append(c.b.snapshot.Listed, Listing{Kind: q.Kind, Namespace: q.Namespace})
		case q.selected():
			c.b.snapshot.Listed = append(c.b.snapshot.Listed, Listing{Kind: q.Kind, Namespace: q.Namespace, Labels: q.Labels})
		}
	}
}

// pager is a Source that hands over objects as they come, which nobody else
// has: each is stripped before the next page is read, so that a list of a whole
// cluster is never in memory as it comes.
type pager interface {
	pages(ctx context.Context, q Query, take func(runtime.Object)) error
}

func (c *collector) list(ctx context.Context, q Query) ([]runtime.Object, error) {
	source, ok := c.source.(pager)
	if !ok {
		return c.source.List(ctx, q)
	}
	var found []runtime.Object
	err := source.pages(ctx, q, func(object runtime.Object) {
		if made := c.b.preparer.prepareOwn(object); made != nil {
			found = append(found, made)
		}
	})
	return found, err
}

// standing are the kinds of a namespace that are few, and tell what there is.
var standing = []string{
	"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Service", "Ingress", "NetworkPolicy",
	"HorizontalPodAutoscaler", "PodDisruptionBudget", "ResourceQuota", "LimitRange", "PersistentVolumeClaim", "ServiceAccount", "ReplicationController",
}

// shared are the kinds of the whole cluster that are few.
var shared = []string{"Node", "StorageClass", "IngressClass", "PriorityClass"}

func (c *collector) namespaceQueries(namespace string) []Query {
	var queries []Query
	for _, kind := range standing {
		queries = append(queries, Query{Kind: kind, Namespace: namespace})
	}
	return append(queries,
		Query{Kind: "Secret", Namespace: namespace},
		Query{Kind: "Event", Namespace: namespace, Fields: warningEvents, Limit: eventsLimit},
		Query{Kind: "Event", Namespace: namespace, Fields: deploymentEvents, Limit: eventsLimit},
	)
}

// everything reads whole kinds, of one namespace or of all.
func (c *collector) everything(ctx context.Context) {
	namespace := c.target.Namespace
	queries := append(c.namespaceQueries(namespace), Query{Kind: "Namespace"})
	for _, kind := range shared {
		queries = append(queries, Query{Kind: kind})
	}
	c.read(ctx, queries...)
	c.read(ctx,
		Query{Kind: "ReplicaSet", Namespace: namespace}, Query{Kind: "ControllerRevision", Namespace: namespace},
		Query{Kind: "Pod", Namespace: namespace}, Query{Kind: "EndpointSlice", Namespace: namespace}, Query{Kind: "ConfigMap", Namespace: namespace})
	c.further(ctx)
}

// gapOf says for people why a list could not be read.
func gapOf(q Query, err error) Missing {
	kind := q.Kind
	if q.Sum {
		kind = "Load"
	}
	return Missing{Kind: kind, Namespace: q.Namespace, Name: q.Name, Why: why(err, "list "+plural(q.Kind)+where(q.Namespace))}
}

func where(namespace string) string {
	if namespace == "" {
		return ""
	}
	return " in the namespace " + namespace
}

// ownRef gives the controller of an object as a Ref, zero if it has none.
func ownRef(object metav1.Object) Ref {
	owner := metav1.GetControllerOfNoCopy(object)
	if owner == nil {
		return Ref{}
	}
	return Ref{owner.Kind, object.GetNamespace(), owner.Name}
}
