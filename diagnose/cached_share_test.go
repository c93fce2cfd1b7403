package diagnose

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/steward-bot/steward/ops"
)

// What caches keep is shared by all diagnoses: the race detector looks on here,
// and what a diagnosis was given must be the same after it.
func TestDiagnosesAtOnceChangeNothingThatTheyShare(t *testing.T) {
	b := openShop(t)
	d := withCaches(t, b.Kubeconfig)
	b.Apply(t, b.namespace, faulty)
	b.kubectl(t, "set", "image", "deploy/checkout", "checkout=registry.acme.example/shop/checkout:2.4.1-missing")
	b.becomes(t, "checkout", "image-not-found")
	var all sync.WaitGroup
	for range 4 {
		for _, target := range []ops.Target{
			b.target("Deployment", "checkout"), b.target("Deployment", "worker"), b.target("StatefulSet", "ledger"),
			b.target("HorizontalPodAutoscaler", "catalog"), b.target("Ingress", "checkout"),
			{Cluster: "local", Namespace: b.namespace},
		} {
			all.Go(func() {
				s, err := d.Snapshot(context.Background(), target, nil)
				if err != nil {
					t.Error(err)
					return
				}
				before := encoded(t, s)
				if target.Name == "" {
					d.engine.Load().Scan(s)
				} else {
					d.Decide(s)
				}
				if encoded(t, s) != before {
					t.Errorf("diagnosing %s has changed what it was given", target)
				}
			})
		}
	}
	all.Wait()
}

func encoded(t *testing.T, s *Snapshot) string {
	t.Helper()
	var text strings.Builder
	if err := s.Encode(&text); err != nil {
		t.Error(err)
	}
	return text.String()
}
