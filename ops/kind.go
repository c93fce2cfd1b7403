package ops

import "strings"

// kinds are the Kubernetes kinds that a TARGET can name, with the plural and
// the short name that kubectl uses for each (kubectl api-resources).
var kinds = []struct{ kind, plural, short string }{
	{"Deployment", "deployments", "deploy"},
	{"StatefulSet", "statefulsets", "sts"},
	{"DaemonSet", "daemonsets", "ds"},
	{"ReplicaSet", "replicasets", "rs"},
	{"Pod", "pods", "po"},
	{"Job", "jobs", "job"},
	{"CronJob", "cronjobs", "cj"},
	{"Service", "services", "svc"},
	{"Ingress", "ingresses", "ing"},
	{"PersistentVolumeClaim", "persistentvolumeclaims", "pvc"},
	{"HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa"},
	{"PodDisruptionBudget", "poddisruptionbudgets", "pdb"},
	{"Node", "nodes", "no"},
	{"Namespace", "namespaces", "ns"},
}

// KindOf gives the kind that a word names, by kind, plural or short name in
// any case ("deploy", "Deployments").
func KindOf(word string) (kind string, ok bool) {
	word = strings.ToLower(word)
	for _, k := range kinds {
		if word == strings.ToLower(k.kind) || word == k.plural || word == k.short {
			return k.kind, true
		}
	}
	return "", false
}

// ShortKind gives kubectl's short name for a kind, or the kind in lower case
// when it is not one that a TARGET can name.
func ShortKind(kind string) string {
	for _, k := range kinds {
		if k.kind == kind {
			return k.short
		}
	}
	return strings.ToLower(kind)
}

// Kinds lists every kind that a TARGET can name, workloads before Services
// before the rest: the order in which a bare name is looked up.
func Kinds() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.kind
	}
	return names
}

// Namespaced tells whether objects of the kind live in a namespace.
func Namespaced(kind string) bool { return kind != "Node" && kind != "Namespace" }
