package actions_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/actions"
	"github.com/steward-bot/steward/audit"
	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// workshop is a namespace of the real control plane, the real journal, and the
// verbs that work on both, without the gate around them.
type workshop struct {
	*testcluster.Cluster
	ns       string
	clusters *kube.Clusters
	journal  *audit.Journal
	requests int
	progress []ops.Progress // of the last write
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	c := testcluster.Get(t)
	clusters, err := kube.Open([]kube.Config{{Name: "prod-eu", Environment: "production", Kubeconfig: c.Kubeconfig, Context: "local"}}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	state, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "steward.db"), zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { state.Close(context.Background()) })
	return &workshop{Cluster: c, ns: c.Namespace(t), clusters: clusters, journal: audit.NewJournal(state, nil, zap.NewNop())}
}

func (w *workshop) rollback() actions.Rollback {
	return actions.Rollback{Clusters: w.clusters, Journal: w.journal}
}

func (w *workshop) rollforward() actions.Rollforward {
	return actions.Rollforward{Clusters: w.clusters, Journal: w.journal}
}

func (w *workshop) restart() actions.Restart { return actions.Restart{Clusters: w.clusters} }

func (w *workshop) scale() actions.Scale { return actions.Scale{Clusters: w.clusters} }

// query asks a verb about checkout: args are "to=41", and "Kind/name" for
// another object.
func (w *workshop) query(t *testing.T, verb actions.Action, args ...string) actions.Query {
	t.Helper()
	w.requests++
	req := ops.Request{
		ID: fmt.Sprintf("%s-%d", w.ns, w.requests), At: time.Now(), Actor: ops.Actor{ID: "U0ANA", Name: "ana"},
		Verb: verb.Spec().Verb, Target: "checkout", Args: map[string]string{},
	}
	for _, arg := range args {
		if key, value, ok := strings.Cut(arg, "="); ok {
			req.Args[key] = value
		} else {
			req.Target = arg
		}
	}
	ref, err := ops.ParseRef(req.Target)
	if err != nil {
		t.Fatal(err)
	}
	target, err := w.clusters.Resolve(t.Context(), ref.Or(ops.Ref{Cluster: "prod-eu", Namespace: w.ns}), verb.Spec().Kinds, func(ops.Target) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	return actions.Query{Request: req, Target: &target, May: func(ops.Target) bool { return true }}
}

// plan plans a write.
func (w *workshop) plan(t *testing.T, verb actions.Write, args ...string) (actions.Query, ops.Plan) {
	t.Helper()
	q := w.query(t, verb, args...)
	plan, err := verb.Plan(t.Context(), q)
	if err != nil {
		t.Fatalf("planning %s: %v", verb.Spec().Verb, err)
	}
	return q, plan
}

// refusal plans a write that must be refused.
func (w *workshop) refusal(t *testing.T, verb actions.Write, reason ops.Reason, args ...string) *ops.Refusal {
	t.Helper()
	_, err := verb.Plan(t.Context(), w.query(t, verb, args...))
	return refusedFor(t, err, reason)
}

// do plans, applies and watches a write, and leaves its trace in the journal.
func (w *workshop) do(t *testing.T, verb actions.Write, args ...string) ops.Outcome {
	t.Helper()
	q, plan := w.plan(t, verb, args...)
	return w.finish(t, verb, q, plan)
}

func (w *workshop) finish(t *testing.T, verb actions.Write, q actions.Query, plan ops.Plan) ops.Outcome {
	t.Helper()
	w.record(t, ops.StepStarted, q, plan, nil)
	if err := verb.Apply(t.Context(), q.Request, plan); err != nil {
		t.Fatalf("applying %s: %v", q.Request.Verb, err)
	}
	w.record(t, ops.StepApplied, q, plan, nil)
	outcome := w.watch(t, verb, q, plan)
	w.record(t, ops.StepEnded, q, plan, &outcome)
	return outcome
}

func (w *workshop) watch(t *testing.T, verb actions.Write, q actions.Query, plan ops.Plan) ops.Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	w.progress = nil
	outcome, err := verb.Watch(ctx, q.Request, plan, func(p ops.Progress) { w.progress = append(w.progress, p) })
	if err != nil {
		t.Fatalf("watching %s: %v", q.Request.Verb, err)
	}
	return outcome
}

