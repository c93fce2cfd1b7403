package diagnose

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/steward-bot/steward/ops"
)

// paper is a Source that reads a world, and remembers what it was asked. It
// knows the field selectors that say where pods are.
type paper struct {
	world *world
	mu    *sync.Mutex // lists are asked for at once
	asked *[]Query
}

func onPaper(w *world, asked *[]Query) paper { return paper{w, new(sync.Mutex), asked} }

func (p paper) List(_ context.Context, q Query) ([]runtime.Object, error) {
	p.mu.Lock()
	*p.asked = append(*p.asked, q)
	p.mu.Unlock()
	selector, err := labels.Parse(q.Labels)
	var found []runtime.Object
	for _, object := range p.world.objects {
		m := object.(metav1.Object)
		pod, _ := object.(*corev1.Pod)
		switch {
		case kindOf(object) != q.Kind, q.Namespace != "" && m.GetNamespace() != q.Namespace, q.Name != "" && m.GetName() != q.Name:
		case q.Labels != "" && q.Kind != "ReplicaSet" && !selector.Matches(labels.Set(m.GetLabels())):
		case q.Fields == placedNow && !holdsNode(pod):
		default:
			found = append(found, object)
		}
	}
	return found, err
}

func (p paper) Log(context.Context, LogQuery) (string, error) { return "", nil }

func (p paper) Usage(context.Context, UsageQuery) (Figures, error) { return Figures{}, nil }

func (w *world) collect(may func(ops.Target) bool) (*Snapshot, []Query) {
	w.control()
	var asked []Query
	target := ops.Target{Cluster: "local", Namespace: "shop", Kind: "Deployment", Name: "checkout"}
	engine, err := NewEngine()
	must(err)
	s := engine.Collect(context.Background(), onPaper(w, &asked), target, may, testKey)
	s.At = noon
	return s, asked
}

// crowdedByOthers is a world in which pods of another namespace have taken all
// nodes, and one of checkout waits.
func crowdedByOthers() *world {
	w := newWorld("steady")
	for _, node := range []string{"node-1", "node-2", "node-3"} {
		of := template("secret-project", "1")
		of.Spec.Containers[0].Resources.Requests = resources("7750m", "1Gi")
		of.Spec.Containers[0].Ports[0].HostPort = 9000
		pod := runningPod("secret-project-"+node, of, day, node)
		pod.Namespace = "payments"
		w.add(pod)
	}
	must(w.apply(op{Template: "Deployment/checkout", To: map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"name": "checkout", "resources": map[string]any{"requests": map[string]any{"cpu": "300m"}}}}}}}))
	must(w.apply(op{Pending: "checkout-41-c", Message: "0/3 nodes are available: 3 Insufficient cpu."}))
	return w
}

func TestWhatTheAskerMayNotSeeCountsWithoutItsName(t *testing.T) {
	s, _ := crowdedByOthers().collect(func(target ops.Target) bool { return target.Namespace == "shop" })
	if got := theEngine(t).Decide(s); firstCause(got) != "cluster-full" {
		t.Fatalf("got %s\n%s", firstCause(got), pretty(got))
	}
	var file strings.Builder
	if err := s.Encode(&file); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(file.String(), "secret-project") {
		t.Error("the snapshot names a pod that the asker may not see")
	}
	if len(s.Hidden) != 0 || len(s.Loads) != 3 {
		t.Fatalf("%d are hidden, and there are loads %+v", len(s.Hidden), s.Loads)
	}
	load := s.Loads[0]
	if load.Node != "node-1" || load.Requests.Cpu().String() != "7750m" || load.Pods != 1 || len(load.Ports) != 1 || !slices.Equal(load.Unseen, []string{"payments"}) {
		t.Errorf("got %+v", load)
	}
	read, err := Decode(strings.NewReader(file.String()))
	if err != nil {
		t.Fatal(err)
	}
	if pretty(theEngine(t).Decide(read)) != pretty(theEngine(t).Decide(s)) {
		t.Error("the snapshot's file gives another diagnosis")
	}
}

