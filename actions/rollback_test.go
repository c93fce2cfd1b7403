package actions_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/steward-bot/steward/actions"
	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

func TestAPlanToRollBackSaysWhatWillChange(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "deployment", checkoutOf("Deployment"))
	w.kubectl(t, "set", "env", "deployment/checkout", "API_TOKEN=hunter2-two", "LOG_LEVEL-", "REGION=eu")
	w.broken(t, "deployment", "2-missing")
	w.kubectl(t, "annotate", "deployment/checkout", "--overwrite", "kubernetes.io/change-cause=second release")

	_, plan := w.plan(t, w.rollback())
	if want := "Roll back checkout to the template of revision 2"; plan.Headline != want {
		t.Errorf("got the headline %q, want %q", plan.Headline, want)
	}
	q, plan := w.plan(t, w.rollback(), "to=1")
	if want := "Roll back checkout to the template of revision 1"; plan.Headline != want {
		t.Errorf("got the headline %q, want %q", plan.Headline, want)
	}
	want := []ops.Change{
		{Path: "containers[checkout].image", Before: "registry.acme.example/shop/checkout:2-missing", After: "registry.acme.example/shop/checkout:1"},
		{Path: "containers[checkout].env[API_TOKEN].value", Before: "[redacted]", After: "[redacted] (another value)"},
		{Path: "containers[checkout].env[LOG_LEVEL].value", After: "info"},
		{Path: "containers[checkout].env[REGION].value", Before: "eu"},
		{Path: "annotations[kubernetes.io/change-cause]", Before: "second release", After: "first release"},
	}
	if !slices.Equal(plan.Changes, want) {
		t.Errorf("got the changes %+v", plan.Changes)
	}
	if plan.Args["to"] != "1" || plan.Verb != "rollback" || plan.Target.Name != "checkout" {
		t.Errorf("got %+v", plan)
	}
	from, to := plan.Facts[0], plan.Facts[1]
	if !strings.HasPrefix(from.Text, "revision 3 with registry.acme.example/shop/checkout:2-missing, written by kubectl-set on 20") || !strings.HasSuffix(from.Text, ": “second release”") {
		t.Errorf("got from %q", from.Text)
	}
	if !strings.HasPrefix(to.Text, "revision 1 with registry.acme.example/shop/checkout:1, first up on 20") || !strings.HasSuffix(to.Text, ": “first release”") {
		t.Errorf("got to %q", to.Text)
	}

	again, err := w.rollback().Plan(t.Context(), q)
	if err != nil || again.Fingerprint() != plan.Fingerprint() {
		t.Errorf("planned twice, two fingerprints: %v", err)
	}
	w.kubectl(t, "scale", "deployment/checkout", "--replicas=3")
	if again, err = w.rollback().Plan(t.Context(), q); err != nil || again.Fingerprint() != plan.Fingerprint() {
		t.Errorf("an autoscaler at work makes the plan stale: %v", err)
	}
	w.kubectl(t, "set", "env", "deployment/checkout", "REGION=us")
	if again, err = w.rollback().Plan(t.Context(), q); err != nil || again.Fingerprint() == plan.Fingerprint() {
		t.Errorf("another template does not make the plan stale: %v", err)
	}
}

func TestARollbackBringsTheEarlierTemplateBack(t *testing.T) {
	for kind, blast := range map[string]string{
		"Deployment":  "2 pods are replaced: up to 1 more than 2 at a time, never fewer than 2 available.",
		"StatefulSet": "2 pods are replaced one at a time, from checkout-1 down to checkout-0.",
		"DaemonSet":   " pods are replaced, one on each node, one node at a time.", // as many as the cluster has nodes
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorkshop(t)
			w.deploy(t, kind, checkoutOf(kind))
			w.release(t, kind, "2")
			q, plan := w.plan(t, w.rollback())
			if !strings.HasSuffix(plan.Blast, blast) {
				t.Errorf("got the blast %q, want %q", plan.Blast, blast)
			}
			outcome := w.finish(t, w.rollback(), q, plan)
			if want := "Rolled back to the template of revision 1, now revision 3."; outcome.State != ops.Succeeded || outcome.Summary != want {
				t.Errorf("got %s: %q, want %q", outcome.State, outcome.Summary, want)
			}
			if got := w.image(t, kind); got != "registry.acme.example/shop/checkout:1" {
				t.Errorf("the image is %s", got)
			}
			last := w.progress[len(w.progress)-1]
			if last.Updated != last.Desired || last.Ready != last.Desired || last.Phase != ops.PhaseRolling {
				t.Errorf("the last progress is %+v", last)
			}
			if done, err := w.rollback().Done(t.Context(), plan); err != nil || !done {
				t.Errorf("done: %v, %v", done, err)
			}
			before := w.kubectl(t, "get", kind, "checkout", "-o", "jsonpath={.metadata.resourceVersion}")
			if err := w.rollback().Apply(t.Context(), q.Request, plan); err != nil {
				t.Errorf("applied again: %v", err)
			}
			if after := w.kubectl(t, "get", kind, "checkout", "-o", "jsonpath={.metadata.resourceVersion}"); after != before {
				t.Error("applying a plan that is done wrote to the object")
			}
			if refusal := w.refusal(t, w.rollback(), ops.NothingToDo, "to=3"); refusal.What != "Nothing to do: checkout runs the template of revision 3 already." {
				t.Errorf("got %q", refusal.What)
			}
		})
	}
}

func TestARollbackIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "deployment", checkoutOf("Deployment"))
	verb := w.rollback()

	if got, want := w.refusal(t, verb, ops.RevisionUnknown).What, "There is nothing to roll checkout back to: it has only one revision."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	w.release(t, "deployment", "2")
	for typed, want := range map[string]string{"to=x": "to=x is not a revision.", "to=0": "to=0 is not a revision.", "to=-1": "to=-1 is not a revision."} {
		if got := w.refusal(t, verb, ops.BadArgument, typed).What; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	refusal := w.refusal(t, verb, ops.RevisionUnknown, "to=99")
	if want := "checkout has no revision 99."; refusal.What != want {
		t.Errorf("got %q, want %q", refusal.What, want)
	}
	if len(refusal.Choices) != 1 || !strings.HasPrefix(refusal.Choices[0], "to=1 (registry.acme.example/shop/checkout:1, ") {
		t.Errorf("got the choices %v", refusal.Choices)
	}
	w.kubectl(t, "rollout", "pause", "deployment/checkout")
	refusal = w.refusal(t, verb, ops.Paused)
	if want := "Nothing was changed: the rollout of checkout is paused."; refusal.What != want {
		t.Errorf("got %q, want %q", refusal.What, want)
	}
	want := "Find out who paused it and why; then `kubectl rollout resume deployment/checkout -n " + w.ns + "`, and give the command again. " +
		"Once resumed, it rolls out the template that it has now (registry.acme.example/shop/checkout:2) until then."
	if refusal.Next != want {
		t.Errorf("got %q, want %q", refusal.Next, want)
	}
}

func TestWhatHasChangedSinceTheConfirmationIsLeftAlone(t *testing.T) {
	for name, story := range map[string]struct {
		meanwhile func(*testing.T, *workshop)
		reason    ops.Reason
		what      string
	}{
		"another template": {
			func(t *testing.T, w *workshop) { w.broken(t, "deployment", "3") },
			ops.Stale, "Nothing was changed: Deployment/NS/checkout is no longer what you confirmed.",
		},
		"another annotation": {
			func(t *testing.T, w *workshop) {
				w.kubectl(t, "annotate", "deployment/checkout", "steward/pagerduty-service=PX")
			},
			ops.Stale, "Nothing was changed: Deployment/NS/checkout is no longer what you confirmed.",
		},
		"paused": {
			func(t *testing.T, w *workshop) { w.kubectl(t, "rollout", "pause", "deployment/checkout") },
			ops.Paused, "Nothing was changed: the rollout of checkout is paused.",
		},
		"deleted": {
			func(t *testing.T, w *workshop) { w.kubectl(t, "delete", "deployment/checkout") },
			ops.Gone, "Deployment/NS/checkout is gone.",
		},
		"deleted and made anew": {
			func(t *testing.T, w *workshop) {
				w.kubectl(t, "delete", "deployment/checkout")
				w.Apply(t, w.ns, checkoutOf("Deployment"))
			},
			ops.Gone, "Deployment/NS/checkout is gone.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkshop(t)
			w.deploy(t, "deployment", checkoutOf("Deployment"))
			w.release(t, "deployment", "2")
			q, plan := w.plan(t, w.rollback())
			story.meanwhile(t, w)
			refusal := refusedFor(t, w.rollback().Apply(t.Context(), q.Request, plan), story.reason)
			if want := strings.ReplaceAll(story.what, "NS", w.ns); refusal.What != want {
				t.Errorf("got %q, want %q", refusal.What, want)
			}
		})
	}
}

