package kube

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// listerWatcher reads a kind from the API server. Lists end in time; a watch
// is ended by the server.
func (c *Cluster) listerWatcher(kept Kept) *cache.ListWatch {
	var list func(context.Context, metav1.ListOptions) (runtime.Object, error)
	var begin func(context.Context, metav1.ListOptions) (watch.Interface, error)
	switch kept.Reads {
	case Metadata:
		bounded, endless := c.Metadata.Resource(kept.Resource), c.watching.metadata.Resource(kept.Resource)
		list = func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) { return bounded.List(ctx, o) }
		begin = endless.Watch
	case Untyped:
		bounded, endless := c.Dynamic.Resource(kept.Resource), c.watching.dynamic.Resource(kept.Resource)
		list = func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) { return bounded.List(ctx, o) }
		begin = endless.Watch
	default:
		list, begin = typedList(restOf(c.Typed, kept.Resource.Group), kept.Resource), typedWatch(restOf(c.watching.typed, kept.Resource.Group), kept.Resource)
	}
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.FieldSelector = kept.Fields
			return list(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.FieldSelector = kept.Fields
			return begin(ctx, o)
		},
	}
}

func typedList(client rest.Interface, resource schema.GroupVersionResource) func(context.Context, metav1.ListOptions) (runtime.Object, error) {
	return func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
		return client.Get().Resource(resource.Resource).VersionedParams(&o, scheme.ParameterCodec).Do(ctx).Get()
	}
}

func typedWatch(client rest.Interface, resource schema.GroupVersionResource) func(context.Context, metav1.ListOptions) (watch.Interface, error) {
	return func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
		o.Watch = true
		return client.Get().Resource(resource.Resource).VersionedParams(&o, scheme.ParameterCodec).Watch(ctx)
	}
}

// restOf gives the client of an API group, in the version that steward reads.
func restOf(c kubernetes.Interface, group string) rest.Interface {
	switch group {
	case "apps":
		return c.AppsV1().RESTClient()
	case "batch":
		return c.BatchV1().RESTClient()
	case "autoscaling":
		return c.AutoscalingV2().RESTClient()
	case "policy":
		return c.PolicyV1().RESTClient()
	case "networking.k8s.io":
		return c.NetworkingV1().RESTClient()
	case "discovery.k8s.io":
		return c.DiscoveryV1().RESTClient()
	case "storage.k8s.io":
		return c.StorageV1().RESTClient()
	case "scheduling.k8s.io":
		return c.SchedulingV1().RESTClient()
	case "node.k8s.io":
		return c.NodeV1().RESTClient()
	case "admissionregistration.k8s.io":
		return c.AdmissionregistrationV1().RESTClient()
	case "rbac.authorization.k8s.io":
		return c.RbacV1().RESTClient()
	default:
		return c.CoreV1().RESTClient()
	}
}

// observed reads as another does, notes how each request went, and strips what
// comes before anything keeps it: what is not kept of one page is gone before
// the next is read.
func (s *Shelf) observed(from *cache.ListWatch) *cache.ListWatch {
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			page, err := from.ListWithContextFunc(ctx, o)
			s.went(err, false)
			if err != nil {
				return nil, err
			}
			return s.takePage(page)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			w, err := from.WatchFuncWithContext(ctx, o)
			s.went(err, o.SendInitialEvents == nil)
			if err != nil {
				return nil, err
			}
			return watch.Filter(w, s.takeEvent), nil
		},
	}
}

// page is a list of what is kept.
type page struct {
	metav1.TypeMeta
	metav1.ListMeta
	Items []runtime.Object
}

// DeepCopyObject is for the reflector's pager, which calls it never.
func (p *page) DeepCopyObject() runtime.Object { copied := *p; return &copied }

func (s *Shelf) takePage(from runtime.Object) (runtime.Object, error) {
	list, err := meta.ListAccessor(from)
	if err != nil {
		return nil, fmt.Errorf("reading a list of %s: %w", s.kept.Kind, err)
	}
	taken := &page{ListMeta: metav1.ListMeta{ResourceVersion: list.GetResourceVersion(), Continue: list.GetContinue(), RemainingItemCount: list.GetRemainingItemCount()}}
	err = meta.EachListItem(from, func(object runtime.Object) error {
		taken.Items = append(taken.Items, s.kept.Take(object))
		return nil
	})
	return taken, err
}

func (s *Shelf) takeEvent(event watch.Event) (watch.Event, bool) {
	switch event.Type {
	case watch.Added, watch.Modified, watch.Deleted:
		event.Object = s.kept.Take(event.Object)
	case watch.Error:
		s.went(apierrors.FromObject(event.Object), false)
	case watch.Bookmark:
	}
	return event, true
}
