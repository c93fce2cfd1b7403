package diagnose

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/ops"
)

// finds waits until the diagnosis of any target names a cause first.
func (b *bench) finds(t *testing.T, kind, name, want string) ops.Diagnosis {
	t.Helper()
	var got ops.Diagnosis
	testcluster.Eventually(t, kind+" "+name+" is diagnosed as "+want, 60*time.Second, func(context.Context) error {
		if got = b.diagnose(kind, name, nil); firstCause(got) != want {
			return fmt.Errorf("%s: %s", firstCause(got), pretty(got))
		}
		return nil
	})
	return got
}

func TestOnARealControlPlaneAnAutoscalerTellsWhatItLacks(t *testing.T) {
	b := openShop(t)
	b.kubectl(t, "autoscale", "deploy/checkout", "--cpu=50%", "--min=2", "--max=3")
	b.finds(t, "HorizontalPodAutoscaler", "checkout", "hpa-missing-requests")
	b.finds(t, "Deployment", "checkout", "hpa-missing-requests")

	b.kubectl(t, "patch", "deploy/checkout", "-p", `{"spec":{"template":{"metadata":{"annotations":{"steward-test/cpu":"150m"}},"spec":{"containers":[{"name":"checkout","resources":{"requests":{"cpu":"100m"}}}]}}}}`)
	got := b.finds(t, "HorizontalPodAutoscaler", "checkout", "hpa-at-max")
	if cause := got.Causes[0]; cause.Summary != "The autoscaler checkout wants more than the 3 replicas that it may give checkout: cpu is 150% (target 50%)." {
		t.Errorf("the cause is not told as it should be:\n%s", pretty(got))
	}
	b.finds(t, "Deployment", "checkout", "hpa-at-max")

	time.Sleep(2 * time.Second) // a write within the second in which it was made counts as making it
	b.kubectl(t, "patch", "hpa/checkout", "--type=merge", "-p", `{"spec":{"maxReplicas":14}}`)
	got = b.finds(t, "Deployment", "checkout", "hpa-runaway")
	if len(got.Changes) == 0 || !got.Changes[0].Implicated {
		t.Errorf("the write of the maximum is not implicated:\n%s", pretty(got))
	}
}

func TestOnARealControlPlaneAJobSaysWhyItHasGivenUp(t *testing.T) {
	b := openShop(t)
	b.Apply(t, b.namespace, `
apiVersion: batch/v1
kind: Job
metadata: {name: import}
spec:
  backoffLimit: 0
  template:
    metadata: {annotations: {steward-test/fault: crash}}
    spec: {restartPolicy: Never, containers: [{name: import, image: "registry.acme.example/shop/import:1"}]}
`)
	b.finds(t, "Job", "import", "app-exception")
}
