package diagnose

import "slices"

// ownNamespace is what collect calls the namespace of the object.
const ownNamespace = "own"

// wantsOf asks for what a playbook collects, where something is wrong that it
// would be walked for: nobody else pays for it.
func wantsOf(t, host *tree, collect []collected) func(*horizon) []Query {
	each := t.Each
	if each == "" && host != nil {
		each = host.Each
	}
	return func(h *horizon) []Query {
		var queries []Query
		for _, namespace := range h.concerned(t, class(each)) {
			for _, c := range collect {
				if query := c.query(namespace); !slices.Contains(queries, query) {
					queries = append(queries, query)
				}
			}
		}
		return queries
	}
}

func (c collected) query(own string) Query {
	q := Query{Kind: c.Kind, Name: c.Name, Namespace: c.Namespace, Meta: c.Kind == "Secret"}
	switch {
	case clusterWide(c.Kind):
		q.Namespace = ""
	case c.Namespace == "" || c.Namespace == ownNamespace:
		q.Namespace = own
	}
	return q
}

// concerned lists the namespaces of the objects that a playbook would be walked
// for. A scan of the cluster reads the whole of it at once.
func (h *horizon) concerned(t *tree, of class) []string {
	var namespaces []string
	add := func(namespace string) {
		if h.Target.zero() {
			namespace = h.Snapshot.Target.Namespace
		}
		if !slices.Contains(namespaces, namespace) {
			namespaces = append(namespaces, namespace)
		}
	}
	others := slices.ContainsFunc(t.About, func(kind string) bool { return kind != "workload" && !slices.Contains(workloadKinds, kind) })
	if h.Target.zero() && others || t.covers(h.Target.Kind) && h.workload(h.Target) == nil {
		add(h.Target.Namespace)
	}
	for _, w := range h.Workloads {
		if t.covers(w.Ref.Kind) && h.fails(w, of) {
			add(w.Ref.Namespace)
		}
	}
	return namespaces
}

// fails tells that a workload has a failure of a class; what is no class holds
// for all.
func (h *horizon) fails(w *workload, of class) bool {
	if !slices.Contains(classes, of) {
		return true
	}
	return slices.ContainsFunc(h.failuresOf(w), func(f *failure) bool { return f.Class == of })
}
