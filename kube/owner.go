package kube

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/steward-bot/steward/ops"
)

// Owner is whoever keeps the workload as it is, and what becomes of a change
// made beside it.
type Owner struct {
	Kind string // "Argo CD application", "Flux Kustomization", "Helm release", "Argo Rollout", "Flagger Canary", or a Kubernetes kind
	Name string // "NAME" or "NAMESPACE/NAME"
	// Resource is the Kubernetes kind of an owner that lives in the workload's
	// own namespace; empty for one that is named by a mark on the workload.
	Resource string
	Effect   string // what it does to a change, one sentence
	Instead  string // its own way, one sentence with the command
}

// String names the owner: "Argo CD application shop".
func (o Owner) String() string { return o.Kind + " " + o.Name }

// marked finds the owners that have left their mark on the object itself.
func marked(w *Workload) []Owner {
	var owners []Owner
	for _, find := range []func(*Workload) *Owner{argoCD, fluxKustomization, fluxHelm, helm, controller} {
		if owner := find(w); owner != nil {
			owners = append(owners, owner.plain())
		}
	}
	return owners
}

// Shapes of what owners are called.
var (
	ownerName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._/-]{0,251}[A-Za-z0-9])?$`)
	ownerKind = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,62}$`)
)

// plain takes from an owner a name that cannot be one, and the command with it:
// a mark is anybody's text, and people copy what they are told to run. That
// there is an owner stays.
func (o Owner) plain() Owner {
	if !ownerName.MatchString(o.Name) {
		o.Name, o.Instead = "(its mark holds no name)", ""
	}
	return o
}

func argoCD(w *Workload) *Owner {
	name, _, tracked := strings.Cut(w.Annotations["argocd.argoproj.io/tracking-id"], ":")
	if !tracked {
		name, tracked = w.Labels["argocd.argoproj.io/instance"]
	}
	// Argo CD's default mark is a label that Helm charts set too: it counts when
	// Argo CD has written the object.
	if instance := w.Labels["app.kubernetes.io/instance"]; !tracked && instance != "" && slices.ContainsFunc(w.Managers(), isArgoCD) {
		name, tracked = instance, true
	}
	if !tracked || name == "" {
		return nil
	}
	return &Owner{
		Kind: "Argo CD application", Name: name,
		Effect:  "With self-heal it puts back what Git says within minutes, and any sync does.",
		Instead: fmt.Sprintf("Its own way: `argocd app set %s --sync-policy none` first, or `argocd app rollback %s`, or a revert in Git.", name, name),
	}
}

func isArgoCD(manager string) bool { return strings.HasPrefix(manager, "argocd") }

func fluxKustomization(w *Workload) *Owner {
	name, namespace := w.Labels["kustomize.toolkit.fluxcd.io/name"], w.Labels["kustomize.toolkit.fluxcd.io/namespace"]
	if name == "" {
		return nil
	}
	return &Owner{
		Kind: "Flux Kustomization", Name: namespace + "/" + name,
		Effect:  "It puts back what Git says at its next reconciliation.",
		Instead: fmt.Sprintf("Its own way: `flux suspend kustomization %s -n %s` first, or a revert in Git.", name, namespace),
	}
}

func fluxHelm(w *Workload) *Owner {
	name, namespace := w.Labels["helm.toolkit.fluxcd.io/name"], w.Labels["helm.toolkit.fluxcd.io/namespace"]
	if name == "" {
		return nil
	}
	return &Owner{
		Kind: "Flux HelmRelease", Name: namespace + "/" + name,
		Effect:  "It puts back its chart at its next upgrade, and at once where drift detection is on.",
		Instead: fmt.Sprintf("Its own way: `flux suspend helmrelease %s -n %s` first, or a revert in Git.", name, namespace),
	}
}

func helm(w *Workload) *Owner {
	name, namespace := w.Annotations["meta.helm.sh/release-name"], w.Annotations["meta.helm.sh/release-namespace"]
	if name == "" || w.Labels["helm.toolkit.fluxcd.io/name"] != "" {
		return nil
	}
	return &Owner{
		Kind: "Helm release", Name: namespace + "/" + name,
		Effect:  "The next helm upgrade replaces it by what the chart says.",
		Instead: fmt.Sprintf("Its own way: `helm rollback %s -n %s`.", name, namespace),
	}
}

// controller finds an operator that owns the workload by ownerReferences.
func controller(w *Workload) *Owner {
	owner := metav1.GetControllerOf(w.object)
	if owner == nil {
		return nil
	}
	if owner.Kind == "Canary" && strings.HasPrefix(owner.APIVersion, canaries.Group+"/") {
		return &Owner{
			Kind: "Flagger Canary", Name: owner.Name, Resource: owner.Kind,
			Effect:  "Flagger writes this copy itself and puts it back at the next promotion.",
			Instead: fmt.Sprintf("Act on what the Canary targets: `kubectl get canary %s -n %s -o jsonpath='{.spec.targetRef.name}'`.", owner.Name, w.Namespace),
		}
	}
	if !ownerKind.MatchString(owner.Kind) {
		owner.Kind, owner.Name = "controller", ""
	}
	return &Owner{
		Kind: owner.Kind, Name: owner.Name, Resource: owner.Kind,
		Effect:  "Its operator puts back what the " + owner.Kind + " says.",
		Instead: fmt.Sprintf("Change the %s %s instead.", owner.Kind, owner.Name),
	}
}

// delivery finds the Flagger Canaries and Argo Rollouts that point at the
// target. Where these kinds are not installed there are none.
func (c *Cluster) delivery(ctx context.Context, target ops.Target) ([]Owner, error) {
	canary, err := c.pointing(ctx, canaries, target, "targetRef")
	if err != nil {
		return nil, err
	}
	rollout, err := c.pointing(ctx, rollouts, target, "workloadRef")
	if err != nil {
		return nil, err
	}
	var owners []Owner
	for _, name := range canary {
		owners = append(owners, Owner{
			Kind: "Flagger Canary", Name: name, Resource: "Canary",
			Effect:  fmt.Sprintf("Flagger takes the change for a new release and analyses it; until it is promoted, %s-primary serves as before.", target.Name),
			Instead: fmt.Sprintf("To promote it without an analysis: `kubectl patch canary %s -n %s --type=merge -p '{\"spec\":{\"skipAnalysis\":true}}'`.", name, target.Namespace),
		})
	}
	for _, name := range rollout {
		owners = append(owners, Owner{
			Kind: "Argo Rollout", Name: name, Resource: "Rollout",
			Effect:  "The Rollout runs the pods from this template, in its own steps.",
			Instead: fmt.Sprintf("Its own way: `kubectl argo rollouts abort %s -n %s`, or `undo`.", name, target.Namespace),
		})
	}
	return owners, nil
}

// pointing lists the custom objects whose spec refers to the target.
func (c *Cluster) pointing(ctx context.Context, gvr schema.GroupVersionResource, target ops.Target, field string) ([]string, error) {
	list, err := c.Dynamic.Resource(gvr).Namespace(target.Namespace).List(ctx, metav1.ListOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, c.failed("list the "+gvr.GroupResource().String()+" in "+target.Namespace, err)
	}
	var names []string
	for _, item := range list.Items {
		kind, _, _ := unstructured.NestedString(item.Object, "spec", field, "kind")
		name, _, _ := unstructured.NestedString(item.Object, "spec", field, "name")
		if kind == target.Kind && name == target.Name {
			names = append(names, item.GetName())
		}
	}
	return names, nil
}
