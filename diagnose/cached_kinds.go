package diagnose

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/steward-bot/steward/kube"
)

// eventsKept bounds the events in memory, of each sort: half a
// kilobyte each, and the API server forgets them after an hour.
const eventsKept = 20_000

// The events that are asked for again and again.
const (
	warningEvents    = "type!=Normal"
	deploymentEvents = "type=Normal,involvedObject.kind=Deployment"
	autoscalerEvents = "type=Normal,involvedObject.kind=HorizontalPodAutoscaler"
)

// groups says in which API group the kinds that caches keep are served. A kind
// of lists that is not here is read from the API server each time.
var groups = map[schema.GroupVersion][]string{
	{Version: "v1"}: {
		"Namespace", "Node", "Pod", "Service", "ConfigMap", "PersistentVolumeClaim", "PersistentVolume",
		"ResourceQuota", "LimitRange", "ServiceAccount", "ReplicationController",
	},
	{Group: "apps", Version: "v1"}:                         {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ControllerRevision"},
	{Group: "batch", Version: "v1"}:                        {"Job", "CronJob"},
	{Group: "autoscaling", Version: "v2"}:                  {"HorizontalPodAutoscaler"},
	{Group: "policy", Version: "v1"}:                       {"PodDisruptionBudget"},
	{Group: "networking.k8s.io", Version: "v1"}:            {"Ingress", "IngressClass", "NetworkPolicy"},
	{Group: "discovery.k8s.io", Version: "v1"}:             {"EndpointSlice"},
	{Group: "storage.k8s.io", Version: "v1"}:               {"StorageClass", "VolumeAttachment", "CSIDriver", "CSINode"},
	{Group: "scheduling.k8s.io", Version: "v1"}:            {"PriorityClass"},
	{Group: "node.k8s.io", Version: "v1"}:                  {"RuntimeClass"},
	{Group: "admissionregistration.k8s.io", Version: "v1"}: {"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"},
	{Group: "rbac.authorization.k8s.io", Version: "v1"}:    {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"},
}

// keptKinds says what caches keep, and in which form: of Secrets the metadata
// is all that comes.
func keptKinds(hashKey []byte) []kube.Kept {
	p := newPreparer(hashKey)
	take := func(object runtime.Object) runtime.Object {
		if made := p.prepareOwn(object); made != nil {
			return made
		}
		return object // a kind that no Snapshot holds is not kept
	}
	var kinds []kube.Kept
	for group, names := range groups {
		for _, kind := range names {
			kinds = append(kinds, kube.Kept{
				Kind: kind, Resource: group.WithResource(plural(kind)), Take: take,
				ByLabel: kind == "Pod" || kind == "ReplicaSet",
			})
		}
	}
	for kind, resource := range customs {
		kinds = append(kinds, kube.Kept{Kind: kind, Resource: resource, Reads: kube.Untyped, Take: take})
	}
	slices.SortFunc(kinds, func(a, b kube.Kept) int { return cmp.Compare(a.Kind, b.Kind) })
	events := schema.GroupVersionResource{Version: "v1", Resource: "events"}
	return append(kinds,
		kube.Kept{Kind: "Secret", Resource: schema.GroupVersionResource{Version: "v1", Resource: "secrets"}, Reads: kube.Metadata, Take: func(object runtime.Object) runtime.Object {
			return take(secretOf(object))
		}},
		kube.Kept{Kind: "Event", Resource: events, Fields: warningEvents, Most: eventsKept, Take: take},
		kube.Kept{Kind: "Event", Resource: events, Fields: deploymentEvents, Most: eventsKept, Take: take},
		kube.Kept{Kind: "Event", Resource: events, Fields: autoscalerEvents, Most: eventsKept, Take: take},
	)
}
