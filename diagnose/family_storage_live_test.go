package diagnose

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/steward-bot/steward/internal/testcluster"
)

func TestOnARealControlPlaneAClaimWithoutAClassIsNamed(t *testing.T) {
	b := openShop(t)
	b.Apply(t, b.namespace, `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {storageClassName: no-such-class, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`)
	testcluster.Eventually(t, "the claim's missing class is named", 90*time.Second, func(context.Context) error {
		if got := b.diagnose("PersistentVolumeClaim", "data", nil); firstCause(got) != "storage-class-missing" {
			return fmt.Errorf("%s: %s", firstCause(got), pretty(got))
		}
		return nil
	})
}

func TestOnARealControlPlaneTheMetricsAPITellsWhatPodsUse(t *testing.T) {
	b := openShop(t)
	testcluster.Eventually(t, "the metrics API knows the pods", 30*time.Second, func(ctx context.Context) error {
		got, err := b.source.Usage(ctx, UsageQuery{Namespace: b.namespace})
		if err != nil {
			return err
		}
		if len(got.Containers) < 4 || got.Containers[0].MemoryBytes == 0 {
			return fmt.Errorf("got %+v", got)
		}
		return nil
	})
}
