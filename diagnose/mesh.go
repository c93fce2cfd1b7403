package diagnose

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const (
	meshProxy = "istio-proxy"
	meshRoot  = "istio-system" // what stands there is for the whole mesh
)

// inMesh tells that a pod has the mesh's proxy beside it, or that the proxy of
// its node speaks for it (ambient mode).
func inMesh(pod *corev1.Pod) bool {
	if pod.Annotations["ambient.istio.io/redirection"] == "enabled" {
		return true
	}
	named := func(c corev1.Container) bool { return c.Name == meshProxy }
	return slices.ContainsFunc(pod.Spec.Containers, named) || slices.ContainsFunc(pod.Spec.InitContainers, named)
}

// principalOf is the name that a pod's certificate has in the mesh.
func principalOf(pod *corev1.Pod) string {
	account := pod.Spec.ServiceAccountName
	if account == "" {
		account = "default"
	}
	return "cluster.local/ns/" + pod.Namespace + "/sa/" + account
}

// meshObjects lists the objects of a kind in a namespace that select a pod, and
// whether each does so by labels.
func (v *view) meshObjects(kind, namespace string, pod *corev1.Pod) (selecting, whole []*unstructured.Unstructured) {
	for _, other := range v.Objects.Others {
		if other.GetKind() != kind || other.GetNamespace() != namespace {
			continue
		}
		wanted, _, _ := unstructured.NestedStringMap(other.Object, "spec", "selector", "matchLabels")
		all := true
		for key, value := range wanted {
			all = all && pod.Labels[key] == value
		}
		switch {
		case len(wanted) == 0:
			whole = append(whole, other)
		case all:
			selecting = append(selecting, other)
		}
	}
	return selecting, whole
}

// mtlsMode is the mode of mutual TLS of a port of a pod, and the
// PeerAuthentication that says so: one for the pod before one for its
// namespace, before one for the mesh. Without any it is permissive.
func (v *view) mtlsMode(pod *corev1.Pod, port int32) (mode string, by *unstructured.Unstructured) {
	selecting, whole := v.meshObjects("PeerAuthentication", pod.Namespace, pod)
	_, mesh := v.meshObjects("PeerAuthentication", meshRoot, pod)
	for _, each := range selecting {
		if mode, _, _ := unstructured.NestedString(each.Object, "spec", "portLevelMtls", strconv.Itoa(int(port)), "mode"); mode != "" && mode != "UNSET" {
			return mode, each
		}
	}
	for _, each := range slices.Concat(selecting, whole, mesh) {
		if mode, _, _ := unstructured.NestedString(each.Object, "spec", "mtls", "mode"); mode != "" && mode != "UNSET" {
			return mode, each
		}
	}
	return "PERMISSIVE", nil
}

// refusedBy is the AuthorizationPolicy that keeps a client from a port of a
// server, nil if none surely does.
func (v *view) refusedBy(client, server *corev1.Pod, port int32) *unstructured.Unstructured {
	own, whole := v.meshObjects("AuthorizationPolicy", server.Namespace, server)
	policies := slices.Concat(own, whole)
	if server.Namespace != meshRoot {
		rootOwn, mesh := v.meshObjects("AuthorizationPolicy", meshRoot, server)
		policies = slices.Concat(policies, rootOwn, mesh)
	}
	var allowing *unstructured.Unstructured
	maybe := false
	for _, policy := range policies {
		action, _, _ := unstructured.NestedString(policy.Object, "spec", "action")
		fits := ruleFits(policy, client, inMesh(client), port)
		switch {
		case action == "DENY" && fits == allowed:
			return policy
		case action == "" || action == "ALLOW":
			maybe = maybe || fits != denied
			if allowing == nil {
				allowing = policy
			}
		}
	}
	if maybe {
		return nil
	}
	return allowing
}

// ruleFits tells whether a rule of a policy is about a connection: allowed
// means that one is, undecided that one may be.
func ruleFits(policy *unstructured.Unstructured, client *corev1.Pod, known bool, port int32) verdictOf {
	rules, _, _ := unstructured.NestedSlice(policy.Object, "spec", "rules")
	return anyOf(rules, func(each any) verdictOf {
		rule, _ := each.(map[string]any)
		fits := both(sourceFits(rule, client, known), operationFits(rule, port))
		if when, _ := rule["when"].([]any); len(when) > 0 {
			fits = both(fits, undecided)
		}
		return fits
	})
}

// both is what two parts of a rule say together.
func both(a, b verdictOf) verdictOf {
	switch {
	case a == denied || b == denied:
		return denied
	case a == undecided || b == undecided:
		return undecided
	}
	return allowed
}

func sourceFits(rule map[string]any, client *corev1.Pod, known bool) verdictOf {
	sources, _ := rule["from"].([]any)
	if len(sources) == 0 {
		return allowed
	}
	principal, namespace := "", ""
	if known {
		principal, namespace = principalOf(client), client.Namespace
	}
	return anyOf(sources, func(each any) verdictOf {
		from, _ := each.(map[string]any)
		source, _ := from["source"].(map[string]any)
		fits := allowed
		for key, values := range source {
			switch key {
			case "principals":
				fits = both(fits, verdict(globbed(values, principal)))
			case "notPrincipals":
				fits = both(fits, verdict(!globbed(values, principal)))
			case "namespaces":
				fits = both(fits, verdict(globbed(values, namespace)))
			case "notNamespaces":
				fits = both(fits, verdict(!globbed(values, namespace)))
			default:
				fits = both(fits, undecided)
			}
		}
		return fits
	})
}

func operationFits(rule map[string]any, port int32) verdictOf {
	operations, _ := rule["to"].([]any)
	if len(operations) == 0 {
		return allowed
	}
	return anyOf(operations, func(each any) verdictOf {
		to, _ := each.(map[string]any)
		operation, _ := to["operation"].(map[string]any)
		fits := allowed
		for key, values := range operation {
			if key == "ports" {
				fits = both(fits, verdict(globbed(values, strconv.Itoa(int(port)))))
			} else {
				fits = both(fits, undecided)
			}
		}
		return fits
	})
}

// globbed tells whether a list has a value. Its entries may begin or end with a
// star; a star alone is anything that is known.
func globbed(list any, value string) bool {
	entries, _ := list.([]any)
	return value != "" && slices.ContainsFunc(entries, func(entry any) bool {
		text, _ := entry.(string)
		switch {
		case strings.HasSuffix(text, "*"):
			return strings.HasPrefix(value, strings.TrimSuffix(text, "*"))
		case strings.HasPrefix(text, "*"):
			return strings.HasSuffix(value, strings.TrimPrefix(text, "*"))
		}
		return text == value
	})
}
