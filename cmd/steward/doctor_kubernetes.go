package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/deploy"
	"github.com/steward-bot/steward/internal/settings"
	"github.com/steward-bot/steward/kube"
)

func examineClusters(ctx context.Context, s settings.Settings) []finding {
	if len(s.Clusters) == 0 {
		return []finding{unwell("clusters", "none is set", "List at least one under clusters.")}
	}
	clusters, err := kube.Open(clusterConfigs(s), zap.NewNop())
	if err != nil {
		return []finding{unwell("clusters", err.Error(), "Check kubeconfig and context of every cluster in the settings.")}
	}
	findings := []finding{}
	for _, cluster := range clusters.All() {
		findings = append(findings, examineCluster(ctx, cluster.Name, cluster.Typed)...)
	}
	return findings
}

func examineCluster(ctx context.Context, name string, client kubernetes.Interface) []finding {
	version, err := client.Discovery().ServerVersion()
	if err != nil {
		return []finding{unwell("cluster "+name, "the API server does not answer: "+err.Error(), "Check the kubeconfig's server address, its credentials and the network.")}
	}
	findings := []finding{well("cluster "+name, "Kubernetes "+version.GitVersion)}
	for _, role := range []string{"steward-read", "steward-repair"} {
		findings = append(findings, examineRole(ctx, name, role, client))
	}
	return findings
}

// examineRole asks the API server for each permission of the role, as the
// manifest grants it.
func examineRole(ctx context.Context, cluster, role string, client kubernetes.Interface) finding {
	subject := "cluster " + cluster + ": " + role
	rules, err := rulesOf(role)
	if err != nil {
		return unwell(subject, err.Error(), "This is a defect of steward: please report it.")
	}
	missing, asked := []string{}, 0
	for _, rule := range rules {
		for _, resource := range rule.Resources {
			for _, verb := range rule.Verbs {
				asked++
				if !mayI(ctx, client, rule.APIGroups[0], resource, verb) {
					missing = append(missing, verb+" "+resource)
				}
			}
		}
	}
	if len(missing) > 0 {
		return unwell(subject, fmt.Sprintf("%d of %d permissions are missing: %s", len(missing), asked, shorten(missing)),
			"kubectl apply -f deploy/kubernetes/rbac.yaml, or bind the role "+role+" to the account that the kubeconfig uses.")
	}
	return well(subject, fmt.Sprintf("all %d permissions", asked))
}

func mayI(ctx context.Context, client kubernetes.Interface, group, resource, verb string) bool {
	resource, subresource, _ := strings.Cut(resource, "/")
	review, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, &authorizationv1.SelfSubjectAccessReview{
		Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &authorizationv1.ResourceAttributes{
			Group: group, Resource: resource, Subresource: subresource, Verb: verb,
		}},
	}, metav1.CreateOptions{})
	return err == nil && review.Status.Allowed
}

func rulesOf(role string) ([]rbacv1.PolicyRule, error) {
	documents := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(deploy.KubernetesRBAC), 4096)
	for {
		var found rbacv1.ClusterRole
		err := documents.Decode(&found)
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("the manifest has no role %s", role)
		}
		if err != nil {
			return nil, fmt.Errorf("reading the manifest of roles: %w", err)
		}
		if found.Kind == "ClusterRole" && found.Name == role {
			return found.Rules, nil
		}
	}
}

func shorten(list []string) string {
	const most = 8
	if len(list) > most {
		return strings.Join(list[:most], ", ") + fmt.Sprintf(" and %d more", len(list)-most)
	}
	return strings.Join(list, ", ")
}
