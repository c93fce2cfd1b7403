package diagnose

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// hanging is a Source that never answers for some kinds.
type hanging struct {
	Source
	kinds []string
}

func (h hanging) List(ctx context.Context, q Query) ([]runtime.Object, error) {
	if slices.Contains(h.kinds, q.Kind) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return h.Source.List(ctx, q)
}

func (h hanging) Log(ctx context.Context, q LogQuery) (string, error) {
	if slices.Contains(h.kinds, "Log") {
		<-ctx.Done()
		return "", ctx.Err()
	}
	return h.Source.Log(ctx, q)
}

func (b *bench) target(kind, name string) ops.Target {
	return ops.Target{Cluster: "local", Environment: "test", Namespace: b.namespace, Kind: kind, Name: name}
}

func TestAnAPIServerThatHangsGivesAPartialAnswerInTime(t *testing.T) {
	b := openShop(t)
	b.kubectl(t, "set", "image", "deploy/checkout", "checkout=registry.acme.example/shop/checkout:2.4.1-missing")
	b.becomes(t, "checkout", "image-not-found")

	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	began := time.Now()
	got := b.engine.Decide(b.engine.Collect(ctx, hanging{b.source, []string{"Secret", "HorizontalPodAutoscaler"}}, b.target("Deployment", "checkout"), nil, testKey))
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("it took %s", took)
	}
	if firstCause(got) != "image-not-found" {
		t.Errorf("got %s\n%s", firstCause(got), pretty(got))
	}

	ctx, cancel = context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	got = b.engine.Decide(b.engine.Collect(ctx, hanging{b.source, []string{"Deployment"}}, b.target("Deployment", "checkout"), nil, testKey))
	want := "the API server did not let steward list deployments in the namespace " + b.namespace + " in time"
	if got.Status != ops.StatusUnknown || len(got.Unknown) != 1 || got.Unknown[0].Missing != want {
		t.Errorf("got %s %v, want %s", got.Status, got.Unknown, want)
	}
}

func TestAMissingPermissionIsAGapThatNamesIt(t *testing.T) {
	b := openShop(t)
	b.Apply(t, b.namespace, `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: some}
rules:
  - {apiGroups: [apps], resources: [deployments, replicasets, statefulsets, daemonsets], verbs: [list]}
  - {apiGroups: [""], resources: [services, configmaps], verbs: [list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: some}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: some}
subjects: [{kind: ServiceAccount, name: default}]
`)
	token, err := b.Client.CoreV1().ServiceAccounts(b.namespace).CreateToken(context.Background(), "default", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	config := rest.AnonymousClientConfig(b.Config)
	config.BearerToken, config.QPS, config.Burst = token.Status.Token, 500, 1000
	got := b.engine.Decide(b.engine.Collect(context.Background(), liveWith(t, config), b.target("Deployment", "checkout"), nil, testKey))
	want := "steward may not list pods in the namespace " + b.namespace + ": its role lacks that rule"
	if got.Status != ops.StatusUnknown || !slices.ContainsFunc(got.Unknown, func(g ops.Gap) bool { return g.Missing == want }) {
		t.Errorf("got %s %v", got.Status, got.Unknown)
	}
}

func TestADiagnoserSpeaksToTheClustersOfTheSettings(t *testing.T) {
	b := openShop(t)
	clusters, err := kube.Open([]kube.Config{{Name: "prod-eu", Environment: "production", Kubeconfig: b.Kubeconfig}}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	d := New(clusters, Options{HashKey: testKey})
	target := ops.Target{Cluster: "prod-eu", Environment: "production", Namespace: b.namespace, Kind: "Deployment", Name: "checkout"}
	var asked []ops.Target
	got, err := d.Diagnose(context.Background(), target, func(other ops.Target) bool {
		asked = append(asked, other)
		return true
	})
	if err != nil || !got.Healthy || got.Cluster != "prod-eu" {
		t.Fatalf("got %v %s", err, pretty(got))
	}
	if !slices.ContainsFunc(asked, func(o ops.Target) bool {
		return o.Kind == "Deployment" && o.Name == "catalog" && o.Cluster == "prod-eu" && o.Environment == "production" && o.UID != ""
	}) {
		t.Errorf("nobody asked whether catalog may be seen: %v", asked)
	}
	if slices.ContainsFunc(asked, func(o ops.Target) bool { return o.Kind == "Pod" }) {
		t.Error("a pod was asked for by itself: it is a part of its workload")
	}

	scan, err := d.Scan(context.Background(), ops.Target{Cluster: "prod-eu", Namespace: b.namespace}, nil)
	if err != nil || scan.Workloads != 2 || len(scan.Diagnoses) != 0 {
		t.Errorf("got %v %+v", err, scan)
	}

	var refusal *ops.Refusal
	if _, err := d.Diagnose(context.Background(), ops.Target{Cluster: "prod-us"}, nil); !errors.As(err, &refusal) || !strings.Contains(refusal.Error(), "prod-eu") {
		t.Errorf("got %v", err)
	}
}

func TestASnapshotOfTheLiveClusterIsReplayedToTheSameBytes(t *testing.T) {
	b := openShop(t)
	s := b.engine.Collect(context.Background(), b.source, b.target("Deployment", "checkout"), nil, testKey)
	var file strings.Builder
	if err := s.Encode(&file); err != nil {
		t.Fatal(err)
	}
	read, err := Decode(strings.NewReader(file.String()))
	if err != nil {
		t.Fatal(err)
	}
	if live, replayed := pretty(b.engine.Decide(s)), pretty(b.engine.Decide(read)); live != replayed {
		t.Errorf("live %s\nreplayed %s", live, replayed)
	}
	if strings.Contains(file.String(), "managedFields") || strings.Contains(file.String(), "last-applied-configuration") {
		t.Error("the snapshot is not trimmed")
	}
}

// Whoever may use Slack may ask for a scan, of every cluster where the channel is
// for none: only the clusters with something for them tell of their nodes.
func TestAScanOfAClusterWithNothingForTheAskerTellsNothing(t *testing.T) {
	w := newWorld("steady")
	must(w.apply(op{Set: "Node/node-1", To: map[string]any{"status": map[string]any{"conditions": []any{map[string]any{"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown", "message": "Kubelet stopped posting node status."}}}}}))
	w.control()
	scan := func(namespace string, may func(ops.Target) bool) ops.Scan {
		var asked []Query
		s := theEngine(t).Collect(context.Background(), onPaper(w, &asked), ops.Target{Cluster: "local", Namespace: namespace}, may, testKey)
		s.At = noon
		return theEngine(t).Scan(s)
	}
	for _, namespace := range []string{"", "shop"} {
		if got := scan(namespace, func(ops.Target) bool { return false }); len(got.Diagnoses) > 0 || got.Workloads > 0 || len(got.Unknown) > 0 {
			t.Errorf("whoever may see nothing sees %+v", got)
		}
		got := scan(namespace, func(target ops.Target) bool { return target.Namespace == "shop" })
		if len(got.Diagnoses) == 0 || got.Diagnoses[0].Causes[0].ID != "node-unreachable" {
			t.Errorf("whoever may see the shop sees %+v", got)
		}
	}
}
