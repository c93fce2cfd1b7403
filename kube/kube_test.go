package kube_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// place is a namespace of the real control plane with steward's view of it.
type place struct {
	*testcluster.Cluster
	ns       string
	clusters *kube.Clusters
	cluster  *kube.Cluster
}

func newPlace(t *testing.T) place {
	t.Helper()
	c := testcluster.Get(t)
	clusters, err := kube.Open([]kube.Config{{Name: "prod-eu", Environment: "production", Kubeconfig: c.Kubeconfig, Context: "local"}}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	return place{Cluster: c, ns: c.Namespace(t), clusters: clusters, cluster: clusters.All()[0]}
}

// target resolves a name in the place's namespace.
func (p place) target(t *testing.T, name string) ops.Target {
	t.Helper()
	target, err := p.clusters.Resolve(t.Context(), ops.Ref{Namespace: p.ns, Name: name}, nil, everything)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// settled reads the workload once its rollout is over.
func (p place) settled(t *testing.T, target ops.Target) *kube.Workload {
	t.Helper()
	var w *kube.Workload
	testcluster.Eventually(t, target.Object()+" has rolled out", 30*time.Second, func(ctx context.Context) (err error) {
		if w, err = p.cluster.Workload(ctx, target); err != nil {
			return err
		}
		if rollout := w.Rollout(); !rollout.Done {
			return errors.New(rollout.Text)
		}
		return nil
	})
	return w
}

// history reads the revisions once there are so many.
func (p place) history(t *testing.T, w *kube.Workload, many int) kube.History {
	t.Helper()
	var history kube.History
	testcluster.Eventually(t, fmt.Sprintf("%s has %d revisions", w.Name, many), 20*time.Second, func(ctx context.Context) (err error) {
		if history, err = p.cluster.Revisions(ctx, w); err == nil && len(history) != many {
			err = fmt.Errorf("it has %d", len(history))
		}
		return err
	})
	return history
}

func everything(ops.Target) bool { return true }

func refused(t *testing.T, err error, reason ops.Reason) *ops.Refusal {
	t.Helper()
	var refusal *ops.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a refusal with the reason %s", err, reason)
	}
	if refusal.Reason != reason {
		t.Fatalf("got the reason %s (%v), want %s", refusal.Reason, refusal, reason)
	}
	return refusal
}

// manifest writes a workload of one container with the name in place of NAME.
func manifest(kind, name string) string {
	text := `
apiVersion: apps/v1
kind: KIND
metadata:
  name: NAME
  annotations: {kubernetes.io/change-cause: "first release", steward/pagerduty-service: PCHK001}
spec:
  replicas: 2
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      containers:
        - name: app
          image: registry.acme.example/shop/NAME:1
          env: [{name: LOG_LEVEL, value: info}]
`
	if kind == "DaemonSet" {
		text = strings.Replace(text, "  replicas: 2\n", "", 1)
	}
	return strings.NewReplacer("KIND", kind, "NAME", name).Replace(text)
}
