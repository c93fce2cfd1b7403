package kube_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/steward-bot/steward/kube"
	"github.com/steward-bot/steward/ops"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAPatchChangesNothingWhenTheTemplateHasChangedSinceItWasRead(t *testing.T) {
	for _, kind := range kube.WorkloadKinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.Apply(t, p.ns, manifest(kind, "checkout"))
			target := p.target(t, "checkout")
			p.settled(t, target)
			object := kind + "/checkout"
			p.Kubectl(t, "-n", p.ns, "set", "image", object, "app=registry.acme.example/shop/checkout:2")
			read := p.settled(t, target)
			revision := p.history(t, read, 2).Previous(read)
			p.Kubectl(t, "-n", p.ns, "set", "env", object, "LOG_LEVEL=debug")

			if err := p.cluster.Restore(t.Context(), read, revision); !errors.Is(err, kube.ErrChanged) {
				t.Errorf("restoring gave %v, want ErrChanged", err)
			}
			if err := p.cluster.Restart(t.Context(), read, time.Now()); !errors.Is(err, kube.ErrChanged) {
				t.Errorf("restarting gave %v, want ErrChanged", err)
			}
			if got := image(t, p, object); got != "registry.acme.example/shop/checkout:2" {
				t.Errorf("the image is %s: something was patched", got)
			}

			now := p.settled(t, target)
			if err := p.cluster.Restore(t.Context(), now, revision); err != nil {
				t.Fatal(err)
			}
			if got := image(t, p, object); got != "registry.acme.example/shop/checkout:1" {
				t.Errorf("the image is %s after the restoration", got)
			}
		})
	}
}

func TestAPatchNeverReachesAnotherObjectOfTheSameName(t *testing.T) {
	for _, kind := range kube.WorkloadKinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.Apply(t, p.ns, manifest(kind, "checkout"))
			target := p.target(t, "checkout")
			read := p.settled(t, target)
			p.Kubectl(t, "-n", p.ns, "delete", kind, "checkout", "--cascade=foreground")
			if err := p.cluster.Restart(t.Context(), read, time.Now()); refused(t, err, ops.Gone) == nil {
				t.Error("unreachable")
			}
			p.Apply(t, p.ns, manifest(kind, "checkout"))
			if err := p.cluster.Restart(t.Context(), read, time.Now()); !errors.Is(err, kube.ErrChanged) {
				t.Errorf("restarting the old object gave %v, want ErrChanged", err)
			}
			_, err := p.cluster.Workload(t.Context(), target)
			refusal := refused(t, err, ops.Gone)
			if want := kind + "/" + p.ns + "/checkout is gone."; refusal.What != want {
				t.Errorf("got %q, want %q", refusal.What, want)
			}
		})
	}
}

func TestARevisionBringsBackItsTemplateAndNothingElse(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.Apply(t, p.ns, manifest("StatefulSet", "checkout"))
	target := p.target(t, "checkout")
	read := p.settled(t, target)
	p.Apply(t, p.ns, fmt.Sprintf(`
apiVersion: apps/v1
kind: ControllerRevision
metadata:
  name: checkout-forged
  labels: {app: checkout}
  ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: checkout, uid: %s, controller: true}]
revision: 7
data:
  metadata: {annotations: {steward/pagerduty-service: PEVIL01}}
  spec:
    replicas: 0
    template: {metadata: {labels: {app: checkout}}, spec: {containers: [{name: app, image: "registry.acme.example/shop/checkout:7"}]}}
`, read.UID))
	forged := p.history(t, read, 2).Numbered(7)
	if forged == nil {
		t.Fatal("the revision is not in the history")
	}
	if err := p.cluster.Restore(t.Context(), read, forged); err != nil {
		t.Fatal(err)
	}
	now, err := p.cluster.Workload(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	if images := now.Template.Images(); images[0] != "registry.acme.example/shop/checkout:7" {
		t.Errorf("it runs %v, not what a plan shows", images)
	}
	if now.Replicas() != 2 || now.Annotations["steward/pagerduty-service"] != "PCHK001" {
		t.Errorf("it has %d replicas and belongs to %s: the revision changed what no plan shows", now.Replicas(), now.Annotations["steward/pagerduty-service"])
	}
}

func TestAPausedDeploymentIsNotPatched(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.Apply(t, p.ns, manifest("Deployment", "checkout"))
	target := p.target(t, "checkout")
	read := p.settled(t, target)
	p.Kubectl(t, "-n", p.ns, "rollout", "pause", "deployment/checkout")
	if err := p.cluster.Restart(t.Context(), read, time.Now()); !errors.Is(err, kube.ErrChanged) {
		t.Errorf("got %v, want ErrChanged", err)
	}
}

func TestReplicasChangeOnlyFromTheNumberThatWasRead(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.Apply(t, p.ns, manifest("Deployment", "checkout"))
	target := p.target(t, "checkout")
	read := p.settled(t, target)
	p.Kubectl(t, "-n", p.ns, "scale", "deployment/checkout", "--replicas=4")
	if err := p.cluster.SetReplicas(t.Context(), read, 3); !errors.Is(err, kube.ErrChanged) {
		t.Errorf("got %v, want ErrChanged", err)
	}
	now, err := p.cluster.Workload(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cluster.SetReplicas(t.Context(), now, 0); err != nil {
		t.Fatal(err)
	}
	if w := p.settled(t, target); w.Replicas() != 0 {
		t.Errorf("it asks for %d replicas", w.Replicas())
	}
}

func TestWhatAdmissionRefusesIsSaidInItsOwnWords(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.Apply(t, p.ns, manifest("Deployment", "checkout"))
	target := p.target(t, "checkout")
	read := p.settled(t, target)
	// More than the API accepts: validation is the server's own admission.
	err := p.cluster.SetReplicas(t.Context(), read, -1)
	refusal := refused(t, err, ops.NotAllowed)
	if want := "Nothing was changed: the API server refused the change to Deployment/" + p.ns + "/checkout."; refusal.What != want {
		t.Errorf("got %q, want %q", refusal.What, want)
	}
}

func image(t *testing.T, p place, object string) string {
	t.Helper()
	return p.Kubectl(t, "-n", p.ns, "get", object, "-o", "jsonpath={.spec.template.spec.containers[0].image}")
}
