package diagnose

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/ops"
)

// open are the kinds of the cluster itself, which say nothing about anybody's
// workloads: what runs on a node is asked for, pod by pod. A scan in which the
// asker may see nothing else shows none of them.
var open = []string{
	"Node", "StorageClass", "IngressClass", "PriorityClass", "RuntimeClass", "CSIDriver", "CSINode", "APIService",
	"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy", "MutatingAdmissionPolicy", "ClusterPolicy",
}

// sees tells whether the asker may see an object. A part of something is seen
// with it: pods with their workload, endpoints with their Service, and with
// the target whatever its template names, which they can read there, and a
// volume with its claim, and whoever holds that; one that nobody has claimed is
// anybody's to have. Anything else is asked for.
func (c *collector) sees(kind string, object metav1.Object) bool {
	if c.may == nil || slices.Contains(open, kind) {
		return true
	}
	ref := refOf(kind, object)
	if ref == (Ref{c.target.Kind, c.target.Namespace, c.target.Name}) || ref == (Ref{Kind: "Namespace", Name: c.target.Namespace}) {
		return true
	}
	if owner := ownRef(object); !owner.zero() && c.b.seen[owner] {
		return !c.b.hidden[owner]
	}
	if c.b.named[ref] {
		return true
	}
	if volume, ok := object.(*corev1.PersistentVolume); ok {
		if volume.Spec.ClaimRef == nil {
			return true
		}
		claim := Ref{"PersistentVolumeClaim", volume.Spec.ClaimRef.Namespace, volume.Spec.ClaimRef.Name}
		if c.b.seen[claim] {
			return !c.b.hidden[claim]
		}
	}
	if attachment, ok := object.(*storagev1.VolumeAttachment); ok && attachment.Spec.Source.PersistentVolumeName != nil {
		volume := Ref{Kind: "PersistentVolume", Name: *attachment.Spec.Source.PersistentVolumeName}
		if c.b.seen[volume] {
			return !c.b.hidden[volume]
		}
	}
	return c.may(ops.Target{
		Cluster: c.target.Cluster, Environment: c.target.Environment, Namespace: ref.Namespace, Kind: kind, Name: ref.Name,
		UID: string(object.GetUID()), Annotations: object.GetAnnotations(), Labels: object.GetLabels(),
	})
}
