package diagnose

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
)

type lister func(ctx context.Context, c kubernetes.Interface, namespace string, o metav1.ListOptions) (runtime.Object, error)

// lists is how each kind is listed. A kind that is not here cannot be asked
// for; its place in a Snapshot is in snapshot_objects.go, and the permission in
// deploy/kubernetes/rbac.yaml.
var lists = map[string]lister{
	"Namespace": func(ctx context.Context, c kubernetes.Interface, _ string, o metav1.ListOptions) (runtime.Object, error) {
		return c.CoreV1().Namespaces().List(ctx, o)
	},
	"Node": func(ctx context.Context, c kubernetes.Interface, _ string, o metav1.ListOptions) (runtime.Object, error) {
		return c.CoreV1().Nodes().List(ctx, o)
	},
	"Pod": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.CoreV1().Pods(ns).List(ctx, o)
	},
	"Service": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.CoreV1().Services(ns).List(ctx, o)
	},
	"Event": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.CoreV1().Events(ns).List(ctx, o)
	},
	"ConfigMap": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.CoreV1().ConfigMaps(ns).List(ctx, o)
	},
	"PersistentVolumeClaim": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.CoreV1().PersistentVolumeClaims(ns).List(ctx, o)
	},
	"PersistentVolume": func(ctx context.Context, c kubernetes.Interface, _ string, o metav1.ListOptions) (runtime.Object, error) {
		return c.CoreV1().PersistentVolumes().List(ctx, o)
	},
	"ResourceQuota": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.CoreV1().ResourceQuotas(ns).List(ctx, o)
	},
	"LimitRange": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.CoreV1().LimitRanges(ns).List(ctx, o)
	},
	"ServiceAccount": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.CoreV1().ServiceAccounts(ns).List(ctx, o)
	},
	"ReplicationController": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.CoreV1().ReplicationControllers(ns).List(ctx, o)
	},
	"Deployment": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.AppsV1().Deployments(ns).List(ctx, o)
	},
	"ReplicaSet": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.AppsV1().ReplicaSets(ns).List(ctx, o)
	},
	"StatefulSet": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.AppsV1().StatefulSets(ns).List(ctx, o)
	},
	"DaemonSet": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.AppsV1().DaemonSets(ns).List(ctx, o)
	},
	"ControllerRevision": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.AppsV1().ControllerRevisions(ns).List(ctx, o)
	},
	"Job": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.BatchV1().Jobs(ns).List(ctx, o)
	},
	"CronJob": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.BatchV1().CronJobs(ns).List(ctx, o)
	},
	"HorizontalPodAutoscaler": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.AutoscalingV2().HorizontalPodAutoscalers(ns).List(ctx, o)
	},
	"PodDisruptionBudget": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.PolicyV1().PodDisruptionBudgets(ns).List(ctx, o)
	},
	"Ingress": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.NetworkingV1().Ingresses(ns).List(ctx, o)
	},
	"IngressClass": func(ctx context.Context, c kubernetes.Interface, _ string, o metav1.ListOptions) (runtime.Object, error) {
		return c.NetworkingV1().IngressClasses().List(ctx, o)
	},
	"NetworkPolicy": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.NetworkingV1().NetworkPolicies(ns).List(ctx, o)
	},
	"EndpointSlice": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.DiscoveryV1().EndpointSlices(ns).List(ctx, o)
	},
	"StorageClass": func(ctx context.Context, c kubernetes.Interface, _ string, o metav1.ListOptions) (runtime.Object, error) {
		return c.StorageV1().StorageClasses().List(ctx, o)
	},
	"VolumeAttachment": func(ctx context.Context, c kubernetes.Interface, _ string, o metav1.ListOptions) (runtime.Object, error) {
		return c.StorageV1().VolumeAttachments().List(ctx, o)
	},
	"CSIDriver": func(ctx context.Context, c kubernetes.Interface, _ string, o metav1.ListOptions) (runtime.Object, error) {
		return c.StorageV1().CSIDrivers().List(ctx, o)
	},
	"CSINode": func(ctx context.Context, c kubernetes.Interface, _ string, o metav1.ListOptions) (runtime.Object, error) {
		return c.StorageV1().CSINodes().List(ctx, o)
	},
	"PriorityClass": func(ctx context.Context, c kubernetes.Interface, _ string, o metav1.ListOptions) (runtime.Object, error) {
		return c.SchedulingV1().PriorityClasses().List(ctx, o)
	},
	"RuntimeClass": func(ctx context.Context, c kubernetes.Interface, _ string, o metav1.ListOptions) (runtime.Object, error) {
		return c.NodeV1().RuntimeClasses().List(ctx, o)
	},
	"MutatingWebhookConfiguration": func(ctx context.Context, c kubernetes.Interface, _ string, o metav1.ListOptions) (runtime.Object, error) {
		return c.AdmissionregistrationV1().MutatingWebhookConfigurations().List(ctx, o)
	},
	"ValidatingWebhookConfiguration": func(ctx context.Context, c kubernetes.Interface, _ string, o metav1.ListOptions) (runtime.Object, error) {
		return c.AdmissionregistrationV1().ValidatingWebhookConfigurations().List(ctx, o)
	},
	"ValidatingAdmissionPolicy": func(ctx context.Context, c kubernetes.Interface, _ string, o metav1.ListOptions) (runtime.Object, error) {
		return c.AdmissionregistrationV1().ValidatingAdmissionPolicies().List(ctx, o)
	},
	"MutatingAdmissionPolicy": func(ctx context.Context, c kubernetes.Interface, _ string, o metav1.ListOptions) (runtime.Object, error) {
		return c.AdmissionregistrationV1().MutatingAdmissionPolicies().List(ctx, o)
	},
	"Role": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.RbacV1().Roles(ns).List(ctx, o)
	},
	"RoleBinding": func(ctx context.Context, c kubernetes.Interface, ns string, o metav1.ListOptions) (runtime.Object, error) {
		return c.RbacV1().RoleBindings(ns).List(ctx, o)
	},
	"ClusterRole": func(ctx context.Context, c kubernetes.Interface, _ string, o metav1.ListOptions) (runtime.Object, error) {
		return c.RbacV1().ClusterRoles().List(ctx, o)
	},
	"ClusterRoleBinding": func(ctx context.Context, c kubernetes.Interface, _ string, o metav1.ListOptions) (runtime.Object, error) {
		return c.RbacV1().ClusterRoleBindings().List(ctx, o)
	},
}
