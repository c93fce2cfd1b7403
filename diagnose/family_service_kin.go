package diagnose

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	corev1 "k8s.io/api/core/v1"
)

// variants are the endings by which people name two workloads of one program.
var variants = regexp.MustCompile(`-(?:canary|stable|primary|baseline|preview|active|blue|green|red|black|old|new|next|a|b|v?\d+)$`)

// ownerAmong is the workload that a Service is most likely meant for: the one
// of its name, or of the nearest.
func ownerAmong(service *corev1.Service, serving []*workload) *workload {
	distance := func(w *workload) int { return levenshtein.ComputeDistance(service.Name, w.Ref.Name) }
	return slices.MinFunc(serving, func(a, b *workload) int {
		return cmp.Or(cmp.Compare(distance(a), distance(b)), compareRefs(a.Ref, b.Ref))
	})
}

// strangeTo says why a workload should not get the requests of a Service that
// another one owns, "" if it may: it does not serve the port, or is another
// program.
func strangeTo(service *corev1.Service, owner, w *workload) string {
	for i := range service.Spec.Ports {
		port := &service.Spec.Ports[i]
		serves, known := servesTarget(&owner.Template.Spec, port)
		other, certain := servesTarget(&w.Template.Spec, port)
		batch := w.job != nil && owner.job == nil // it runs the program for something else
		if targetName(port) == "" && serves && known && !other && (certain || batch || !sameProgram(owner, w)) {
			return "does not serve port " + targetText(port)
		}
	}
	if reached(service, w) && !sameProgram(owner, w) {
		return "runs another program (" + strings.Join(imagesOf(w), ", ") + ")"
	}
	return ""
}

// reached tells that a workload gets requests: a port that is named leads only
// to the pods that have it.
func reached(service *corev1.Service, w *workload) bool {
	return slices.ContainsFunc(service.Spec.Ports, func(port corev1.ServicePort) bool {
		serves, _ := servesTarget(&w.Template.Spec, &port)
		return targetName(&port) == "" || serves
	})
}

// sameProgram tells that two workloads run the same image, or are variants of
// one by their names.
func sameProgram(a, b *workload) bool {
	if variants.ReplaceAllString(a.Ref.Name, "") == variants.ReplaceAllString(b.Ref.Name, "") {
		return true
	}
	images := imagesOf(a)
	return slices.ContainsFunc(imagesOf(b), func(image string) bool { return slices.Contains(images, image) })
}
