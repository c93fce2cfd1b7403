package diagnose

import (
	"cmp"
	"regexp"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/ops"
)

var saysNoAccount = regexp.MustCompile(`error looking up service account [^/\s]+/([^\s:]+)|no PriorityClass with name (\S+) was found|RuntimeClass "?([^"\s]+)"? not found`)

// namedByPod lists what the API server looks up before it takes in a pod.
func namedByPod(template *corev1.PodTemplateSpec, namespace string) []Ref {
	spec := &template.Spec
	refs := []Ref{{"ServiceAccount", namespace, cmp.Or(spec.ServiceAccountName, "default")}}
	if spec.PriorityClassName != "" {
		refs = append(refs, Ref{Kind: "PriorityClass", Name: spec.PriorityClassName})
	}
	if spec.RuntimeClassName != nil && *spec.RuntimeClassName != "" {
		refs = append(refs, Ref{Kind: "RuntimeClass", Name: *spec.RuntimeClassName})
	}
	return refs
}

// ofTheSystem are the classes that every cluster has, whether listed or not.
func ofTheSystem(ref Ref) bool {
	return ref.Kind == "PriorityClass" && (ref.Name == "system-cluster-critical" || ref.Name == "system-node-critical")
}

func serviceAccountMissing(s *scope) answer {
	r := s.refused()
	if r == nil {
		return no("all pods that are wanted were created")
	}
	said, maybe := r.says(saysNoAccount)
	if !maybe {
		return otherwise()
	}
	gap := ""
	for _, ref := range namedByPod(r.Template, s.Object.Namespace) {
		verdict, missing := s.exists(ref)
		named := said != nil && (said[1] == ref.Name && ref.Kind == "ServiceAccount" || said[2] == ref.Name && ref.Kind == "PriorityClass" || said[3] == ref.Name && ref.Kind == "RuntimeClass")
		switch {
		case ofTheSystem(ref):
		case verdict == ops.No:
			return s.accountMissing(r, ref, byField)
		case verdict == ops.Unknown && named:
			return s.accountMissing(r, ref, byField) // the API server knows
		case verdict == ops.Yes && named:
			return s.accountMissing(r, ref, bySignature) // it is there by now
		case verdict == ops.Unknown:
			gap = missing
		}
	}
	switch {
	case said != nil:
		return r.seenIn(yes(bySignature, said[0])).with("what", cmp.Or(said[1], said[2], said[3]), "what_kind", "object")
	case gap != "":
		return unknown(gap)
	}
	return no("what its pods name is there")
}

// accountMissing answers with what is not there, and what is near to it.
func (s *scope) accountMissing(r *refusal, ref Ref, of proof) answer {
	observed := ref.String() + " does not exist"
	if of == bySignature {
		observed = ref.String() + " did not exist when it was looked up, and does by now"
	}
	a := r.seenIn(yes(of, observed).at(ref)).with("what", ref.Name, "what_kind", ref.Kind, "in", ref.Namespace).
		seen(ref, "", observed, s.At)
	switch ref.Kind {
	case "ServiceAccount":
		a = a.with("account", ref.Name)
	case "PriorityClass":
		a = a.with("class", ref.Name)
	}
	var names []string
	s.Objects.each(func(kind string, object metav1.Object) {
		if kind == ref.Kind && object.GetNamespace() == ref.Namespace && object.GetName() != "default" {
			names = append(names, object.GetName())
		}
	})
	if near := nearNames(ref.Name, names); len(near) > 0 && of == byField {
		a = a.with("near", near[0])
		if ref.Kind == "ServiceAccount" {
			a = a.with("near_account", near[0])
		}
	}
	return s.wayBack(a, r, func(t *corev1.PodTemplateSpec) bool {
		for _, other := range namedByPod(t, s.Object.Namespace) {
			if verdict, _ := s.exists(other); verdict != ops.Yes && !ofTheSystem(other) {
				return false
			}
		}
		return true
	})
}
