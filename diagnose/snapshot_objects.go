package diagnose

import (
	"cmp"
	"slices"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// Objects are the API's own objects, trimmed of what no check asks for.
type Objects struct {
	Namespaces             []*corev1.Namespace                           `json:"namespaces,omitempty"`
	Deployments            []*appsv1.Deployment                          `json:"deployments,omitempty"`
	StatefulSets           []*appsv1.StatefulSet                         `json:"statefulSets,omitempty"`
	DaemonSets             []*appsv1.DaemonSet                           `json:"daemonSets,omitempty"`
	ReplicaSets            []*appsv1.ReplicaSet                          `json:"replicaSets,omitempty"`
	ControllerRevisions    []*appsv1.ControllerRevision                  `json:"controllerRevisions,omitempty"`
	Jobs                   []*batchv1.Job                                `json:"jobs,omitempty"`
	CronJobs               []*batchv1.CronJob                            `json:"cronJobs,omitempty"`
	Pods                   []*corev1.Pod                                 `json:"pods,omitempty"`
	Services               []*corev1.Service                             `json:"services,omitempty"`
	EndpointSlices         []*discoveryv1.EndpointSlice                  `json:"endpointSlices,omitempty"`
	Ingresses              []*networkingv1.Ingress                       `json:"ingresses,omitempty"`
	IngressClasses         []*networkingv1.IngressClass                  `json:"ingressClasses,omitempty"`
	NetworkPolicies        []*networkingv1.NetworkPolicy                 `json:"networkPolicies,omitempty"`
	HPAs                   []*autoscalingv2.HorizontalPodAutoscaler      `json:"horizontalPodAutoscalers,omitempty"`
	PDBs                   []*policyv1.PodDisruptionBudget               `json:"podDisruptionBudgets,omitempty"`
	ResourceQuotas         []*corev1.ResourceQuota                       `json:"resourceQuotas,omitempty"`
	LimitRanges            []*corev1.LimitRange                          `json:"limitRanges,omitempty"`
	ServiceAccounts        []*corev1.ServiceAccount                      `json:"serviceAccounts,omitempty"`
	PriorityClasses        []*schedulingv1.PriorityClass                 `json:"priorityClasses,omitempty"`
	RuntimeClasses         []*nodev1.RuntimeClass                        `json:"runtimeClasses,omitempty"`
	PVCs                   []*corev1.PersistentVolumeClaim               `json:"persistentVolumeClaims,omitempty"`
	PVs                    []*corev1.PersistentVolume                    `json:"persistentVolumes,omitempty"`
	StorageClasses         []*storagev1.StorageClass                     `json:"storageClasses,omitempty"`
	VolumeAttachments      []*storagev1.VolumeAttachment                 `json:"volumeAttachments,omitempty"`
	CSINodes               []*storagev1.CSINode                          `json:"csiNodes,omitempty"`
	CSIDrivers             []*storagev1.CSIDriver                        `json:"csiDrivers,omitempty"`
	Nodes                  []*corev1.Node                                `json:"nodes,omitempty"`
	MutatingWebhooks       []*admissionv1.MutatingWebhookConfiguration   `json:"mutatingWebhookConfigurations,omitempty"`
	ValidatingWebhooks     []*admissionv1.ValidatingWebhookConfiguration `json:"validatingWebhookConfigurations,omitempty"`
	AdmissionPolicies      []*admissionv1.ValidatingAdmissionPolicy      `json:"validatingAdmissionPolicies,omitempty"`
	MutatingPolicies       []*admissionv1.MutatingAdmissionPolicy        `json:"mutatingAdmissionPolicies,omitempty"`
	Roles                  []*rbacv1.Role                                `json:"roles,omitempty"`
	RoleBindings           []*rbacv1.RoleBinding                         `json:"roleBindings,omitempty"`
	ClusterRoles           []*rbacv1.ClusterRole                         `json:"clusterRoles,omitempty"`
	ClusterRoleBindings    []*rbacv1.ClusterRoleBinding                  `json:"clusterRoleBindings,omitempty"`
	ReplicationControllers []*corev1.ReplicationController               `json:"replicationControllers,omitempty"`
	// Others are objects of APIs that are not Kubernetes' own, such as
	// APIServices, ExternalSecrets and Certificates.
	Others []*unstructured.Unstructured `json:"others,omitempty"`
}

// shelf is the place of one kind among the Objects.
type shelf struct {
	kind string
	// put adds an object that is of this kind, and tells whether it was.
	put func(runtime.Object) bool
	// each visits every object.
	each func(func(metav1.Object))
	// sort orders the objects by namespace and name.
	sort func()
	// own gives the snapshot copies whose metadata it may change: caches share
	// the objects.
	own func()
	// compact drops null entries, which a file may hold.
	compact func()
}

func shelve[T any, P interface {
	*T
	metav1.Object
	runtime.Object
}](kind string, list *[]P) shelf {
	return shelf{
		kind: kind,
		put: func(object runtime.Object) bool {
			typed, ok := object.(P)
			if ok {
				*list = append(*list, typed)
			}
			return ok
		},
		each: func(visit func(metav1.Object)) {
			for _, object := range *list {
				visit(object)
			}
		},
		sort: func() {
			slices.SortStableFunc(*list, func(a, b P) int {
				return cmp.Or(cmp.Compare(a.GetNamespace(), b.GetNamespace()), cmp.Compare(a.GetName(), b.GetName()))
			})
		},
		own: func() {
			for i, object := range *list {
				if _, maps := any(object).(*unstructured.Unstructured); maps {
					(*list)[i] = object.DeepCopyObject().(P)
					continue
				}
				copied := *object
				(*list)[i] = &copied
			}
		},
		compact: func() { *list = slices.DeleteFunc(*list, func(object P) bool { return object == nil }) },
	}
}

// shelves lists every kind that a Snapshot holds as the API has it.
func (o *Objects) shelves() []shelf {
	return []shelf{
		shelve("Namespace", &o.Namespaces),
		shelve("Deployment", &o.Deployments),
		shelve("StatefulSet", &o.StatefulSets),
		shelve("DaemonSet", &o.DaemonSets),
		shelve("ReplicaSet", &o.ReplicaSets),
		shelve("ControllerRevision", &o.ControllerRevisions),
		shelve("Job", &o.Jobs),
		shelve("CronJob", &o.CronJobs),
		shelve("Pod", &o.Pods),
		shelve("Service", &o.Services),
		shelve("EndpointSlice", &o.EndpointSlices),
		shelve("Ingress", &o.Ingresses),
		shelve("IngressClass", &o.IngressClasses),
		shelve("NetworkPolicy", &o.NetworkPolicies),
		shelve("HorizontalPodAutoscaler", &o.HPAs),
		shelve("PodDisruptionBudget", &o.PDBs),
		shelve("ResourceQuota", &o.ResourceQuotas),
		shelve("LimitRange", &o.LimitRanges),
		shelve("ServiceAccount", &o.ServiceAccounts),
		shelve("PriorityClass", &o.PriorityClasses),
		shelve("RuntimeClass", &o.RuntimeClasses),
		shelve("PersistentVolumeClaim", &o.PVCs),
		shelve("PersistentVolume", &o.PVs),
		shelve("StorageClass", &o.StorageClasses),
		shelve("VolumeAttachment", &o.VolumeAttachments),
		shelve("CSINode", &o.CSINodes),
		shelve("CSIDriver", &o.CSIDrivers),
		shelve("Node", &o.Nodes),
		shelve("MutatingWebhookConfiguration", &o.MutatingWebhooks),
		shelve("ValidatingWebhookConfiguration", &o.ValidatingWebhooks),
		shelve("ValidatingAdmissionPolicy", &o.AdmissionPolicies),
		shelve("MutatingAdmissionPolicy", &o.MutatingPolicies),
		shelve("Role", &o.Roles),
		shelve("RoleBinding", &o.RoleBindings),
		shelve("ClusterRole", &o.ClusterRoles),
		shelve("ClusterRoleBinding", &o.ClusterRoleBindings),
		shelve("ReplicationController", &o.ReplicationControllers),
		shelve("", &o.Others),
	}
}

// each visits every object with its kind.
func (o *Objects) each(visit func(kind string, object metav1.Object)) {
	for _, shelf := range o.shelves() {
		shelf.each(func(object metav1.Object) {
			kind := shelf.kind
			if other, ok := object.(*unstructured.Unstructured); ok {
				kind = other.GetKind()
			}
			visit(kind, object)
		})
	}
}

func (o *Objects) compact() {
	for _, shelf := range o.shelves() {
		shelf.compact()
	}
}
