package diagnose

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/ops"
)

// TestOnARealControlPlaneTheRealSchedulersPodsAreExplained lets the real
// scheduler refuse pods for one reason each.
func TestOnARealControlPlaneTheRealSchedulersPodsAreExplained(t *testing.T) {
	b := openShop(t)
	tests := []struct{ name, want, replicas, spec string }{
		{"picky", "node-selector-unmatched", "1", `nodeSelector: {disktype: sdd}`},
		{"huge", "request-exceeds-any-node", "1", `automountServiceAccountToken: false`},
		{"gpu", "request-exceeds-any-node", "1", `automountServiceAccountToken: false`},
		{"homeless", "pvc-unbound", "1", `volumes: [{name: data, persistentVolumeClaim: {claimName: nowhere}}]`},
		{"lonely", "pod-affinity-unsatisfied", "1", `affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: nobody}}}]}}`},
		{"apart", "pod-affinity-unsatisfied", "60", `affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: apart}}}]}}`},
		{"gated", "scheduling-gated", "1", `schedulingGates: [{name: acme.example/budget}]`},
		{"nameless", "kubelet-refused", "1", `nodeName: no-such-node`},
	}
	for _, test := range tests {
		requests := map[string]string{"huge": "cpu: 9k", "gpu": `nvidia.com/gpu: "1"`}[test.name]
		if requests == "" {
			requests = "cpu: 1m"
		}
		b.Apply(t, b.namespace, fmt.Sprintf(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: %[1]s}
spec:
  replicas: %[2]s
  selector: {matchLabels: {app: %[1]s}}
  template:
    metadata: {labels: {app: %[1]s}}
    spec:
      %[3]s
      containers: [{name: main, image: "registry.acme.example/shop/%[1]s:1.0.0", resources: {requests: {%[4]s}, limits: {%[4]s}}}]
`, test.name, test.replicas, test.spec, requests))
	}
	for _, test := range tests {
		testcluster.Eventually(t, test.name+" is diagnosed", 90*time.Second, func(context.Context) error {
			got := b.diagnose("Deployment", test.name, func(target ops.Target) bool { return target.Namespace == "" || target.Namespace == b.namespace })
			if firstCause(got) != test.want {
				return fmt.Errorf("%s: %s", firstCause(got), pretty(got))
			}
			if strings.Contains(pretty(got), "kube-system") && test.want != "scheduling-gated" {
				return fmt.Errorf("it tells of what may not be seen: %s", pretty(got))
			}
			return nil
		})
	}
}
