package diagnose

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/steward-bot/steward/kube"
)

// Cached reads from caches what they have, and the rest from another Source:
// logs, kinds that are not kept, and those that steward may not list, so that
// the reason is the API server's own.
func Cached(cache *kube.Cache, live Source) Source {
	return &cached{Source: live, cache: cache, refusals: map[Query]forbidden{}}
}

type cached struct {
	Source
	cache *kube.Cache

	mu       sync.Mutex
	refusals map[Query]forbidden
}

// List gives objects that are prepared already where the caches have them.
func (c *cached) List(ctx context.Context, q Query) ([]runtime.Object, error) {
	var found []runtime.Object
	err := c.pages(ctx, q, func(object runtime.Object) { found = append(found, object) })
	return found, err
}

// pages is List for whoever takes the objects one by one.
func (c *cached) pages(ctx context.Context, q Query, take func(runtime.Object)) error {
	if found, ok := c.kept(q); ok {
		for _, object := range found {
			take(object)
		}
		return nil
	}
	if err := c.refused(q); err != nil {
		return err
	}
	err := pagesOf(ctx, c.Source, q, take)
	c.remember(q, err)
	return err
}

// pagesOf asks a Source that may not know of pages.
func pagesOf(ctx context.Context, source Source, q Query, take func(runtime.Object)) error {
	if source, ok := source.(pager); ok {
		return source.pages(ctx, q, take)
	}
	found, err := source.List(ctx, q)
	for _, object := range found {
		take(object)
	}
	return err
}

// kept answers a query from the caches, as the API server would: by namespace
// and name. It is false when that cannot be relied on.
func (c *cached) kept(q Query) ([]runtime.Object, bool) {
	if q.Values || q.Name != "" && q.Labels != "" {
		return nil, false // nobody keeps the first, nobody asks the second
	}
	shelf, left, ok := c.shelf(q)
	if !ok || shelf.Current() != nil {
		return nil, false
	}
	if q.Name != "" {
		return asked(q, byItsName(shelf, q.Namespace, q.Name)), true
	}
	selector, err := labels.Parse(q.Labels)
	if err != nil {
		return nil, false
	}
	found := slices.DeleteFunc(shelf.Objects(q.Namespace, selector), func(object runtime.Object) bool { return !left.match(object) })
	slices.SortFunc(found, byName)
	if q.Limit > 0 {
		found = found[:min(len(found), q.Limit)]
	}
	return asked(q, found), true
}

// byItsName finds what has a name: in the namespace, or, without one, of a kind
// that has no namespaces, or in all of them.
func byItsName(shelf *kube.Shelf, namespace, name string) []runtime.Object {
	if object := shelf.Object(namespace, name); object != nil {
		return []runtime.Object{object}
	}
	if namespace != "" {
		return nil
	}
	found := slices.DeleteFunc(shelf.Objects("", nil), func(object runtime.Object) bool {
		m, err := meta.Accessor(object)
		return err != nil || m.GetName() != name
	})
	slices.SortFunc(found, byName)
	return found
}

// shelf finds the objects that a query is about, and what is left to be asked
// of them: there may be a shelf for just these fields.
func (c *cached) shelf(q Query) (*kube.Shelf, fieldsLeft, bool) {
	if exact := c.cache.Shelf(q.Kind, q.Fields); exact != nil {
		return exact, nil, true
	}
	if q.Name != "" {
		q.Fields = "" // as the API server is asked
	}
	left, ok := parseFields(q.Kind, q.Fields)
	if !ok {
		return nil, nil, false
	}
	if q.Kind == "Event" {
		shelf := c.cache.Shelf("Event", warningEvents)
		return shelf, left, shelf != nil && left.warningsOnly()
	}
	shelf := c.cache.Shelf(q.Kind, "")
	return shelf, left, shelf != nil
}

// asked gives no more than was asked for.
func asked(q Query, found []runtime.Object) []runtime.Object {
	if !q.Meta {
		return found
	}
	for i, object := range found {
		if made, ok := object.(*prepared); ok && made.config != nil {
			found[i] = made.bare()
		}
	}
	return found
}

func byName(a, b runtime.Object) int {
	x, errX := meta.Accessor(a)
	y, errY := meta.Accessor(b)
	if errX != nil || errY != nil {
		return 0 // what caches hold has names
	}
	return cmp.Or(cmp.Compare(x.GetNamespace(), y.GetNamespace()), cmp.Compare(x.GetName(), y.GetName()))
}
