package diagnose

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// crowd is a world with one Deployment of many pods among 48 others, as the
// measures of the project have it, and something wrong here and there.
func crowd(pods int) *Snapshot {
	w := newWorld("steady")
	w.deployment("crowd", int32(pods), 1)
	for i := range 48 {
		name := fmt.Sprintf("svc-%02d", i)
		w.service(name)
		w.deployment(name, 3, 1)
	}
	for i, object := range w.objects {
		if pod, ok := object.(*corev1.Pod); ok && i%97 == 0 {
			must(w.apply(op{Container: pod.Name + "/" + pod.Spec.Containers[0].Name, Waiting: "ImagePullBackOff", Message: "x: not found"}))
		}
	}
	return w.take(named("Deployment/crowd"))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func BenchmarkOneServiceAmong4000Pods(b *testing.B) {
	engine, s := theEngine(b), crowd(4000)
	for b.Loop() {
		engine.Decide(s)
	}
}

func BenchmarkScanOf4000Pods(b *testing.B) {
	engine, s := theEngine(b), crowd(4000)
	for b.Loop() {
		engine.Scan(s)
	}
}

// TestADecisionGrowsNoFasterThanTheCluster holds the engine to linear growth,
// with a wide margin for a busy machine.
func TestADecisionGrowsNoFasterThanTheCluster(t *testing.T) {
	engine := theEngine(t)
	measure := func(pods int) time.Duration {
		s, best := crowd(pods), time.Hour
		for range 5 {
			began := time.Now()
			engine.Scan(s)
			best = min(best, time.Since(began))
		}
		return best
	}
	small, large := measure(500), measure(4000)
	if large > 24*small {
		t.Errorf("500 pods took %s, 4,000 took %s", small, large)
	}
}
