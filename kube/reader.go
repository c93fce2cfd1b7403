package kube

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/metadata"
)

// Reader is how a TARGET's name becomes an object. It gives metadata only: what
// an object is called, never what is in it.
type Reader interface {
	// Get gives one object as it is at this moment, or nil when there is none.
	Get(ctx context.Context, kind, namespace, name string) (*metav1.PartialObjectMetadata, error)
	// Named gives the objects of the kind with the name in every namespace. It
	// may lag a little behind.
	Named(ctx context.Context, kind, name string) ([]metav1.PartialObjectMetadata, error)
	// Some gives objects of the kind in a namespace, or in all for "", up to a
	// bound: enough to find the nearest name.
	Some(ctx context.Context, kind, namespace string) ([]metav1.PartialObjectMetadata, error)
}

// What Some asks for: four pages at most, so that a typo in a cluster of ten
// thousand objects costs four requests a kind.
const (
	pageSize = 500
	maxPages = 4
)

// apiReader asks the API server each time.
type apiReader struct{ client metadata.Interface }

// Get asks for one object.
func (r apiReader) Get(ctx context.Context, kind, namespace, name string) (*metav1.PartialObjectMetadata, error) {
	object, err := r.client.Resource(resources[kind]).Namespace(namespace).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return object, err
}

// Named lists the objects of one name in all namespaces.
func (r apiReader) Named(ctx context.Context, kind, name string) ([]metav1.PartialObjectMetadata, error) {
	list, err := r.client.Resource(resources[kind]).List(ctx, metav1.ListOptions{
		FieldSelector:   fields.OneTermEqualSelector("metadata.name", name).String(),
		ResourceVersion: "0", // the server's cache is near enough: what is found is read again
	})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

// Some lists what is in a namespace, or everywhere.
func (r apiReader) Some(ctx context.Context, kind, namespace string) ([]metav1.PartialObjectMetadata, error) {
	var found []metav1.PartialObjectMetadata
	options := metav1.ListOptions{Limit: pageSize}
	for range maxPages {
		list, err := r.client.Resource(resources[kind]).Namespace(namespace).List(ctx, options)
		if apierrors.IsNotFound(err) {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("listing every %s: %w", kind, err)
		}
		found = append(found, list.Items...)
		if list.Continue == "" {
			return found, nil
		}
		options.Continue = list.Continue
	}
	return found, nil
}