func TestARollbackThatComesToNoGoodEndSaysWhy(t *testing.T) {
	const image = "registry.acme.example/shop/checkout"
	for name, story := range map[string]struct {
		meanwhile []string // kubectl's arguments
		reason    ops.Reason
		summary   string
	}{
		"deadline": {nil, "", `it exceeded its progress deadline: ReplicaSet "checkout-`},
		"paused":   {[]string{"rollout", "pause", "deployment/checkout"}, ops.Paused, "somebody paused the rollout on its way."},
		"changed":  {[]string{"set", "image", "deployment/checkout", "checkout=" + image + ":3"}, ops.Stale, "its template was changed again meanwhile."},
		"deleted":  {[]string{"delete", "deployment/checkout"}, ops.Gone, "it was deleted meanwhile."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkshop(t)
			// The first revision never comes up, the second does.
			w.Apply(t, w.ns, strings.Replace(checkoutOf("Deployment", "progressDeadlineSeconds: 8"), "checkout:1", "checkout:1-missing", 1))
			w.observed(t, "deployment")
			w.release(t, "deployment", "2")
			q, plan := w.plan(t, w.rollback())
			if err := w.rollback().Apply(t.Context(), q.Request, plan); err != nil {
				t.Fatal(err)
			}
			w.observed(t, "deployment")
			changed := make(chan error, 1)
			go func() {
				if story.meanwhile == nil {
					changed <- nil
					return
				}
				_, err := w.TryKubectl(append([]string{"-n", w.ns}, story.meanwhile...)...)
				changed <- err
			}()
			outcome := w.watch(t, w.rollback(), q, plan)
			if err := <-changed; err != nil {
				t.Fatal(err)
			}
			want := "The rollback to the template of revision 1 did not come to its end: " + story.summary
			if outcome.State != ops.Failed || outcome.Reason != story.reason || !strings.HasPrefix(outcome.Summary, want) || strings.HasSuffix(outcome.Summary, "..") {
				t.Errorf("got %s (%s): %q, want %q", outcome.State, outcome.Reason, outcome.Summary, want)
			}
		})
	}
}

// A Deployment that exceeded its deadline keeps saying so for a moment after it
// has another template; kubectl rollout status fails then.
func TestTheVerdictOnTheTemplateBeforeIsNotTakenForOurs(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "deployment", checkoutOf("Deployment", "progressDeadlineSeconds: 2", "strategy: {type: Recreate}"))
	w.broken(t, "deployment", "2-missing")
	testcluster.Eventually(t, "the deadline passes", 20*time.Second, func(context.Context) error {
		if !strings.Contains(w.kubectl(t, "get", "deployment", "checkout", "-o", "yaml"), "ProgressDeadlineExceeded") {
			return errors.New("not yet")
		}
		return nil
	})
	status := actions.Status{Clusters: w.clusters, Journal: w.journal}
	answer, err := status.Answer(t.Context(), w.query(t, status))
	if want := "checkout: 0 of 2 ready, revision 2, the rollout exceeded its progress deadline."; err != nil || answer.Headline != want {
		t.Errorf("got the headline %q, want %q", answer.Headline, want)
	}
	outcome := w.do(t, w.rollback())
	if outcome.State != ops.Succeeded {
		t.Errorf("got %+v", outcome)
	}
}

func TestAStatefulSetThatWaitsForABrokenPodSaysWhichToDelete(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "statefulset", checkoutOf("StatefulSet"))
	w.broken(t, "statefulset", "2-missing")
	testcluster.Eventually(t, "a pod is broken", 20*time.Second, func(context.Context) error {
		if !strings.Contains(w.kubectl(t, "get", "pods"), "ImagePullBackOff") {
			return errors.New("not yet")
		}
		return nil
	})
	q, plan := w.plan(t, w.rollback())
	want := "Not ready: the Pod checkout-1 (ImagePullBackOff). A StatefulSet waits for such a pod before it replaces any, even where the new template would mend it (kubernetes#67250). " +
		"steward does not delete pods: if the rollout stays where it is, delete it by hand: `kubectl delete pod checkout-1 -n " + w.ns + "`."
	if got := warned(plan, "statefulset-stuck"); got != want {
		t.Errorf("got the warning %q, want %q", got, want)
	}
	if want := "1 pod is replaced one at a time, from the highest ordinal down. 1 pod runs that template already and stays."; plan.Blast != want {
		t.Errorf("got the blast %q, want %q", plan.Blast, want)
	}
	blind := q
	blind.May = func(o ops.Target) bool { return o.Kind != "Pod" }
	if hidden, err := w.rollback().Plan(t.Context(), blind); err != nil || strings.Contains(warned(hidden, "statefulset-stuck"), "checkout-1") {
		t.Errorf("who may not see pods reads %q, %v", warned(hidden, "statefulset-stuck"), err)
	}
	outcome := w.finish(t, w.rollback(), q, plan)
	want = "The rollback to the template of revision 1 did not come to its end: the StatefulSet waits for its pod checkout-1 (ImagePullBackOff), which still has the template before and does not become ready (kubernetes#67250)."
	if outcome.State != ops.Failed || outcome.Summary != want {
		t.Errorf("got %s: %q, want %q", outcome.State, outcome.Summary, want)
	}
	if want := "Delete that pod by hand, and the rollout goes on: `kubectl delete pod checkout-1 -n " + w.ns + "`."; outcome.Next != want {
		t.Errorf("got %q, want %q", outcome.Next, want)
	}
	w.kubectl(t, "delete", "pod", "checkout-1")
	if outcome := w.watch(t, w.rollback(), q, plan); outcome.State != ops.Succeeded {
		t.Errorf("after the pod was deleted: %+v", outcome)
	}
}

