package actions_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	udiff "github.com/aymanbagabas/go-udiff"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// seedEnv repeats a run of the differential test.
const seedEnv = "STEWARD_SEED"

// How much the differential test does: stories a kind, and steps a story.
const (
	stories = 4
	steps   = 9
)

// Two twins live the same random life, each in a namespace of its own: one is
// rolled back by kubectl rollout undo, the other by steward. They stay equal.
func TestARollbackLeavesWhatKubectlUndoLeaves(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv(seedEnv); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	for _, kind := range kube.WorkloadKinds() {
		for story := range stories {
			t.Run(fmt.Sprintf("%s %d", kind, story), func(t *testing.T) {
				t.Parallel()
				t.Logf("repeat with %s=%d", seedEnv, seed)
				twins := newTwins(t, kind, rand.New(rand.NewPCG(seed, uint64(story))))
				for range steps {
					twins.step(t)
				}
			})
		}
	}
}

// twins are two workloads "checkout" that are meant to be equal.
type twins struct {
	kind    string
	random  *rand.Rand
	theirs  *workshop // kubectl acts here
	ours    *workshop // steward acts here
	client  dynamic.Interface
	undone  int
	changed int
}

func newTwins(t *testing.T, kind string, random *rand.Rand) *twins {
	t.Helper()
	tw := &twins{kind: kind, random: random, theirs: newWorkshop(t), ours: newWorkshop(t)}
	var err error
	if tw.client, err = dynamic.NewForConfig(tw.ours.Config); err != nil {
		t.Fatal(err)
	}
	first := randomWorkload(random, kind)
	for _, ns := range tw.namespaces() {
		if _, err := tw.resource(ns).Create(t.Context(), first.DeepCopy(), metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	tw.settle(t)
	return tw
}

func (tw *twins) namespaces() []string { return []string{tw.theirs.ns, tw.ours.ns} }

func (tw *twins) resource(ns string) dynamic.ResourceInterface {
	gvr, _ := kube.Resource(tw.kind)
	return tw.client.Resource(gvr).Namespace(ns)
}

// step changes both twins alike, or rolls both back, and compares them.
func (tw *twins) step(t *testing.T) {
	t.Helper()
	switch tw.random.IntN(5) {
	case 0, 1:
		tw.change(t)
	case 2, 3:
		tw.undo(t, 0)
	default:
		tw.undo(t, 1+tw.random.Int64N(int64(3+tw.undone+tw.changed)))
	}
	tw.settle(t)
	theirs, ours := tw.shown(t, tw.theirs.ns), tw.shown(t, tw.ours.ns)
	if theirs != ours {
		t.Fatalf("kubectl (-) and steward (+) leave different objects:\n%s", udiff.Unified("kubectl", "steward", theirs, ours))
	}
}

// change gives both the same next template, and at times other annotations.
func (tw *twins) change(t *testing.T) {
	t.Helper()
	tw.changed++
	next := randomWorkload(tw.random, tw.kind)
	for _, ns := range tw.namespaces() {
		testcluster.Eventually(t, "the twin is updated", 10*time.Second, func(ctx context.Context) error {
			now, err := tw.resource(ns).Get(ctx, "checkout", metav1.GetOptions{})
			if err != nil {
				return err
			}
			annotations := next.GetAnnotations()
			for key, value := range now.GetAnnotations() {
				if strings.HasPrefix(key, "deployment.kubernetes.io/") || strings.HasPrefix(key, "deprecated.") {
					annotations[key] = value
				}
			}
			now.SetAnnotations(annotations)
			now.Object["spec"].(map[string]any)["template"] = next.Object["spec"].(map[string]any)["template"]
			_, err = tw.resource(ns).Update(ctx, now, metav1.UpdateOptions{})
			return err
		})
	}
}

// undo rolls both back, to a revision or (for 0) to the previous one. Where
// kubectl does nothing, steward must refuse with the right reason.
func (tw *twins) undo(t *testing.T, to int64) {
	t.Helper()
	args := []string{}
	undo := []string{"-n", tw.theirs.ns, "rollout", "undo", tw.kind + "/checkout"}
	if to > 0 {
		args = append(args, fmt.Sprintf("to=%d", to))
		undo = append(undo, fmt.Sprintf("--to-revision=%d", to))
	}
	said, kubectlErr := tw.theirs.TryKubectl(undo...)
	verb := tw.ours.rollback()
	q := tw.ours.query(t, verb, args...)
	plan, err := verb.Plan(t.Context(), q)
	switch {
	case kubectlErr != nil:
		refusedFor(t, err, ops.RevisionUnknown)
	case strings.Contains(said, "skipped"):
		refusedFor(t, err, ops.NothingToDo)
	case err != nil:
		t.Fatalf("kubectl said %q, steward: %v", said, err)
	default:
		tw.undone++
		if err := verb.Apply(t.Context(), q.Request, plan); err != nil {
			t.Fatal(err)
		}
	}
}

// settle waits until both controllers have seen their twin and kept its
// template as a revision.
func (tw *twins) settle(t *testing.T) {
	t.Helper()
	for _, shop := range []*workshop{tw.theirs, tw.ours} {
		testcluster.Eventually(t, "the twin's revision is kept", 30*time.Second, func(ctx context.Context) error {
			cluster := shop.clusters.All()[0]
			w, err := cluster.Workload(ctx, ops.Target{Namespace: shop.ns, Kind: tw.kind, Name: "checkout"})
			if err != nil {
				return err
			}
			history, err := cluster.Revisions(ctx, w)
			if err != nil {
				return err
			}
			current := history.Current(w)
			if !w.Observed() || current == nil || current.Number != history[0].Number || (w.Kind == "Deployment" && w.Revision != current.Number) {
				return errors.New("not yet")
			}
			return nil
		})
	}
}

// shown writes what must be equal: the object without what is its own, and the
// revisions that its controller keeps.
func (tw *twins) shown(t *testing.T, ns string) string {
	t.Helper()
	object, err := tw.resource(ns).Get(t.Context(), "checkout", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, own := range []string{"namespace", "uid", "resourceVersion", "creationTimestamp", "managedFields"} {
		unstructured.RemoveNestedField(object.Object, "metadata", own)
	}
	delete(object.Object, "status")
	raw, err := json.MarshalIndent(object.Object, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	cluster := tw.ours.clusters.All()[0]
	w, err := cluster.Workload(t.Context(), ops.Target{Namespace: ns, Kind: tw.kind, Name: "checkout"})
	if err != nil {
		t.Fatal(err)
	}
	history, err := cluster.Revisions(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw) + "\n"
	for _, revision := range history {
		text += fmt.Sprintf("revision %d: %s\n", revision.Number, revision.Template.Hash())
	}
	return text
}
