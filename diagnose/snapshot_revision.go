package diagnose

import (
	"encoding/json"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// patchOfTemplate is what a ControllerRevision holds: the patch that brings
// its template back (k8s.io/kubernetes/pkg/controller, getPatch).
type patchOfTemplate struct {
	Spec struct {
		Template corev1.PodTemplateSpec `json:"template"`
	} `json:"spec"`
}

// revision hides secrets in the template that a ControllerRevision holds.
func (t *trimmer) revision(r *appsv1.ControllerRevision) *appsv1.ControllerRevision {
	r = shallow(r)
	template, ok := templateOf(r)
	if !ok {
		r.Data = runtime.RawExtension{}
		return r
	}
	var patch patchOfTemplate
	patch.Spec.Template = t.template(template)
	raw, err := json.Marshal(patch)
	if err != nil {
		raw = nil
	}
	r.Data = runtime.RawExtension{Raw: raw}
	return r
}

// templateOf reads the template of a ControllerRevision.
func templateOf(r *appsv1.ControllerRevision) (corev1.PodTemplateSpec, bool) {
	var patch patchOfTemplate
	if len(r.Data.Raw) == 0 || json.Unmarshal(r.Data.Raw, &patch) != nil {
		return corev1.PodTemplateSpec{}, false
	}
	return patch.Spec.Template, true
}
