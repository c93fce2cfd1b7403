package diagnose

import (
	"context"
	"fmt"
	"testing"
	"time"

	"k8s.io/client-go/metadata"

	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/ops"
)

// shop is two services on the shared control plane: checkout, which needs
// catalog.
const shop = `
apiVersion: v1
kind: ConfigMap
metadata: {name: checkout-config}
data: {LOG_LEVEL: info}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout}
spec:
  replicas: 2
  progressDeadlineSeconds: 30
  selector: {matchLabels: {app: checkout}}
  template:
    metadata: {labels: {app: checkout}}
    spec:
      containers:
        - name: checkout
          image: registry.acme.example/shop/checkout:2.4.0
          ports: [{containerPort: 8080, name: http}]
          env: [{name: CATALOG_URL, value: "http://catalog"}]
---
apiVersion: v1
kind: Service
metadata: {name: checkout}
spec: {selector: {app: checkout}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: catalog}
spec:
  replicas: 2
  selector: {matchLabels: {app: catalog}}
  template:
    metadata: {labels: {app: catalog}}
    spec: {containers: [{name: catalog, image: "registry.acme.example/shop/catalog:5.0.2", ports: [{containerPort: 8080, name: http}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: catalog}
spec: {selector: {app: catalog}, ports: [{port: 80, targetPort: http}]}
`

// bench is a namespace of the shared control plane with the shop in it.
type bench struct {
	*testcluster.Cluster
	namespace string
	engine    *Engine
	source    Source
}

func openShop(t *testing.T) *bench {
	t.Helper()
	c := testcluster.Get(t)
	meta, err := metadata.NewForConfig(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{Cluster: c, namespace: c.Namespace(t), engine: theEngine(t), source: Live(c.Client, meta)}
	c.Apply(t, b.namespace, shop)
	c.Kubectl(t, "-n", b.namespace, "rollout", "status", "deploy/checkout", "deploy/catalog", "--timeout=60s")
	return b
}

func (b *bench) diagnose(kind, name string, may func(ops.Target) bool) ops.Diagnosis {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	target := ops.Target{Cluster: "local", Environment: "test", Namespace: b.namespace, Kind: kind, Name: name}
	return b.engine.Decide(Collect(ctx, b.source, target, may, testKey))
}

func (b *bench) kubectl(t *testing.T, args ...string) {
	t.Helper()
	b.Kubectl(t, append([]string{"-n", b.namespace}, args...)...)
}

// becomes waits until the diagnosis names a cause first, or is healthy.
func (b *bench) becomes(t *testing.T, name, want string) ops.Diagnosis {
	t.Helper()
	var got ops.Diagnosis
	testcluster.Eventually(t, name+" is diagnosed as "+want, 45*time.Second, func(context.Context) error {
		if got = b.diagnose("Deployment", name, nil); firstCause(got) != want {
			return fmt.Errorf("%s: %s", firstCause(got), pretty(got))
		}
		return nil
	})
	return got
}

func TestOnARealControlPlaneABadTagIsNamedWithTheWayBack(t *testing.T) {
	b := openShop(t)
	b.becomes(t, "checkout", "healthy")
	b.kubectl(t, "set", "image", "deploy/checkout", "checkout=registry.acme.example/shop/checkout:2.4.1-missing")
	got := b.becomes(t, "checkout", "image-not-found")
	if remedy := remedyText(got.Causes[0].Remedy[0]); remedy != "rollback to=1" {
		t.Errorf("the remedy is %s", remedy)
	}
	if got.Causes[0].Confidence != ops.Proven || len(got.Changes) == 0 || !got.Changes[0].Implicated {
		t.Errorf("the rollout is not implicated:\n%s", pretty(got))
	}
	b.kubectl(t, "rollout", "undo", "deploy/checkout")
	b.becomes(t, "checkout", "healthy")
}
