package diagnose

import (
	"context"
	"fmt"
	"io"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"

	"github.com/steward-bot/steward/kube"
)

// pageSize is how many objects one request asks for, as kubectl does.
const pageSize = 500

// LiveOf reads a cluster from its API server at the time of the question, and
// from nobody else, but its kubelets for what only they measure. Secrets are read
// as metadata, never their values, but in the namespaces that are named here:
// there, those that a target names are read one by one, and their values are
// hashed at once.
func LiveOf(cluster *kube.Cluster, secretNamespaces ...string) Source {
	return &live{cluster.Typed, cluster.Metadata, cluster.Dynamic, secretNamespaces, cluster.Kubelets}
}

type live struct {
	client           kubernetes.Interface
	metadata         metadata.Interface
	dynamic          dynamic.Interface
	secretNamespaces []string
	kubelets         *kube.Kubelets // nil: they are not asked
}

// List asks page by page.
func (l *live) List(ctx context.Context, q Query) ([]runtime.Object, error) {
	var found []runtime.Object
	err := l.pages(ctx, q, func(object runtime.Object) { found = append(found, object) })
	return found, err
}

// pages hands over what a query selects as each page of it comes.
func (l *live) pages(ctx context.Context, q Query, take func(runtime.Object)) error {
	options := metav1.ListOptions{LabelSelector: q.Labels, FieldSelector: q.Fields, Limit: pageSize}
	if q.Values && !l.mayRead(q) {
		return nil // its metadata is all there is
	}
	if q.Name != "" {
		options.FieldSelector = metav1.SingleObject(metav1.ObjectMeta{Name: q.Name}).FieldSelector
	}
	taken := 0
	for {
		if left := q.Limit - taken; q.Limit > 0 && left < pageSize {
			options.Limit = int64(left)
		}
		page, err := l.page(ctx, q, options)
		if err != nil {
			return err
		}
		if err := meta.EachListItem(page, func(object runtime.Object) error {
			take(object)
			taken++
			return nil
		}); err != nil {
			return fmt.Errorf("reading a list of %s: %w", plural(q.Kind), err)
		}
		next, err := meta.ListAccessor(page)
		if err != nil {
			return fmt.Errorf("reading a list of %s: %w", plural(q.Kind), err)
		}
		options.Continue = next.GetContinue()
		if options.Continue == "" || q.Limit > 0 && taken >= q.Limit {
			return nil
		}
	}
}

// mayRead tells that the values of a Secret may be read: one by its name, in a
// namespace that was named for it.
func (l *live) mayRead(q Query) bool {
	return q.Kind == "Secret" && q.Name != "" && q.Namespace != "" && slices.Contains(l.secretNamespaces, q.Namespace)
}

func (l *live) page(ctx context.Context, q Query, options metav1.ListOptions) (runtime.Object, error) {
	if q.Values && l.mayRead(q) {
		return l.client.CoreV1().Secrets(q.Namespace).List(ctx, options)
	}
	if q.Kind == "Secret" || q.Meta {
		return l.metaPage(ctx, q, options)
	}
	if custom, ok := customs[q.Kind]; ok {
		return l.customPage(ctx, custom, q.Namespace, options)
	}
	list, known := lists[q.Kind]
	if !known {
		return nil, fmt.Errorf("steward does not read %s", plural(q.Kind))
	}
	page, err := list(ctx, l.client, q.Namespace, options)
	if apierrors.IsNotFound(err) {
		return &metav1.PartialObjectMetadataList{}, nil // an older API server does not know the kind
	}
	return page, err
}

// metaPage reads metadata only, and gives objects of the API's types that hold
// nothing else.
func (l *live) metaPage(ctx context.Context, q Query, options metav1.ListOptions) (runtime.Object, error) {
	resource := schema.GroupVersionResource{Version: "v1", Resource: plural(q.Kind)}
	found, err := l.metadata.Resource(resource).Namespace(q.Namespace).List(ctx, options)
	if err != nil {
		return nil, err
	}
	if q.Kind == "Secret" {
		list := &corev1.SecretList{ListMeta: found.ListMeta}
		for _, item := range found.Items {
			list.Items = append(list.Items, corev1.Secret{ObjectMeta: item.ObjectMeta})
		}
		return list, nil
	}
	list := &metav1.PartialObjectMetadataList{ListMeta: found.ListMeta}
	for _, item := range found.Items {
		item.Kind = q.Kind
		list.Items = append(list.Items, item)
	}
	return list, nil
}

// secretOf gives a Secret that holds nothing but its metadata.
func secretOf(object runtime.Object) runtime.Object {
	if meta, ok := object.(*metav1.PartialObjectMetadata); ok {
		return &corev1.Secret{ObjectMeta: meta.ObjectMeta}
	}
	return object
}

// Log reads the end of a log.
func (l *live) Log(ctx context.Context, q LogQuery) (string, error) {
	stream, err := l.client.CoreV1().Pods(q.Namespace).GetLogs(q.Pod, &corev1.PodLogOptions{
		Container: q.Container, Previous: q.Previous, TailLines: &q.Lines, LimitBytes: &q.Bytes,
	}).Stream(ctx)
	if err != nil {
		return "", err
	}
	defer stream.Close()
	text, err := io.ReadAll(io.LimitReader(stream, q.Bytes))
	if err != nil && len(text) == 0 {
		return "", fmt.Errorf("reading the log: %w", err)
	}
	return string(text), nil
}
