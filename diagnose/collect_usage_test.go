package diagnose

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/steward-bot/steward/ops"
)

// dataClaim is a bound claim that the first pod of checkout mounts.
var dataClaim = []op{
	{Add: `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {storageClassName: fast, volumeName: pvc-1, accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
status: {phase: Bound, capacity: {storage: 10Gi}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: pvc-1}
spec: {storageClassName: fast, capacity: {storage: 10Gi}, accessModes: [ReadWriteOnce], claimRef: {namespace: shop, name: data, uid: uid-data}, csi: {driver: x, volumeHandle: vol-1}}
status: {phase: Bound}
`},
	{Set: "Pod/checkout-41-a", To: map[string]any{"spec": map[string]any{
		"volumes":    []any{map[string]any{"name": "data", "persistentVolumeClaim": map[string]any{"claimName": "data"}}},
		"containers": []any{map[string]any{"name": "checkout", "volumeMounts": []any{map[string]any{"name": "data", "mountPath": "/data"}}}},
	}}},
}

func TestFiguresAreReadOnlyWhereAFailureAsksForThem(t *testing.T) {
	slow := `Readiness probe failed: Get "http://10.1.0.1:8080/healthz": context deadline exceeded`
	for _, c := range []struct {
		title      string
		target     string
		when       []op
		namespaces []string
		nodes      []string
		throttled  bool
	}{
		{title: "all is well", when: dataClaim},
		{title: "a crash that explains itself", when: append(crash("checkout-41-*/checkout", "panic: no database"), dataClaim...)},
		{title: "a full disk", when: append(crash("checkout-41-a/checkout", "write /data/x: no space left on device"), dataClaim...), nodes: []string{"node-1"}},
		{title: "a crash with a claim and no log", when: append([]op{{Container: "checkout-41-a/checkout", Waiting: "CrashLoopBackOff", Ended: &ended{Exit: 1, Ran: "2s", Ago: "30s"}}}, dataClaim...), nodes: []string{"node-1"}},
		{title: "the claim itself", target: "PersistentVolumeClaim/data", when: dataClaim, nodes: []string{"node-1"}},
		{title: "no memory", when: []op{{Container: "checkout-41-a/checkout", Waiting: "CrashLoopBackOff", Ended: &ended{Reason: "OOMKilled", Exit: 137, Ran: "2s", Ago: "30s"}}}, namespaces: []string{"shop"}},
		{title: "a probe that times out under a CPU limit", when: []op{
			{Template: "Deployment/checkout", To: map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"name": "checkout", "resources": map[string]any{"limits": map[string]any{"cpu": "100m"}}}}}}},
			{Container: "checkout-41-b/checkout", Running: "3h", Ready: is(false), Since: "5m"},
			{Event: "Pod/checkout-41-b", About: "checkout", Reason: "Unhealthy", Message: slow},
		}, nodes: []string{"node-2"}, throttled: true},
	} {
		t.Run(c.title, func(t *testing.T) {
			var namespaces, nodes []string
			throttled := false
			for _, q := range index(snapshotOf(t, "steady", c.target, c.when...)).usageQueries(targetOf(c.target)) {
				if q.Node == nil {
					namespaces = append(namespaces, q.Namespace)
					continue
				}
				nodes, throttled = append(nodes, q.Node.Name), throttled || q.Throttled
			}
			if !slices.Equal(namespaces, c.namespaces) || !slices.Equal(nodes, c.nodes) || throttled != c.throttled {
				t.Errorf("asks for %v, %v, throttled %v", namespaces, nodes, throttled)
			}
		})
	}
}

// TestAFullVolumeIsProvenByItsKubelet goes the whole way: a log that tells of a
// full disk, the kubelet's own figures over TLS, the cause. What the kubelet
// says of other people's pods is not kept.
func TestAFullVolumeIsProvenByItsKubelet(t *testing.T) {
	k := startKubelet(t, http.StatusOK)
	snapshot := snapshotOf(t, "steady", "", append(crash("checkout-41-a/checkout", "write /data/x: no space left on device"), dataClaim...)...)
	snapshot.Objects.Nodes[0].Status = k.node(t).Status
	c := &collector{source: trusting(t, k.Server), target: ops.Target{Namespace: "shop", Kind: "Deployment", Name: "checkout"}, b: &builder{snapshot: snapshot}}
	c.usage(context.Background())
	if len(snapshot.Volumes) != 1 || len(snapshot.Usage) != 1 || len(snapshot.Gaps) != 0 {
		t.Fatalf("got %+v %+v %+v", snapshot.Volumes, snapshot.Usage, snapshot.Gaps)
	}
	got := theEngine(t).Decide(snapshot)
	if firstCause(got) != "volume-full" || got.Causes[0].Confidence != ops.Proven {
		t.Errorf("got %s\n%s", firstCause(got), pretty(got))
	}
}

func TestFiguresThatCannotBeHadSayWhy(t *testing.T) {
	got := decide(t, "steady", "PersistentVolumeClaim/data", append(dataClaim, op{Gap: "Metrics", Message: "steward may not read the figures of the kubelet of node-1: its role lacks that rule"})...)
	want := ops.Gap{Check: "volume-full", Missing: "how full the volume of data is: steward may not read the figures of the kubelet of node-1: its role lacks that rule"}
	if !slices.Contains(got.Unknown, want) {
		t.Errorf("got %v", got.Unknown)
	}
}