func TestWhatTheAskerMaySeeIsANeighbourAndNotAWorkload(t *testing.T) {
	s, _ := crowdedByOthers().collect(nil)
	if got := theEngine(t).Decide(s); firstCause(got) != "cluster-full" {
		t.Fatalf("got %s\n%s", firstCause(got), pretty(got))
	}
	if !slices.ContainsFunc(s.Neighbours, func(n Neighbour) bool { return n.Name == "secret-project-node-2" && n.Node == "node-2" }) {
		t.Errorf("got %+v", s.Neighbours)
	}
	if slices.ContainsFunc(s.Objects.Pods, func(pod *corev1.Pod) bool { return pod.Namespace == "payments" }) {
		t.Error("a pod that was read for the sum is kept whole")
	}
}

func TestNobodyPaysForTheWholeClusterUnlessAPodWaits(t *testing.T) {
	_, asked := newWorld("rollout").collect(nil)
	if slices.ContainsFunc(asked, func(q Query) bool { return q.Sum || q.Kind == "CSINode" }) {
		t.Errorf("asked %v", asked)
	}
}

// TestHiddenPodsLeaveOpenWhatTurnsOnThem holds that a rule on pods that may not
// be seen is not said to be broken, nor kept.
func TestHiddenPodsLeaveOpenWhatTurnsOnThem(t *testing.T) {
	w := newWorld("steady")
	must(w.apply(op{Set: "Pod/checkout-41-c", To: map[string]any{"spec": map[string]any{"affinity": map[string]any{"podAffinity": map[string]any{
		"requiredDuringSchedulingIgnoredDuringExecution": []any{map[string]any{"topologyKey": "kubernetes.io/hostname", "labelSelector": map[string]any{"matchLabels": map[string]any{"app": "vault"}}}},
	}}}}}))
	must(w.apply(op{Pending: "checkout-41-c"}))
	vault := runningPod("vault-0", template("vault", "1"), day, "node-2")
	w.add(vault)
	s, _ := w.collect(func(target ops.Target) bool { return target.Name != "vault-0" })
	got := theEngine(t).Decide(s)
	if got.Status != ops.StatusUnknown || !slices.ContainsFunc(got.Unknown, func(g ops.Gap) bool { return g.Missing == hiddenPods }) {
		t.Errorf("got %s\n%s", firstCause(got), pretty(got))
	}
}

func TestWithoutTheSumTheSchedulersWordIsAHint(t *testing.T) {
	w := newWorld("steady")
	must(w.apply(op{Pending: "checkout-41-c", Message: "0/3 nodes are available: 3 Insufficient memory."}))
	s := w.take(named("Deployment/checkout"))
	s.Listed = []Listing{{Kind: "Pod", Namespace: "shop"}, {Kind: "Node"}, {Kind: "PersistentVolumeClaim", Namespace: "shop"}}
	s.Gaps = []Missing{{Kind: "Load", Why: "steward may not list pods: its role lacks that rule"}}
	got := theEngine(t).Decide(s)
	if firstCause(got) != "cluster-full" || got.Causes[0].Confidence != ops.Possible {
		t.Errorf("got %s\n%s", firstCause(got), pretty(got))
	}
	s.Objects.Pods[2].Status.Conditions = nil
	for _, pod := range s.Objects.Pods {
		if pod.Name == "checkout-41-c" {
			pod.Status.Conditions[0].Message = "0/3 nodes are available."
		}
	}
	got = theEngine(t).Decide(s)
	if got.Status != ops.StatusUnknown || !slices.ContainsFunc(got.Unknown, func(g ops.Gap) bool { return strings.HasPrefix(g.Missing, "steward may not list pods") }) {
		t.Errorf("got %s\n%s", firstCause(got), pretty(got))
	}
}
