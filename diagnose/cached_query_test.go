package diagnose

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/steward-bot/steward/internal/testcluster"
)

// noLive is a Source that must not be asked.
type noLive struct{ t *testing.T }

func (n noLive) List(_ context.Context, q Query) ([]runtime.Object, error) {
	n.t.Errorf("the API server is asked for %+v", q)
	return nil, nil
}

func (n noLive) Usage(context.Context, UsageQuery) (Figures, error) { return Figures{}, nil }

func (n noLive) Log(context.Context, LogQuery) (string, error) { return "", nil }

func TestCachesSelectAsTheAPIServerDoes(t *testing.T) {
	b := openShop(t)
	d := withCaches(t, b.Kubeconfig)
	b.Apply(t, b.namespace, faulty)
	kept := Cached(d.caches["local"], noLive{t})
	pods := b.Kubectl(t, "-n", b.namespace, "get", "pods", "-l", "app=checkout", "-o", "jsonpath={.items[0].spec.nodeName}")
	for _, q := range []Query{
		{Kind: "Pod", Namespace: b.namespace},
		{Kind: "Pod", Namespace: b.namespace, Limit: 2},
		{Kind: "Pod", Namespace: b.namespace, Labels: "app=checkout"},
		{Kind: "Pod", Namespace: b.namespace, Labels: "app in (checkout,catalog)"},
		{Kind: "Pod", Namespace: b.namespace, Labels: "app=checkout,pod-template-hash"},
		{Kind: "Pod", Namespace: b.namespace, Labels: "app!=checkout"},
		{Kind: "Pod", Namespace: b.namespace, Labels: "app=nobody"},
		{Kind: "Pod", Labels: "app=checkout"},
		{Kind: "Pod", Fields: "spec.nodeName=" + pods},
		{Kind: "Pod", Namespace: b.namespace, Fields: "status.phase!=Running"},
		{Kind: "Pod", Namespace: b.namespace, Fields: "metadata.name=nobody"},
		{Kind: "Deployment", Namespace: b.namespace, Name: "checkout"},
		{Kind: "Deployment", Namespace: b.namespace, Name: "nobody"},
		{Kind: "Deployment", Name: "worker"},
		{Kind: "ConfigMap", Namespace: b.namespace},
		{Kind: "ConfigMap", Namespace: b.namespace, Meta: true},
		{Kind: "Secret", Namespace: b.namespace},
		{Kind: "Node"},
		{Kind: "StorageClass", Name: "standard"},
		{Kind: "Event", Namespace: b.namespace, Fields: warningEvents, Limit: 5},
		{Kind: "Event", Namespace: b.namespace, Fields: deploymentEvents},
		{Kind: "Event", Namespace: b.namespace, Fields: "type=Warning,involvedObject.kind=Pod"},
		{Kind: "Certificate", Namespace: b.namespace}, // which this API server does not know
	} {
		testcluster.Eventually(t, fmt.Sprintf("%+v", q), 20*time.Second, func(ctx context.Context) error {
			want, err := b.source.List(ctx, q)
			if err != nil {
				return err
			}
			got, err := kept.List(ctx, q)
			if err != nil {
				return err
			}
			if !slices.Equal(namesOf(got), namesOf(want)) {
				return fmt.Errorf("got %v, want %v", namesOf(got), namesOf(want))
			}
			return nil
		})
	}
}

func namesOf(list []runtime.Object) []string {
	names := []string{}
	for _, object := range list {
		if m, err := meta.Accessor(object); err == nil {
			names = append(names, m.GetNamespace()+"/"+m.GetName())
		}
	}
	return names
}

func TestTheAPIServerIsAskedForWhatCachesCannotSelect(t *testing.T) {
	b := openShop(t)
	d := withCaches(t, b.Kubeconfig)
	cached, ok := Cached(d.caches["local"], b.source).(*cached)
	if !ok {
		t.Fatal("Cached is something else")
	}
	for _, q := range []Query{
		{Kind: "Event", Namespace: b.namespace},
		{Kind: "Event", Namespace: b.namespace, Fields: "involvedObject.kind=Pod"},
		{Kind: "Event", Namespace: b.namespace, Name: "some"},
		{Kind: "Pod", Namespace: b.namespace, Fields: "status.podIP=10.0.0.1"},
		{Kind: "Secret", Namespace: b.namespace, Name: "some", Values: true},
	} {
		if found, kept := cached.kept(q); kept {
			t.Errorf("%+v is answered from memory: %v", q, namesOf(found))
		}
	}
}

// What pods of one owner share is equal to what each of them had.
func TestSharingChangesNothing(t *testing.T) {
	s := crowd(50)
	p := newPreparer(testKey)
	shared := 0
	for _, pod := range s.Objects.Pods {
		alone := pod.DeepCopy()
		made := p.prepareOwn(pod.DeepCopy())
		want := newPreparer(testKey).prepareShared(alone)
		if !reflect.DeepEqual(made.object, want.object) || !reflect.DeepEqual(made.names, want.names) {
			t.Fatalf("%s was changed:\n%+v\n%+v", pod.Name, made.object, want.object)
		}
		shared += len(p.sharing.models)
	}
	if shared == 0 {
		t.Error("nothing was shared")
	}
}
