package diagnose

import (
	"context"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/steward-bot/steward/ops"
)

// recorded is a Source over a world, which writes down what it was asked.
type recorded struct {
	world *world
	log   string
	asked []Query
	one   chan struct{} // one at a time
}

func record(w *world, log string) *recorded {
	w.control()
	return &recorded{world: w, log: log, one: make(chan struct{}, 1)}
}

func (r *recorded) List(_ context.Context, q Query) ([]runtime.Object, error) {
	r.one <- struct{}{}
	defer func() { <-r.one }()
	r.asked = append(r.asked, q)
	wanted, err := labels.Parse(q.Labels)
	if err != nil {
		return nil, err
	}
	var found []runtime.Object
	for _, object := range r.world.objects {
		m := object.(metav1.Object)
		if kindOf(object) == q.Kind && (q.Namespace == "" || q.Namespace == m.GetNamespace()) && (q.Name == "" || q.Name == m.GetName()) && (q.Kind != "Pod" || wanted.Matches(labels.Set(m.GetLabels()))) {
			found = append(found, object)
		}
	}
	return found, nil
}

func (r *recorded) Log(context.Context, LogQuery) (string, error) { return r.log, nil }

func (r *recorded) Usage(context.Context, UsageQuery) (Figures, error) { return Figures{}, nil }

func (r *recorded) askedFor(kind, namespace string) bool {
	return slices.ContainsFunc(r.asked, func(q Query) bool { return q.Kind == kind && q.Namespace == namespace })
}

func failing(t *testing.T) *world {
	t.Helper()
	w := newWorld("steady")
	if err := w.apply(op{Container: "checkout-41-*/checkout", Waiting: "CrashLoopBackOff", Ended: &ended{Exit: 1, Ran: "5s", Ago: "30s"}}); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestTheClustersDNSIsReadOnlyWhenALogTellsOfNames(t *testing.T) {
	target := ops.Target{Cluster: "local", Namespace: "shop", Kind: "Deployment", Name: "checkout"}
	for log, want := range map[string]bool{
		"Error: getaddrinfo EAI_AGAIN catalog":    true,
		"Error: connect ECONNREFUSED catalog:80":  false,
		"TypeError: undefined is not a function":  false,
		"curl: (6) Could not resolve host: redis": true,
	} {
		source := record(failing(t), log)
		theEngine(t).Collect(context.Background(), source, target, nil, testKey)
		for _, kind := range []string{"Service", "EndpointSlice", "Deployment"} {
			if source.askedFor(kind, dnsNamespace) != want {
				t.Errorf("%s: %s of %s asked for: %v, want %v", log, kind, dnsNamespace, !want, want)
			}
		}
		if source.askedFor("PeerAuthentication", "shop") || source.askedFor("Certificate", "shop") {
			t.Errorf("%s: a mesh or certificates were asked for, and there is neither", log)
		}
	}
}

func TestAMeshIsReadOnlyWhereSomethingFailsInOne(t *testing.T) {
	target := ops.Target{Cluster: "local", Namespace: "shop", Kind: "Deployment", Name: "checkout"}
	w := failing(t)
	must(w.apply(op{Template: "Deployment/catalog", To: map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"name": meshProxy, "image": "x"}}}}}))
	source := record(w, "read: connection reset by peer")
	theEngine(t).Collect(context.Background(), source, target, nil, testKey)
	for _, kind := range meshKinds {
		if !source.askedFor(kind, "shop") || !source.askedFor(kind, meshRoot) {
			t.Errorf("no %s was asked for", kind)
		}
	}
}

// TestValuesOfSecretsAreReadOnlyWhereThatWasAsked holds the only way to a
// Secret's values: one by one, by name, in a namespace that was named.
func TestValuesOfSecretsAreReadOnlyWhereThatWasAsked(t *testing.T) {
	client := fake.NewClientset(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "tls"}, Type: corev1.SecretTypeTLS, Data: map[string][]byte{"tls.crt": []byte("x")}})
	for _, c := range []struct {
		namespaces []string
		q          Query
		want       int
	}{
		{nil, Query{Kind: "Secret", Namespace: "shop", Name: "tls", Values: true}, 0},
		{[]string{"goods"}, Query{Kind: "Secret", Namespace: "shop", Name: "tls", Values: true}, 0},
		{[]string{"shop"}, Query{Kind: "Secret", Namespace: "shop", Values: true}, 0},
		{[]string{"shop", ""}, Query{Kind: "Secret", Values: true, Name: "tls"}, 0},
		{[]string{"shop"}, Query{Kind: "Secret", Namespace: "shop", Name: "tls", Values: true}, 1},
	} {
		found, err := (&live{client: client, secretNamespaces: c.namespaces}).List(context.Background(), c.q)
		if err != nil || len(found) != c.want {
			t.Errorf("%v %+v: %d found, %v", c.namespaces, c.q, len(found), err)
		}
	}
}

func TestTheSecretsOfATargetAreAskedForByName(t *testing.T) {
	w := newWorld("steady")
	ingress := &networkingv1.Ingress{ObjectMeta: stamp("shop", day)}
	ingress.Spec.TLS = []networkingv1.IngressTLS{{SecretName: "shop-tls"}}
	w.add(ingress)
	source := record(w, "")
	snapshot := theEngine(t).Collect(context.Background(), source, ops.Target{Cluster: "local", Namespace: "shop", Kind: "Ingress", Name: "shop"}, nil, testKey)
	if !slices.Contains(source.asked, Query{Kind: "Secret", Namespace: "shop", Name: "shop-tls", Values: true}) {
		t.Error("the Ingress's Secret was not asked for")
	}
	var file strings.Builder
	if err := snapshot.Encode(&file); err != nil || strings.Contains(file.String(), "hunter2") {
		t.Errorf("a value of a Secret is in the snapshot (%v)", err)
	}
}
