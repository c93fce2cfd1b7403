package diagnose

import (
	"cmp"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/ops"
)

// Ref names one object of the snapshot's cluster.
type Ref struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

// String writes the Ref as answers do: "Deployment/shop/checkout", or
// "Node/node-1" outside a namespace.
func (r Ref) String() string {
	if r.Namespace == "" {
		return r.Kind + "/" + r.Name
	}
	return r.Kind + "/" + r.Namespace + "/" + r.Name
}

// parseRef reads what String has written.
func parseRef(text string) (Ref, bool) {
	switch parts := strings.Split(text, "/"); len(parts) {
	case 2:
		return Ref{Kind: parts[0], Name: parts[1]}, true
	case 3:
		return Ref{Kind: parts[0], Namespace: parts[1], Name: parts[2]}, true
	default:
		return Ref{}, false
	}
}

// refOf names an object of a known kind.
func refOf(kind string, object metav1.Object) Ref {
	return Ref{Kind: kind, Namespace: object.GetNamespace(), Name: object.GetName()}
}

// zero tells that nothing is named.
func (r Ref) zero() bool { return r == Ref{} }

// typed writes the Ref as a person types it after a verb:
// "prod-eu/shop/deploy/checkout".
func (r Ref) typed(cluster string) string {
	return ops.Ref{Cluster: cluster, Namespace: r.Namespace, Kind: r.Kind, Name: r.Name}.String()
}

func (r Ref) target() ops.DiagnosisTarget {
	return ops.DiagnosisTarget{Namespace: r.Namespace, Kind: r.Kind, Name: r.Name}
}

func compareRefs(a, b Ref) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}
