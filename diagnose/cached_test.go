package diagnose

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aymanbagabas/go-udiff"

	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/ops"
)

// same tells how the answers to one question differ with and without caches,
// apart from when they were given.
func (b *bench) same(d *Diagnoser, target ops.Target) error {
	ask := func(d *Diagnoser) (string, error) {
		s, err := d.Snapshot(context.Background(), target, nil)
		if err != nil {
			return "", err
		}
		s.At, s.TookMS = s.At.Truncate(time.Minute), 0 // when it was asked is no difference
		if target.Name == "" {
			raw, err := json.MarshalIndent(d.engine.Load().Scan(s), "", " ")
			return string(raw), err
		}
		return pretty(d.Decide(s)), nil
	}
	live, err := ask(d.Live())
	if err != nil {
		return err
	}
	kept, err := ask(d)
	if err != nil || live == kept {
		return err
	}
	return fmt.Errorf("%s:\n%s", target, udiff.Unified("live", "kept", live, kept))
}

func TestCachesAnswerAsTheAPIServerDoes(t *testing.T) {
	b := openShop(t)
	d := withCaches(t, b.Kubeconfig)
	b.Apply(t, b.namespace, faulty)
	b.kubectl(t, "set", "image", "deploy/checkout", "checkout=registry.acme.example/shop/checkout:2.4.1-missing")
	b.becomes(t, "checkout", "image-not-found")
	pods := strings.Fields(b.Kubectl(t, "-n", b.namespace, "get", "pods", "-l", "app=checkout", "-o", "jsonpath={.items[*].metadata.name}"))
	targets := []ops.Target{
		b.target("Deployment", "checkout"), b.target("Deployment", "catalog"), b.target("Deployment", "worker"), b.target("StatefulSet", "ledger"),
		b.target("Service", "checkout"), b.target("CronJob", "report"), b.target("HorizontalPodAutoscaler", "catalog"), b.target("PodDisruptionBudget", "catalog"),
		b.target("Ingress", "checkout"), b.target("Deployment", "nobody"), b.target("Pod", pods[0]), b.target("Pod", pods[len(pods)-1]),
		{Cluster: "local", Namespace: b.namespace},
	}
	for _, target := range targets {
		testcluster.Eventually(t, "caches and API server agree", 30*time.Second, func(context.Context) error { return b.same(d, target) })
	}
}

func TestWhatCachesMayNotListIsTheGapThatTheAPIServerGives(t *testing.T) {
	b := openShop(t)
	name := b.namespace
	b.Apply(t, b.namespace, `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: `+name+`}
rules:
  - {apiGroups: [apps], resources: ["*"], verbs: [get, list, watch]}
  - {apiGroups: [""], resources: [services, configmaps, nodes], verbs: [get, list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: `+name+`}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: `+name+`}
subjects: [{kind: ServiceAccount, name: default, namespace: `+name+`}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: some}
rules: [{apiGroups: [batch], resources: [jobs], verbs: [list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: some}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: some}
subjects: [{kind: ServiceAccount, name: default}]
`)
	t.Cleanup(func() { b.Kubectl(t, "delete", "clusterrolebinding,clusterrole", name) })
	d := withCaches(t, b.kubeconfigOf(t, "default"))
	target := b.target("Deployment", "checkout")
	testcluster.Eventually(t, "caches and API server agree", 30*time.Second, func(context.Context) error { return b.same(d, target) })
	got, err := d.Diagnose(context.Background(), target, nil)
	if err != nil {
		t.Fatal(err)
	}
	missing := func(kind string) bool {
		want := "steward may not list " + kind + " in the namespace " + b.namespace + ": its role lacks that rule"
		return slices.ContainsFunc(got.Unknown, func(g ops.Gap) bool { return g.Missing == want })
	}
	if got.Status != ops.StatusUnknown || !missing("pods") {
		t.Errorf("got %s %v", got.Status, got.Unknown)
	}
	s, err := d.Snapshot(context.Background(), target, nil)
	if err != nil || !slices.Contains(s.Listed, Listing{Kind: "Job", Namespace: b.namespace}) || slices.Contains(s.Listed, Listing{Kind: "CronJob", Namespace: b.namespace}) {
		t.Errorf("a Role in the namespace allows jobs and no cronjobs; %v listed are %v", err, s.Listed)
	}

	// What is allowed later is kept from then on.
	b.Kubectl(t, "patch", "clusterrole", name, "--type=json", "-p", `[{"op":"add","path":"/rules/-","value":{"apiGroups":[""],"resources":["pods"],"verbs":["get","list","watch"]}}]`)
	cache := d.caches["local"]
	testcluster.Eventually(t, "pods are kept", 45*time.Second, func(context.Context) error { return cache.Shelf("Pod", "").Current() })
}

func TestNoValueOfASecretOrConfigMapIsKeptInMemory(t *testing.T) {
	b := openShop(t)
	d := withCaches(t, b.Kubeconfig)
	b.Apply(t, b.namespace, faulty)
	cache := d.caches["local"]
	testcluster.Eventually(t, "everything is kept", 30*time.Second, func(context.Context) error {
		for _, at := range []struct{ kind, name string }{{"Secret", "catalog-secret"}, {"ConfigMap", "catalog-config"}, {"Deployment", "worker"}} {
			if cache.Shelf(at.kind, "").Object(b.namespace, at.name) == nil {
				return fmt.Errorf("there is no %s", at.kind)
			}
		}
		if len(cache.Shelf("Pod", "").Objects(b.namespace, nil)) < 5 {
			return fmt.Errorf("there are no pods")
		}
		return nil
	})
	values := 0
	for _, kept := range keptKinds(testKey) {
		for _, object := range cache.Shelf(kept.Kind, kept.Fields).Objects("", nil) {
			texts(reflect.ValueOf(object), map[uintptr]bool{}, func(text string) {
				values++
				if strings.Contains(text, "nobody-may-see") || strings.Contains(text, "hunter2") || strings.Contains(text, `"f:`) {
					t.Errorf("%s keeps %q", kept.Kind, text)
				}
			})
		}
	}
	if values < 1000 {
		t.Errorf("only %d texts were looked at", values)
	}
}
