package diagnose

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

var saysLimitRange = regexp.MustCompile(`(?:maximum|minimum) \S+ usage per (?:Container|Pod|PersistentVolumeClaim) is [^\n]*|\S+ max limit to request ratio per (?:Container|Pod) is [^\n]*`)

// offence is one thing about a pod that a LimitRange does not allow.
type offence struct {
	Range     *corev1.LimitRange
	Container string // "" for the pod as a whole
	Field     string // "max.memory"
	Allows    string
	Text      string
	Flag      string // of kubectl set resources, with a value that is allowed
}

// offences lists what a namespace's LimitRanges do not allow about a pod, by
// the rules of k8s.io/kubernetes/plugin/pkg/admission/limitranger.
func (v *view) offences(pod *corev1.Pod) []offence {
	var list []offence
	for _, each := range v.Objects.LimitRanges {
		if each.Namespace != pod.Namespace {
			continue
		}
		for _, item := range each.Spec.Limits {
			var found []offence
			switch item.Type {
			case corev1.LimitTypeContainer:
				for _, c := range containersOf(&pod.Spec) {
					found = append(found, offencesOf(&item, c.Name, c.Resources.Requests, c.Resources.Limits)...)
				}
			case corev1.LimitTypePod:
				requests, limits := needsOf(pod)
				found = offencesOf(&item, "", requests, limits)
			default: // a claim's are no pod's
			}
			for _, one := range found {
				one.Range = each
				list = append(list, one)
			}
		}
	}
	return list
}

func offencesOf(item *corev1.LimitRangeItem, container string, requests, limits corev1.ResourceList) []offence {
	whose := "the pod's"
	if container != "" {
		whose = container + "'s"
	}
	var list []offence
	for _, name := range slices.Sorted(maps.Keys(item.Max)) {
		if text, flag := aboveMax(name, item.Max[name], requests, limits); text != "" {
			list = append(list, offence{Container: container, Field: "max." + string(name), Allows: quantityText(item.Max[name]), Text: whose + " " + text, Flag: flag})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(item.Min)) {
		if text, flag := belowMin(name, item.Min[name], requests, limits); text != "" {
			list = append(list, offence{Container: container, Field: "min." + string(name), Allows: quantityText(item.Min[name]), Text: whose + " " + text, Flag: flag})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(item.MaxLimitRequestRatio)) {
		if text, flag := beyondRatio(name, item.MaxLimitRequestRatio[name], requests, limits); text != "" {
			list = append(list, offence{Container: container, Field: "maxLimitRequestRatio." + string(name), Allows: quantityText(item.MaxLimitRequestRatio[name]), Text: whose + " " + text, Flag: flag})
		}
	}
	return list
}

func quantityText(q resource.Quantity) string { return q.String() }

func aboveMax(name corev1.ResourceName, allowed resource.Quantity, requests, limits corev1.ResourceList) (text, flag string) {
	limit, limited := limits[name]
	request, requested := requests[name]
	flag = fmt.Sprintf("--limits=%s=%s", name, allowed.String())
	switch {
	case !limited:
		return fmt.Sprintf("%s has no limit, and at most %s is allowed", name, allowed.String()), flag
	case limit.Cmp(allowed) > 0:
		return fmt.Sprintf("%s limit is %s, and at most %s is allowed", name, limit.String(), allowed.String()), flag
	case requested && request.Cmp(allowed) > 0:
		return fmt.Sprintf("%s request is %s, and at most %s is allowed", name, request.String(), allowed.String()), fmt.Sprintf("--requests=%s=%s", name, allowed.String())
	}
	return "", ""
}

func belowMin(name corev1.ResourceName, least resource.Quantity, requests, limits corev1.ResourceList) (text, flag string) {
	limit, limited := limits[name]
	request, requested := requests[name]
	flag = fmt.Sprintf("--requests=%s=%s", name, least.String())
	switch {
	case !requested:
		return fmt.Sprintf("%s has no request, and at least %s is wanted", name, least.String()), flag
	case request.Cmp(least) < 0:
		return fmt.Sprintf("%s request is %s, and at least %s is wanted", name, request.String(), least.String()), flag
	case limited && limit.Cmp(least) < 0:
		return fmt.Sprintf("%s limit is %s, and at least %s is wanted", name, limit.String(), least.String()), fmt.Sprintf("--limits=%s=%s", name, least.String())
	}
	return "", ""
}

func beyondRatio(name corev1.ResourceName, most resource.Quantity, requests, limits corev1.ResourceList) (text, flag string) {
	limit, request := limits[name], requests[name]
	switch {
	case request.IsZero():
		return fmt.Sprintf("%s has no request, and its limit may be at most %s times that", name, most.String()), fmt.Sprintf("--requests=%s=%s", name, limit.String())
	case limit.IsZero():
		return fmt.Sprintf("%s has no limit, which may be at most %s times its request", name, most.String()), fmt.Sprintf("--limits=%s=%s", name, request.String())
	}
	if ratio := limit.AsApproximateFloat64() / request.AsApproximateFloat64(); ratio > most.AsApproximateFloat64()+1e-9 {
		return fmt.Sprintf("%s limit (%s) is %.3g times its request (%s), and at most %s times is allowed", name, limit.String(), ratio, request.String(), most.String()), fmt.Sprintf("--requests=%s=%s", name, limit.String())
	}
	return "", ""
}

func limitRangeViolated(s *scope) answer {
	r := s.refused()
	if r == nil {
		return no("all pods that are wanted were created")
	}
	said, maybe := r.says(saysLimitRange)
	if !maybe {
		return otherwise()
	}
	found := s.offences(s.asAdmitted(r.Template, s.Object.Namespace))
	switch {
	case len(found) > 0:
	case said == nil && !s.read("LimitRange", s.Object.Namespace):
		return unknown(s.why("LimitRange", s.Object.Namespace))
	case said == nil:
		return no("the LimitRanges allow its pods")
	case s.read("LimitRange", s.Object.Namespace):
		return r.seenIn(yes(bySignature, said[0])).with("why", said[0]) // it was so, or it is a claim
	default:
		return r.seenIn(yes(byField, said[0])).with("why", said[0])
	}
	first := found[0]
	ref := refOf("LimitRange", first.Range)
	why := first.Text
	if more := len(found) - 1; more > 0 {
		why += fmt.Sprintf(" (and %d more of this kind)", more)
	}
	a := r.seenIn(yes(byField, first.Text).at(ref)).
		with("range", first.Range.Name, "container", first.Container, "why", why, "flag", first.Flag, "allows", first.Allows).
		seen(ref, "spec.limits."+first.Field, first.Allows, s.At).
		seen(r.Ref, "spec.template", first.Text, s.At)
	a = blame(a, s.changedBefore(r.First, ref, "spec.limits", "the LimitRange "+first.Range.Name))
	return s.wayBack(a, r, func(t *corev1.PodTemplateSpec) bool {
		return len(s.offences(s.asAdmitted(t, s.Object.Namespace))) == 0
	})
}
