package diagnose

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/ops"
)

// open are the kinds that say nothing about anybody's workloads.
var open = []string{"StorageClass", "IngressClass", "PriorityClass", "CSIDriver"}

// sees tells whether the asker may see an object. A part of something is seen
// with it: pods with their workload, endpoints with their Service, and with
// the target whatever its template names, which they can read there. Anything
// else is asked for.
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
	return c.may(ops.Target{
		Cluster: c.target.Cluster, Environment: c.target.Environment, Namespace: ref.Namespace, Kind: kind, Name: ref.Name,
		UID: string(object.GetUID()), Annotations: trimAnnotations(object.GetAnnotations()), Labels: object.GetLabels(),
	})
}
