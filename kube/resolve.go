package kube

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/steward-bot/steward/ops"
)

// resolveTimeout bounds the search for one target: a person is waiting.
const resolveTimeout = 10 * time.Second

// Resolve finds the one object that ref names, among those that see admits and
// of the given kinds (none given: any). A bare name is looked up among
// workloads, then among Services, then among the rest; it must be unique within
// the first group that has it. What see does not admit is as good as absent.
// The error is a *ops.Refusal.
func (c *Clusters) Resolve(ctx context.Context, ref ops.Ref, kinds []string, see func(ops.Target) bool) (ops.Target, error) {
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	clusters := c.list
	if ref.Cluster != "" {
		cluster, err := c.Cluster(ref.Cluster)
		if err != nil {
			return ops.Target{}, err
		}
		clusters = []*Cluster{cluster}
	}
	kinds, err := wanted(ref, kinds)
	if err != nil {
		return ops.Target{}, err
	}
	for _, group := range groups(kinds) {
		found, err := search(ctx, clusters, group, ref)
		if err != nil {
			return ops.Target{}, err
		}
		found = slices.DeleteFunc(found, func(f sighting) bool { return !see(f.target) })
		switch len(found) {
		case 0:
		case 1:
			return found[0].fresh(ctx, ref, see)
		default:
			return ops.Target{}, ambiguous(ref, found)
		}
	}
	return ops.Target{}, notFound(ctx, clusters, kinds, ref, see)
}

// sighting is an object that was found, and where.
type sighting struct {
	cluster *Cluster
	target  ops.Target
	live    bool // read at this moment, with the namespace's annotations
}

// fresh completes a sighting from a list, which may lag behind.
func (f sighting) fresh(ctx context.Context, ref ops.Ref, see func(ops.Target) bool) (ops.Target, error) {
	if f.live {
		return f.target, nil
	}
	exact := f.target.Ref()
	now, err := search(ctx, []*Cluster{f.cluster}, []string{exact.Kind}, exact)
	if err != nil {
		return ops.Target{}, err
	}
	if len(now) == 0 || !see(now[0].target) {
		return ops.Target{}, notFound(ctx, []*Cluster{f.cluster}, []string{exact.Kind}, ref, see)
	}
	return now[0].target, nil
}

// search looks for the name among the kinds in all the clusters at once. An
// error in one cluster is an error: the name could be there too.
func search(ctx context.Context, clusters []*Cluster, kinds []string, ref ops.Ref) ([]sighting, error) {
	results := make([][]sighting, len(clusters))
	group, ctx := errgroup.WithContext(ctx)
	for i, cluster := range clusters {
		group.Go(func() error {
			found, err := cluster.search(ctx, kinds, ref)
			results[i] = found
			return cluster.failed("look up "+quoted(ref), err)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(results...), nil
}

func (c *Cluster) search(ctx context.Context, kinds []string, ref ops.Ref) ([]sighting, error) {
	results := make([][]sighting, len(kinds))
	var around map[string]string
	group, ctx := errgroup.WithContext(ctx)
	if ref.Namespace != "" {
		group.Go(func() (err error) {
			around, err = c.namespaceAnnotations(ctx, ref.Namespace)
			return err
		})
	}
	forbidden := make([]error, len(kinds))
	for i, kind := range kinds {
		group.Go(func() (err error) {
			results[i], err = c.lookUp(ctx, kind, ref.Namespace, ref.Name)
			if apierrors.IsForbidden(err) {
				forbidden[i] = err
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	// steward need not be allowed every kind to serve the others.
	if !slices.Contains(forbidden, nil) {
		return nil, forbidden[0]
	}
	found := slices.Concat(results...)
	for i := range found {
		if found[i].live && found[i].target.Namespace != "" {
			found[i].target.NamespaceAnnotations = around
		}
	}
	return found, nil
}

// lookUp finds the objects of a kind with the name: at most one when the
// namespace is known or the kind has none, and then as it is at this moment.
func (c *Cluster) lookUp(ctx context.Context, kind, namespace, name string) ([]sighting, error) {
	if ops.Namespaced(kind) && namespace == "" {
		return c.lookEverywhere(ctx, kind, name)
	}
	if !ops.Namespaced(kind) {
		namespace = ""
	}
	object, err := c.reader.Get(ctx, kind, namespace, name)
	if err != nil || object == nil {
		return nil, err
	}
	return []sighting{{cluster: c, target: c.target(kind, object), live: true}}, nil
}

func (c *Cluster) lookEverywhere(ctx context.Context, kind, name string) ([]sighting, error) {
	objects, err := c.reader.Named(ctx, kind, name)
	if err != nil {
		return nil, err
	}
	found := make([]sighting, 0, len(objects))
	for i := range objects {
		found = append(found, sighting{cluster: c, target: c.target(kind, &objects[i])})
	}
	return found, nil
}

// namespaceAnnotations may be none: a namespace that steward may not read gives
// no mapping, and no mapping is a refusal later.
func (c *Cluster) namespaceAnnotations(ctx context.Context, name string) (map[string]string, error) {
	namespace, err := c.reader.Get(ctx, "Namespace", "", name)
	if apierrors.IsForbidden(err) {
		return nil, nil
	}
	if err != nil || namespace == nil {
		return nil, err
	}
	return presentable(namespace.Annotations), nil
}

// wanted says which kinds to look among.
func wanted(ref ops.Ref, kinds []string) ([]string, error) {
	if ref.Kind == "" {
		if len(kinds) == 0 {
			return ops.Kinds(), nil
		}
		return kinds, nil
	}
	if _, known := resources[ref.Kind]; !known || (len(kinds) > 0 && !slices.Contains(kinds, ref.Kind)) {
		return nil, unsupportedKind(ref, kinds)
	}
	return []string{ref.Kind}, nil
}

// groups splits kinds into workloads, Services and the rest, in this order.
func groups(kinds []string) [][]string {
	order := ops.Kinds()
	service := slices.Index(order, "Service")
	split := make([][]string, 3)
	for _, kind := range kinds {
		switch at := slices.Index(order, kind); {
		case at < service:
			split[0] = append(split[0], kind)
		case at == service:
			split[1] = append(split[1], kind)
		default:
			split[2] = append(split[2], kind)
		}
	}
	return slices.DeleteFunc(split, func(group []string) bool { return len(group) == 0 })
}
