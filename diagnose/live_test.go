package diagnose

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

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
	b := &bench{Cluster: c, namespace: c.Namespace(t), engine: theEngine(t), source: liveWith(t, c.Config)}
	c.Apply(t, b.namespace, shop)
	c.Kubectl(t, "-n", b.namespace, "rollout", "status", "deploy/checkout", "deploy/catalog", "--timeout=60s")
	return b
}

// liveWith reads the control plane with the rights of a configuration.
func liveWith(t *testing.T, config *rest.Config) Source {
	t.Helper()
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	meta, err := metadata.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	custom, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return &live{client: client, metadata: meta, dynamic: custom}
}

func (b *bench) diagnose(kind, name string, may func(ops.Target) bool) ops.Diagnosis {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	target := b.target(kind, name)
	if !ops.Namespaced(kind) {
		target.Namespace = ""
	}
	return b.engine.Decide(b.engine.Collect(ctx, b.source, target, may, testKey))
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

func TestOnARealControlPlaneACrashIsNamedByItsLog(t *testing.T) {
	b := openShop(t)
	b.WriteLog(t, b.namespace, "checkout", true, "Traceback (most recent call last):\n  File \"/app/main.py\", line 31, in <module>\nKeyError: 'CATALOG_URL'\n")
	b.Apply(t, b.namespace, `
apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout}
spec:
  replicas: 2
  progressDeadlineSeconds: 30
  selector: {matchLabels: {app: checkout}}
  template:
    metadata: {labels: {app: checkout}, annotations: {steward-test/fault: crash}}
    spec:
      containers:
        - name: checkout
          image: registry.acme.example/shop/checkout:2.4.0
          ports: [{containerPort: 8080, name: http}]
          env: []
`)
	got := b.becomes(t, "checkout", "missing-env")
	if cause := got.Causes[0]; cause.Confidence != ops.Likely || remedyText(cause.Remedy[0]) != "rollback to=1" || cause.Summary != "checkout ends because CATALOG_URL is missing; revision 2 has taken it away." {
		t.Errorf("the cause is not told as it should be:\n%s", pretty(got))
	}
}

func TestOnARealControlPlaneAMissingConfigMapIsNamed(t *testing.T) {
	b := openShop(t)
	b.kubectl(t, "patch", "deploy/checkout", "-p", `{"spec":{"template":{"metadata":{"annotations":{"steward-test/fault":"config-missing"}},"spec":{"containers":[{"name":"checkout","envFrom":[{"configMapRef":{"name":"checkout-conf"}}]}]}}}}`)
	got := b.becomes(t, "checkout", "configmap-missing")
	if cause := got.Causes[0]; cause.Object != "ConfigMap/"+b.namespace+"/checkout-conf" || cause.Remedy[0].Text != "Name the right one, checkout-config, in Deployment/"+b.namespace+"/checkout." {
		t.Errorf("the cause is not told as it should be:\n%s", pretty(got))
	}
}

func TestOnARealControlPlaneTheNeighbourThatWasScaledDownIsBlamed(t *testing.T) {
	b := openShop(t)
	b.kubectl(t, "scale", "deploy/catalog", "--replicas=0")
	b.WriteLog(t, b.namespace, "checkout", true, `Get "http://catalog/items": dial tcp: connect: connection refused: could not connect to catalog:80: connection refused`)
	time.Sleep(2 * time.Second) // times of Kubernetes are in seconds: the crash must be seen to come after
	b.kubectl(t, "label", "pod", "-l", "app=checkout", "steward-test/fault=crash")
	got := b.becomes(t, "checkout", "dependency-changed")
	catalog := "Deployment/" + b.namespace + "/catalog"
	if cause := got.Causes[0]; cause.Object != catalog || remedyText(cause.Remedy[0]) != "scale replicas=2 target=local/"+b.namespace+"/deploy/catalog" {
		t.Errorf("the neighbour is not blamed:\n%s", pretty(got))
	}

	// The neighbour itself: somebody needs it.
	itself := b.becomes(t, "catalog", "scaled-to-zero")
	if remedy := remedyText(itself.Causes[0].Remedy[0]); remedy != "scale replicas=2" {
		t.Errorf("the remedy is %s", remedy)
	}

	// An asker who may not see the neighbour gets no word about it.
	blind := b.diagnose("Deployment", "checkout", func(target ops.Target) bool { return target.Name != "catalog" })
	if text := pretty(blind); firstCause(blind) != "dependency-unreachable" || strings.Contains(text, catalog) || strings.Contains(text, "Service/"+b.namespace+"/catalog") {
		t.Errorf("what may not be seen is told:\n%s", text)
	}
	if len(blind.Unknown) == 0 || blind.Unknown[0].Missing != "a dependency you may not see" {
		t.Errorf("the gap is not told: %v", blind.Unknown)
	}
}

func TestOnARealControlPlaneSetsAreGivenTheWayBackToo(t *testing.T) {
	b := openShop(t)
	set := func(kind, name, more string) string {
		return `
apiVersion: apps/v1
kind: ` + kind + `
metadata: {name: ` + name + `}
spec:
  selector: {matchLabels: {app: ` + name + `}}
  ` + more + `
  template:
    metadata: {labels: {app: ` + name + `}}
    spec: {containers: [{name: main, image: "registry.acme.example/shop/` + name + `:1.0.0"}]}
---`
	}
	b.Apply(t, b.namespace, set("StatefulSet", "ledger", "replicas: 2\n  serviceName: ledger")+set("DaemonSet", "agent", "minReadySeconds: 0"))
	b.kubectl(t, "rollout", "status", "sts/ledger", "--timeout=60s")
	b.kubectl(t, "rollout", "status", "ds/agent", "--timeout=60s")
	b.kubectl(t, "set", "image", "sts/ledger", "main=registry.acme.example/shop/ledger:broken")
	b.kubectl(t, "set", "image", "ds/agent", "main=registry.acme.example/shop/agent:broken")
	for _, target := range []struct{ kind, name string }{{"StatefulSet", "ledger"}, {"DaemonSet", "agent"}} {
		testcluster.Eventually(t, target.name+" is diagnosed", 45*time.Second, func(context.Context) error {
			got := b.diagnose(target.kind, target.name, nil)
			if firstCause(got) != "image-not-found" || remedyText(got.Causes[0].Remedy[0]) != "rollback to=1" {
				return fmt.Errorf("%s", pretty(got))
			}
			return nil
		})
	}
	b.kubectl(t, "rollout", "undo", "sts/ledger")
	testcluster.Eventually(t, "the StatefulSet is blocked by its broken pod", 45*time.Second, func(context.Context) error {
		got := b.diagnose("StatefulSet", "ledger", nil)
		if firstCause(got) != "statefulset-blocked" {
			return fmt.Errorf("%s", pretty(got))
		}
		return nil
	})
}

func TestOnARealControlPlaneEveryKindOfTargetLeadsToTheCause(t *testing.T) {
	b := openShop(t)
	b.kubectl(t, "set", "image", "deploy/checkout", "checkout=registry.acme.example/shop/checkout:2.4.1-missing")
	b.becomes(t, "checkout", "image-not-found")
	pods := b.Kubectl(t, "-n", b.namespace, "get", "pods", "-l", "app=checkout", "-o", `jsonpath={.items[?(@.status.phase=="Pending")].metadata.name}`)
	pod := strings.Fields(pods)[0]
	for _, target := range []struct{ kind, name string }{{"Pod", pod}, {"ReplicaSet", pod[:strings.LastIndexByte(pod, '-')]}, {"Service", "checkout"}, {"Namespace", b.namespace}} {
		got := b.diagnose(target.kind, target.name, nil)
		if firstCause(got) != "image-not-found" || got.Causes[0].Object != "Deployment/"+b.namespace+"/checkout" ||
			remedyText(got.Causes[0].Remedy[0]) != "rollback target=local/"+b.namespace+"/deploy/checkout to=1" {
			t.Errorf("%s/%s: %s", target.kind, target.name, pretty(got))
		}
	}
}