func (w *workshop) record(t *testing.T, step ops.Step, q actions.Query, plan ops.Plan, outcome *ops.Outcome) {
	t.Helper()
	record := &ops.Record{
		At: time.Now().UTC(), Step: step, Request: q.Request, Target: q.Target, Plan: &plan, Outcome: outcome,
		Ticket: &ops.Ticket{System: ops.PagerDuty, Key: "Q1XCHK0001"}, Summary: plan.Headline,
	}
	if err := w.journal.Append(t.Context(), record); err != nil {
		t.Fatal(err)
	}
}

// deploy applies a manifest and waits until it has rolled out.
func (w *workshop) deploy(t *testing.T, kind, yaml string) {
	t.Helper()
	w.Apply(t, w.ns, yaml)
	w.kubectl(t, "rollout", "status", kind+"/checkout", "--timeout=60s")
}

// release gives the first container another image and waits for it.
func (w *workshop) release(t *testing.T, kind, tag string) {
	t.Helper()
	w.broken(t, kind, tag)
	w.kubectl(t, "rollout", "status", kind+"/checkout", "--timeout=60s")
}

// broken gives the first container an image with which it does not come up.
func (w *workshop) broken(t *testing.T, kind, tag string) {
	t.Helper()
	w.kubectl(t, "set", "image", kind+"/checkout", "checkout=registry.acme.example/shop/checkout:"+tag)
	w.observed(t, kind)
}

// observed waits until the controller has seen the present spec.
func (w *workshop) observed(t *testing.T, kind string) {
	t.Helper()
	testcluster.Eventually(t, "the controller sees the change", 20*time.Second, func(context.Context) error {
		seen := w.kubectl(t, "get", kind, "checkout", "-o", "jsonpath={.metadata.generation}={.status.observedGeneration}")
		if generation, observed, _ := strings.Cut(seen, "="); generation != observed {
			return errors.New(seen)
		}
		return nil
	})
}

func (w *workshop) kubectl(t *testing.T, args ...string) string {
	t.Helper()
	return w.Kubectl(t, append([]string{"-n", w.ns}, args...)...)
}

func (w *workshop) image(t *testing.T, kind string) string {
	t.Helper()
	return w.kubectl(t, "get", kind, "checkout", "-o", "jsonpath={.spec.template.spec.containers[0].image}")
}

func refusedFor(t *testing.T, err error, reason ops.Reason) *ops.Refusal {
	t.Helper()
	var refusal *ops.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a refusal with the reason %s", err, reason)
	}
	if refusal.Reason != reason {
		t.Fatalf("got the reason %s (%v), want %s", refusal.Reason, refusal, reason)
	}
	return refusal
}

// warned finds the text of the warning with the code.
func warned(plan ops.Plan, code string) string {
	for _, w := range plan.Warnings {
		if w.Code == code {
			return w.Text
		}
	}
	return ""
}

// checkoutOf is a workload "checkout" of two pods; fields go into its spec.
func checkoutOf(kind string, fields ...string) string {
	text := `
apiVersion: apps/v1
kind: KIND
metadata:
  name: checkout
  annotations: {kubernetes.io/change-cause: "first release"}
spec:
  selector: {matchLabels: {app: checkout}}
FIELDS
  template:
    metadata: {labels: {app: checkout}}
    spec:
      containers:
        - name: checkout
          image: registry.acme.example/shop/checkout:1
          env: [{name: LOG_LEVEL, value: info}, {name: API_TOKEN, value: hunter2-one}]
`
	if kind != "DaemonSet" {
		fields = append(fields, "replicas: 2")
	}
	return strings.NewReplacer("KIND", kind, "FIELDS", "  "+strings.Join(fields, "\n  ")).Replace(text)
}
