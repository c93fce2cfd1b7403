package diagnose

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// neighbourhood is a term of pod affinity, ready to be matched: which pods, and
// within which domain of nodes.
type neighbourhood struct {
	key        string // the label of nodes that makes a domain
	selector   labels.Selector
	namespaces []string
	among      labels.Selector // of namespaces besides; nil for none
}

// neighbourhoodOf reads a term that a pod of a namespace has. One that cannot
// be read matches nothing.
func neighbourhoodOf(term *corev1.PodAffinityTerm, namespace string) neighbourhood {
	n := neighbourhood{key: term.TopologyKey, selector: labels.Nothing(), namespaces: term.Namespaces}
	if selector, err := metav1.LabelSelectorAsSelector(term.LabelSelector); err == nil {
		n.selector = selector
	}
	if term.NamespaceSelector != nil {
		if among, err := metav1.LabelSelectorAsSelector(term.NamespaceSelector); err == nil {
			n.among = among
		}
	} else if len(term.Namespaces) == 0 {
		n.namespaces = []string{namespace}
	}
	return n
}

// reaches tells whether a term is about pods of a namespace.
func (n *neighbourhood) reaches(v *view, namespace string) bool {
	if slices.Contains(n.namespaces, namespace) {
		return true
	}
	if n.among == nil {
		return false
	}
	if n.among.Empty() {
		return true
	}
	found := get[corev1.Namespace](v, Ref{Kind: "Namespace", Name: namespace})
	return found != nil && n.among.Matches(labels.Set(found.Labels))
}

// covers tells whether a term is about a pod.
func (n *neighbourhood) covers(v *view, namespace string, set map[string]string) bool {
	return n.reaches(v, namespace) && n.selector.Matches(labels.Set(set))
}

// placed is a pod on a node, as far as other pods mind it.
type placed struct {
	namespace, name string
	labels          map[string]string
	leaving         bool
	at              *corev1.Node // nil if the node is not there
	repels          []corev1.PodAffinityTerm
	guards          []*neighbourhood // what repels says, once it was read
}

// placedPods lists the pods on nodes that the snapshot knows by name.
func (v *view) placedPods() []placed {
	if v.placed != nil {
		return v.placed
	}
	v.placed = make([]placed, 0, len(v.Objects.Pods)+len(v.Neighbours))
	for _, pod := range v.Objects.Pods {
		if holdsNode(pod) {
			v.placed = append(v.placed, placed{
				namespace: pod.Namespace, name: pod.Name, labels: pod.Labels, leaving: pod.DeletionTimestamp != nil,
				at: v.node(pod.Spec.NodeName), repels: repelsOf(&pod.Spec),
			})
		}
	}
	for i := range v.Neighbours {
		n := &v.Neighbours[i]
		v.placed = append(v.placed, placed{namespace: n.Namespace, name: n.Name, labels: n.Labels, leaving: n.Leaving, at: v.node(n.Node), repels: n.Repels})
	}
	return v.placed
}

// ruledOut tells at a glance that a term is not about a pod with these labels:
// most pods keep away only from their own kind.
func ruledOut(term *corev1.PodAffinityTerm, set map[string]string) bool {
	if term.LabelSelector == nil {
		return true
	}
	for key, value := range term.LabelSelector.MatchLabels {
		if set[key] != value {
			return true
		}
	}
	return false
}

// guard is one of the terms by which the pod keeps others away: read once.
func (other *placed) guard(i int) *neighbourhood {
	if other.guards == nil {
		other.guards = make([]*neighbourhood, len(other.repels))
	}
	if other.guards[i] == nil {
		read := neighbourhoodOf(&other.repels[i], other.namespace)
		other.guards[i] = &read
	}
	return other.guards[i]
}

// unseenWithin tells that there are pods on nodes that a term may be about and
// that the asker may not see.
func (p *placement) unseenWithin(n *neighbourhood) bool {
	for namespace := range p.unseenNamespaces() {
		if n.reaches(p.view, namespace) {
			return true
		}
	}
	return false
}
