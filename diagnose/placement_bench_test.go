package diagnose

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// packed is a cluster of 200 nodes with 4,000 pods, all of them full, and a pod
// of checkout that finds no node. All pods keep away from others of their kind
// on the same node, and are spread over zones, so that every predicate has work.
func packed() *Snapshot {
	w := newWorld("steady")
	for i := 4; i <= 200; i++ {
		node := readyNode(fmt.Sprintf("node-%d", i))
		node.Labels["topology.kubernetes.io/zone"] = fmt.Sprintf("local-%c", 'a'+i%3)
		w.add(node)
	}
	for i := range 200 {
		for j := range 20 {
			of := template(fmt.Sprintf("svc-%d", j), "1")
			of.Spec.Containers[0].Resources.Requests = resources("400m", "1Gi")
			of.Spec.Affinity = apart(fmt.Sprintf("svc-%d", j))
			w.add(runningPod(fmt.Sprintf("svc-%d-%d", j, i), of, day, fmt.Sprintf("node-%d", i+1)))
		}
	}
	must(w.apply(op{Template: "Deployment/checkout", To: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
		Containers: []corev1.Container{{Name: "checkout", Resources: corev1.ResourceRequirements{Requests: resources("500m", "1Gi")}}},
		Affinity:   apart("checkout"),
		TopologySpreadConstraints: []corev1.TopologySpreadConstraint{{
			MaxSkew: 5, TopologyKey: "topology.kubernetes.io/zone", WhenUnsatisfiable: corev1.DoNotSchedule,
			LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "checkout"}},
		}},
	}}}))
	must(w.apply(op{Pending: "checkout-41-c", Message: "0/200 nodes are available: 200 Insufficient cpu."}))
	return w.take(named("Deployment/checkout"))
}

func apart(app string) *corev1.Affinity {
	return &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{
		{TopologyKey: "kubernetes.io/hostname", LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": app}}},
	}}}
}

func BenchmarkAPendingPodAmong4000PodsOn200Nodes(b *testing.B) {
	engine, s := theEngine(b), packed()
	if got := engine.Decide(s); firstCause(got) != "cluster-full" {
		b.Fatal(pretty(got))
	}
	for b.Loop() {
		engine.Decide(s)
	}
}

// TestAPendingPodIsPlacedInNoTime holds the predicates to a time that nobody
// notices, with a wide margin for a busy machine.
func TestAPendingPodIsPlacedInNoTime(t *testing.T) {
	engine, s := theEngine(t), packed()
	best := time.Hour
	for range 5 {
		began := time.Now()
		if got := engine.Decide(s); firstCause(got) != "cluster-full" {
			t.Fatalf("got %s\n%s", firstCause(got), pretty(got))
		}
		best = min(best, time.Since(began))
	}
	if best > 2*time.Second {
		t.Errorf("it took %s", best)
	}
}
