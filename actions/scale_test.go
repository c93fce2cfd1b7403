package actions_test

import (
	"strings"
	"testing"

	"github.com/steward-bot/steward/ops"
)

const checkoutHPA = `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: checkout}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: checkout}
  minReplicas: 2
  maxReplicas: 6
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
`

func TestScalingUpAndDown(t *testing.T) {
	for _, kind := range []string{"Deployment", "StatefulSet"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorkshop(t)
			w.deploy(t, kind, checkoutOf(kind))
			q, plan := w.plan(t, w.scale(), "replicas=4")
			if want := "Scale checkout from 2 to 4"; plan.Headline != want || plan.Blast != "2 pods are added." {
				t.Errorf("got %q, %q", plan.Headline, plan.Blast)
			}
			outcome := w.finish(t, w.scale(), q, plan)
			if want := "Scaled checkout from 2 to 4."; outcome.State != ops.Succeeded || outcome.Summary != want {
				t.Errorf("got %s: %q, want %q", outcome.State, outcome.Summary, want)
			}
			last := w.progress[len(w.progress)-1]
			if last.Text != "4 of 4 pods are ready" || last.Ready != 4 {
				t.Errorf("the last progress is %+v", last)
			}
			refusal := w.refusal(t, w.scale(), ops.NothingToDo, "replicas=4")
			if refusal.What != "Nothing to do: checkout asks for 4 replicas already." || refusal.Why != "Its pods: 4 of 4 ready." {
				t.Errorf("got %q, %q", refusal.What, refusal.Why)
			}
			_, plan = w.plan(t, w.scale(), "replicas=0")
			if want := "No pod of checkout will be left: whatever asks it gets no answer."; warned(plan, "scale-to-zero") != want {
				t.Errorf("got the warnings %+v", plan.Warnings)
			}
			if outcome = w.do(t, w.scale(), "replicas=0"); outcome.State != ops.Succeeded {
				t.Errorf("got %+v", outcome)
			}
		})
	}
}

func TestANumberOfReplicasMustBeOne(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "deployment", checkoutOf("Deployment"))
	for typed, want := range map[string]string{
		"replicas=":      "scale needs to know how many pods there shall be.",
		"replicas=many":  "replicas=many is not a number of pods.",
		"replicas=-1":    "replicas=-1 is not a number of pods.",
		"replicas=10001": "replicas=10001 is not a number of pods.",
		"replicas=1e3":   "replicas=1e3 is not a number of pods.",
	} {
		refusal := w.refusal(t, w.scale(), ops.BadArgument, typed)
		if refusal.What != want || refusal.Why != "It must be a whole number from 0 to 10000." {
			t.Errorf("%s: got %q", typed, refusal)
		}
	}
}

func TestScalingRespectsAnAutoscaler(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "deployment", checkoutOf("Deployment")+"---"+checkoutHPA)

	refusal := w.refusal(t, w.scale(), ops.BadArgument, "replicas=9")
	if want := "Nothing was changed: 9 replicas are outside what the autoscaler of checkout allows."; refusal.What != want {
		t.Errorf("got %q, want %q", refusal.What, want)
	}
	line := "kubectl patch hpa checkout -n " + w.ns + ` --type=merge -p '{"spec":{"maxReplicas":9}}'`
	if want := "Choose a number from 2 to 6, or change the autoscaler first: `" + line + "`."; refusal.Next != want {
		t.Errorf("got %q, want %q", refusal.Next, want)
	}
	w.refusal(t, w.scale(), ops.BadArgument, "replicas=1")

	_, plan := w.plan(t, w.scale(), "replicas=5")
	if want := "The HorizontalPodAutoscaler checkout (2–6) will change the number again when the load says so."; warned(plan, "autoscaler") != want {
		t.Errorf("got the warnings %+v", plan.Warnings)
	}
	if plan.Basis.Extra["replicas"] != "2" || plan.Basis.Extra["autoscaler"] != "checkout 2–6" {
		t.Errorf("the plan stands on %v", plan.Basis.Extra)
	}

	// The line that the refusal gives does what it says.
	w.Kubectl(t, strings.Fields(strings.NewReplacer("kubectl ", "", "'", "").Replace(line))...)
	w.plan(t, w.scale(), "replicas=9")

	// Zero is no number that the autoscaler would undo: it stands aside.
	_, plan = w.plan(t, w.scale(), "replicas=0")
	if want := "The HorizontalPodAutoscaler checkout stands aside while there are zero replicas; it takes over again when somebody scales up."; warned(plan, "autoscaler") != want {
		t.Errorf("got the warnings %+v", plan.Warnings)
	}
}

func TestAnotherNumberInBetweenMakesAScalingStale(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "deployment", checkoutOf("Deployment"))
	q, plan := w.plan(t, w.scale(), "replicas=4")
	w.kubectl(t, "scale", "deployment/checkout", "--replicas=3")
	again, err := w.scale().Plan(t.Context(), q)
	if err != nil || again.Fingerprint() == plan.Fingerprint() {
		t.Errorf("the plan is not stale: %v", err)
	}
	refusal := refusedFor(t, w.scale().Apply(t.Context(), q.Request, plan), ops.Stale)
	if refusal.Why != "It has 3 replicas by now." {
		t.Errorf("got %q", refusal.Why)
	}
}

func TestAScalingThatSomebodyElseChangesAgainSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "deployment", checkoutOf("Deployment"))
	q, plan := w.plan(t, w.scale(), "replicas=4")
	if err := w.scale().Apply(t.Context(), q.Request, plan); err != nil {
		t.Fatal(err)
	}
	w.kubectl(t, "scale", "deployment/checkout", "--replicas=1")
	outcome := w.watch(t, w.scale(), q, plan)
	if want := "The scaling of checkout did not come to its end: the number of replicas was changed again meanwhile."; outcome.State != ops.Failed || outcome.Summary != want {
		t.Errorf("got %s: %q, want %q", outcome.State, outcome.Summary, want)
	}
}

func TestAFileThatWasAppliedWithReplicasBringsThemBack(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "deployment", checkoutOf("Deployment"))
	_, plan := w.plan(t, w.scale(), "replicas=4")
	if want := "The file that was applied with kubectl says 2 replicas: the next apply brings that back. Change the file too."; warned(plan, "last-applied-stale") != want {
		t.Errorf("got the warnings %+v", plan.Warnings)
	}
}

func TestWhatSomebodyWritesForTheNumberIsNotRepeated(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.deploy(t, "deployment", checkoutOf("Deployment"))
	w.kubectl(t, "annotate", "--overwrite", "deployment/checkout", `kubectl.kubernetes.io/last-applied-configuration={"spec":{"replicas":"<!channel> run this"}}`)
	if _, plan := w.plan(t, w.scale(), "replicas=4"); warned(plan, "last-applied-stale") != "" {
		t.Errorf("got the warnings %+v", plan.Warnings)
	}
}
