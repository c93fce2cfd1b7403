package actions

import (
	"testing"

	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/steward-bot/steward/kube"
)

func TestABlastSaysWhichPodsGoAndHowManyAtATime(t *testing.T) {
	percent := func(s string) *intstr.IntOrString { v := intstr.FromString(s); return &v }
	number := func(n int32) *intstr.IntOrString { v := intstr.FromInt32(n); return &v }
	rolling := kube.Strategy{Type: "RollingUpdate", MaxSurge: percent("25%"), MaxUnavailable: percent("25%")}
	for _, story := range []struct {
		kind     string
		pods     int32
		strategy kube.Strategy
		staying  int32
		want     string
	}{
		{"Deployment", 8, rolling, 0, "8 pods are replaced: up to 2 more than 8 at a time, never fewer than 6 available."},
		{"Deployment", 3, rolling, 3, "3 pods run that template already and stay. The other pod is removed."},
		{"Deployment", 3, rolling, 1, "2 pods are replaced: up to 1 more than 3 at a time, never fewer than 3 available. 1 pod runs that template already and stays."},
		{"Deployment", 1, kube.Strategy{Type: "Recreate"}, 0, "1 pod is stopped before the new ones start."},
		{"Deployment", 0, rolling, 0, "No pod is touched: there is none."},
		{"StatefulSet", 3, kube.Strategy{Type: "RollingUpdate"}, 0, "3 pods are replaced one at a time, from checkout-2 down to checkout-0."},
		{"StatefulSet", 3, kube.Strategy{Type: "RollingUpdate", Partition: 2}, 0, "1 pod is replaced one at a time, from checkout-2 down to checkout-2. The partition keeps those below 2."},
		{"StatefulSet", 3, kube.Strategy{Type: "RollingUpdate", Partition: 5}, 0, "No pod is touched: the partition is 5."},
		{"StatefulSet", 9, kube.Strategy{Type: "RollingUpdate", MaxUnavailable: number(3)}, 0, "9 pods are replaced up to 3 at a time, from checkout-8 down to checkout-0."},
		{"StatefulSet", 3, kube.Strategy{Type: "OnDelete"}, 0, "No pod is touched now: each takes the new template when somebody deletes it."},
		{"StatefulSet", 3, kube.Strategy{Type: "RollingUpdate"}, 2, "1 pod is replaced one at a time, from the highest ordinal down. 2 pods run that template already and stay."},
		{"DaemonSet", 10, kube.Strategy{Type: "RollingUpdate", MaxUnavailable: number(1)}, 9, "1 pod is replaced, one on each node, one node at a time. 9 pods run that template already and stay."},
		{"DaemonSet", 10, kube.Strategy{Type: "RollingUpdate", MaxUnavailable: number(1), MaxSurge: number(0)}, 0, "10 pods are replaced, one on each node, one node at a time."},
		{"DaemonSet", 10, kube.Strategy{Type: "RollingUpdate", MaxUnavailable: percent("20%")}, 0, "10 pods are replaced, one on each node, on up to 20% of the nodes at a time."},
		{"DaemonSet", 10, kube.Strategy{Type: "RollingUpdate", MaxUnavailable: number(0), MaxSurge: number(2)}, 0, "10 pods are replaced, one on each node, the new one first, on up to 2 of the nodes at a time."},
	} {
		w := &kube.Workload{Kind: story.kind, Name: "checkout", Strategy: story.strategy, Counts: kube.Counts{Desired: story.pods, Current: story.pods}}
		if story.staying > 0 && story.staying == story.pods {
			w.Counts.Current++ // one of a rollout that is stuck
		}
		if got := blastOf(w, story.staying); got != story.want {
			t.Errorf("%s %s: got %q, want %q", story.kind, story.strategy, got, story.want)
		}
	}
}
