package diagnose

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// customs says where the API serves the kinds that are not Kubernetes' own, or
// have no typed client here. They are kept as they come, in Objects.Others. A
// kind that a cluster does not serve has no objects there.
var customs = map[string]schema.GroupVersionResource{
	"APIService":            {Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices"},
	"ExternalSecret":        {Group: "external-secrets.io", Version: "v1", Resource: "externalsecrets"},
	"SealedSecret":          {Group: "bitnami.com", Version: "v1alpha1", Resource: "sealedsecrets"},
	"Certificate":           {Group: "cert-manager.io", Version: "v1", Resource: "certificates"},
	"PeerAuthentication":    {Group: "security.istio.io", Version: "v1", Resource: "peerauthentications"},
	"AuthorizationPolicy":   {Group: "security.istio.io", Version: "v1", Resource: "authorizationpolicies"},
	"DestinationRule":       {Group: "networking.istio.io", Version: "v1", Resource: "destinationrules"},
	"Rollout":               {Group: "argoproj.io", Version: "v1alpha1", Resource: "rollouts"},
	"Application":           {Group: "argoproj.io", Version: "v1alpha1", Resource: "applications"},
	"ClusterPolicy":         {Group: "kyverno.io", Version: "v1", Resource: "clusterpolicies"},
	"VolumeSnapshotContent": {Group: "snapshot.storage.k8s.io", Version: "v1", Resource: "volumesnapshotcontents"},
}

// customPage lists a kind of customs.
func (l *live) customPage(ctx context.Context, resource schema.GroupVersionResource, namespace string, options metav1.ListOptions) (runtime.Object, error) {
	page, err := l.dynamic.Resource(resource).Namespace(namespace).List(ctx, options)
	if apierrors.IsNotFound(err) {
		return &unstructured.UnstructuredList{}, nil
	}
	return page, err
}
