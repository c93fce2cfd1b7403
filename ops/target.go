package ops

// Target is one object that was found in one cluster.
type Target struct {
	Cluster     string `json:"cluster"`     // the cluster's name in the settings
	Environment string `json:"environment"` // the cluster's environment, e.g. "production"
	Namespace   string `json:"namespace"`   // empty for Node and Namespace
	Kind        string `json:"kind"`        // e.g. "Deployment"
	Name        string `json:"name"`        //
	UID         string `json:"uid"`         // tells a deleted and recreated object from the first
	// Annotations are the object's own, NamespaceAnnotations its namespace's.
	// Whoever may write the object controls them: settings beat them.
	Annotations          map[string]string `json:"annotations,omitempty"`
	NamespaceAnnotations map[string]string `json:"namespace_annotations,omitempty"`
	Labels               map[string]string `json:"labels,omitempty"`
}

// Object names the target as answers and policies do: "Deployment/shop/checkout",
// or "Node/node-1" outside a namespace.
func (t Target) Object() string {
	if t.Namespace == "" {
		return t.Kind + "/" + t.Name
	}
	return t.Kind + "/" + t.Namespace + "/" + t.Name
}

// Ref writes the target so that it can be typed back in any channel.
func (t Target) Ref() Ref {
	return Ref{Cluster: t.Cluster, Namespace: t.Namespace, Kind: t.Kind, Name: t.Name}
}

// String names the target unambiguously for people: "prod-eu/shop/deploy/checkout".
func (t Target) String() string { return t.Ref().String() }

// Annotation looks a key up on the object, then on its namespace.
func (t Target) Annotation(key string) string {
	if value := t.Annotations[key]; value != "" {
		return value
	}
	return t.NamespaceAnnotations[key]
}