func TestARollbackLooksOverItsShoulder(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "deployment", checkoutOf("Deployment"))
	w.release(t, "deployment", "2")
	w.Apply(t, w.ns, `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: checkout-pdb}
spec: {minAvailable: 2, selector: {matchLabels: {app: checkout}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: checkout-hpa}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: checkout}
  minReplicas: 2
  maxReplicas: 6
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
`)
	testcluster.Eventually(t, "the budget is counted", 20*time.Second, func(context.Context) error {
		if w.kubectl(t, "get", "pdb", "checkout-pdb", "-o", "jsonpath={.status.currentHealthy}") != "2" {
			return errors.New("not yet")
		}
		return nil
	})
	_, plan := w.plan(t, w.rollback())
	for code, want := range map[string]string{
		"pdb-no-room":        "The PodDisruptionBudget checkout-pdb (minAvailable 2) leaves no room: 2 of its 2 pods are ready and 2 must be. The rollout is not held back by it, but what it takes away adds to that.",
		"autoscaler":         "The HorizontalPodAutoscaler checkout-hpa measures cpu against what the containers request, and the template requests none: it cannot scale then.",
		"last-applied-stale": "The workload is managed with kubectl apply, whose record of the last applied configuration stays as it is: the next apply of that file brings back what it says. Change the file too.",
	} {
		if got := warned(plan, code); got != want {
			t.Errorf("%s: got %q, want %q", code, got, want)
		}
	}

	// Who may not see what is around it does not learn its name.
	q := w.query(t, w.rollback())
	q.May = func(target ops.Target) bool { return target.Kind == "Deployment" }
	plan, err := w.rollback().Plan(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if got := warned(plan, "pdb-no-room"); !strings.HasPrefix(got, "A PodDisruptionBudget that you may not see (minAvailable 2)") {
		t.Errorf("got %q", got)
	}
}

func TestARollbackToWhatFailedBeforeSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "deployment", checkoutOf("Deployment"))
	w.broken(t, "deployment", "2-missing")
	testcluster.Eventually(t, "the second revision has a pod", 20*time.Second, func(ctx context.Context) error {
		cluster := w.clusters.All()[0]
		live, err := cluster.Workload(ctx, ops.Target{Namespace: w.ns, Kind: "Deployment", Name: "checkout"})
		if err != nil {
			return err
		}
		history, err := cluster.Revisions(ctx, live)
		if err == nil && (len(history) < 2 || history[0].Pods == 0) {
			return errors.New("not yet")
		}
		return err
	})
	w.kubectl(t, "patch", "deployment/checkout", "-p", `{"spec":{"strategy":{"rollingUpdate":{"maxUnavailable":0}},"template":{"spec":{"containers":[{"name":"checkout","image":"registry.acme.example/shop/checkout:3-missing"}]}}}}`)
	w.observed(t, "deployment")
	if outcome := w.do(t, w.rollback(), "to=1"); outcome.State != ops.Succeeded {
		t.Fatalf("got %+v", outcome)
	}
	_, plan := w.plan(t, w.rollback(), "to=3")
	got := warned(plan, "revision-failed-before")
	if !strings.HasPrefix(got, "The template of revision 3 did not do well when it last ran. ana rolled back from it on 20") || !strings.HasSuffix(got, " because of Q1XCHK0001.") {
		t.Errorf("got %q", got)
	}
	if _, plan = w.plan(t, w.rollback()); plan.Args["to"] != "3" {
		t.Errorf("the previous revision is %s", plan.Args["to"])
	}
	if kinds := w.rollback().Spec().Kinds; !slices.Equal(kinds, kube.WorkloadKinds()) {
		t.Errorf("it works on %v", kinds)
	}
}
