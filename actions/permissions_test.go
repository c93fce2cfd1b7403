package actions_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/actions"
	"github.com/steward-bot/steward/deploy"
	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

// as lets the verbs act as a service account of the workshop's namespace that
// has the cluster roles, and opens the cluster anew.
func (w *workshop) as(t *testing.T, roles ...string) {
	t.Helper()
	w.kubectl(t, "create", "serviceaccount", "steward")
	for _, role := range roles {
		binding := w.ns + "-" + role
		w.Kubectl(t, "create", "clusterrolebinding", binding, "--clusterrole="+role, "--serviceaccount="+w.ns+":steward")
		t.Cleanup(func() { w.Kubectl(t, "delete", "clusterrolebinding", binding) })
	}
	token := strings.TrimSpace(w.kubectl(t, "create", "token", "steward"))
	admin, err := os.ReadFile(w.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(path, admin, 0o600); err != nil {
		t.Fatal(err)
	}
	w.Kubectl(t, "--kubeconfig="+path, "config", "set-credentials", "steward", "--token="+token)
	w.Kubectl(t, "--kubeconfig="+path, "config", "set-context", "local", "--user=steward")
	w.clusters, err = kube.Open([]kube.Config{{Name: "prod-eu", Environment: "production", Kubeconfig: path, Context: "local"}}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheRolesThatAreDeployedAreEnough(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.Apply(t, "", "{apiVersion: v1, kind: Namespace, metadata: {name: steward}}\n---\n"+string(deploy.KubernetesRBAC))
	w.deploy(t, "deployment", checkoutOf("Deployment")+"---"+checkoutHPA)
	w.release(t, "deployment", "2")
	w.as(t, "steward-read", "steward-repair")
	for _, verb := range []actions.Write{w.rollback(), w.rollforward(), w.restart()} {
		_, plan := w.plan(t, verb)
		if got := warned(plan, "not-read"); got != "" {
			t.Errorf("%s could not read: %s", plan.Verb, got)
		}
		if outcome := w.do(t, verb); outcome.State != ops.Succeeded {
			t.Errorf("%s: got %+v", plan.Verb, outcome)
		}
	}
	if outcome := w.do(t, w.scale(), "replicas=4"); outcome.State != ops.Succeeded {
		t.Errorf("scale: got %+v", outcome)
	}
}

func TestWhatStewardMayNotReadIsSaidInThePlan(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.Kubectl(t, "create", "clusterrole", w.ns, "--verb=get,list,watch", "--resource=deployments.apps,replicasets.apps")
	t.Cleanup(func() { w.Kubectl(t, "delete", "clusterrole", w.ns) })
	w.deploy(t, "deployment", checkoutOf("Deployment"))
	w.release(t, "deployment", "2")
	w.as(t, w.ns)

	q, plan := w.plan(t, w.rollback(), "deploy/checkout")
	var unread []string
	for _, warning := range plan.Warnings {
		if warning.Code == "not-read" {
			unread = append(unread, warning.Text)
		}
	}
	want := []string{
		"steward itself may not list the HorizontalPodAutoscalers in " + w.ns + " in cluster prod-eu. What follows from it is not in this plan.",
		"steward itself may not list the PodDisruptionBudgets in " + w.ns + " in cluster prod-eu. What follows from it is not in this plan.",
		"steward itself may not list the canaries.flagger.app in " + w.ns + " in cluster prod-eu. What follows from it is not in this plan.",
		"steward itself may not list the events of " + w.ns + " in cluster prod-eu. What follows from it is not in this plan.",
	}
	if strings.Join(unread, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", unread, want)
	}
	refusal := refusedFor(t, w.rollback().Apply(t.Context(), q.Request, plan), ops.Unavailable)
	if want := "steward itself may not patch the Deployment " + w.ns + "/checkout in cluster prod-eu."; refusal.What != want {
		t.Errorf("got %q, want %q", refusal.What, want)
	}
	refusal = w.refusal(t, w.scale(), ops.Unavailable, "deploy/checkout", "replicas=5")
	if want := "Without that, steward cannot know whether an autoscaler would undo the change."; refusal.Why != want {
		t.Errorf("got %q, want %q", refusal.Why, want)
	}
}
