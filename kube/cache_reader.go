package kube

import (
	"cmp"
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// cacheReader looks names up in a cache, where it can be relied on. What is
// found there is read again from the API server before anything is done to it.
type cacheReader struct {
	Reader
	cache *Cache
}

// Named looks through the cache.
func (r cacheReader) Named(ctx context.Context, kind, name string) ([]metav1.PartialObjectMetadata, error) {
	found, ok := r.some(kind, "", name)
	if !ok {
		return r.Reader.Named(ctx, kind, name)
	}
	return found, nil
}

// Some gives as many as the API server would.
func (r cacheReader) Some(ctx context.Context, kind, namespace string) ([]metav1.PartialObjectMetadata, error) {
	found, ok := r.some(kind, namespace, "")
	if !ok {
		return r.Reader.Some(ctx, kind, namespace)
	}
	return found[:min(len(found), pageSize*maxPages)], nil
}

// some gives the metadata of what is kept of a kind, by namespace and name. It
// is false if that cannot be relied on.
func (r cacheReader) some(kind, namespace, name string) ([]metav1.PartialObjectMetadata, bool) {
	shelf := r.cache.Shelf(kind, "")
	if shelf == nil || shelf.Current() != nil {
		return nil, false
	}
	var found []metav1.PartialObjectMetadata
	for _, object := range shelf.Objects(namespace, nil) {
		m, err := meta.Accessor(object)
		if err != nil || name != "" && m.GetName() != name {
			continue
		}
		found = append(found, *meta.AsPartialObjectMetadata(m))
	}
	slices.SortFunc(found, func(a, b metav1.PartialObjectMetadata) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return found, true
}
