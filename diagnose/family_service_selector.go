package diagnose

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// selectorMatchesNothing tells that no pod has the labels that a Service asks
// for, and whose are nearest.
func selectorMatchesNothing(s *scope) answer {
	service := s.service()
	if service == nil || !selectsPods(service) {
		return no("no Service that selects pods is concerned")
	}
	ref := refOf("Service", service)
	if backends := s.backendsOf(service); len(backends) > 0 {
		return no(ref.String() + " selects " + backends[0].String())
	}
	for _, kind := range []string{"Deployment", "StatefulSet", "DaemonSet"} {
		if !s.read(kind, service.Namespace) {
			return unknown(s.why(kind, service.Namespace))
		}
	}
	_, total, ok := s.endpointsOf(service)
	switch {
	case !ok:
		return unknown(s.why("EndpointSlice", service.Namespace))
	case total > 0:
		return no(fmt.Sprintf("%s has %d endpoints", ref, total))
	case s.meant(ref):
		return no("it is meant to be so: it carries " + intentAnnotation)
	case s.At.Sub(service.CreationTimestamp.Time) < createGrace:
		return no(ref.String() + " was made just now")
	}
	asks := selectorOf(service).String()
	a := yes(byField, ref.String()+" selects "+asks+", and no pod has that").at(ref).with("service", service.Name, "selector", asks).
		seen(ref, "spec.selector", asks, s.At)
	a = s.writtenBy(a, ref, "spec.selector", "the Service's selector was changed")
	return s.nearestFacts(a, service)
}

// nearestFacts names the workload that a Service that selects nothing is most
// likely meant for, and how their labels differ.
func (s *scope) nearestFacts(a answer, service *corev1.Service) answer {
	w := s.nearestWorkload(service)
	if w == nil {
		return a
	}
	var has []string
	changes := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(service.Spec.Selector)) {
		value, there := w.Template.Labels[key]
		switch {
		case !there:
			has = append(has, "no "+key)
			changes[key] = nil
		case value != service.Spec.Selector[key]:
			has = append(has, key+"="+value)
			changes[key] = value
		}
	}
	a = a.with("nearest", w.Ref.String(), "nearest_labels", strings.Join(has, " and ")).
		seen(w.Ref, "spec.template.metadata.labels", strings.Join(has, ", "), s.At)
	if before := selectedBefore(service, w); before != nil {
		a = a.with("backend", w.Ref.String(), "backend_name", w.Ref.Name, "rollback_to", strconv.FormatInt(before.Number, 10))
	}
	if !sharesKey(service, w) {
		changes = replaced(service.Spec.Selector, w)
	}
	return a.with("patch", patchText(map[string]any{"spec": map[string]any{"selector": changes}}))
}

// replaced is a selector for a workload that has none of the keys that a
// Service asks for: its own labels in their place.
func replaced(selector map[string]string, w *workload) map[string]any {
	all := map[string]any{}
	for key := range selector {
		all[key] = nil
	}
	for key, value := range w.Template.Labels {
		if key != "pod-template-hash" {
			all[key] = value
		}
	}
	return all
}

// patchText writes a patch for a command line, "" if it is too long for a
// sentence.
func patchText(patch any) string {
	raw, err := json.Marshal(patch)
	if err != nil || len(raw) > factLimit {
		return ""
	}
	return string(raw)
}

// writtenBy adds who wrote a field last, where that was after the object was
// made and not long ago.
func (s *scope) writtenBy(a answer, object Ref, field, summary string) answer {
	write := s.lastWrite(object, field)
	if write == nil || s.At.Sub(write.At) > changeWindow {
		return a
	}
	return a.with("who", write.Manager, "when", write.At.UTC().Format("15:04")).
		by(&Change{At: write.At, Source: "network", Who: write.Manager, Object: object, Field: field, Summary: summary}).
		seen(object, "managedFields["+field+"]", write.Manager, write.At)
}

// selectorTooWide tells that pods of different programs get one Service's
// requests. Two workloads of one program, as of a canary, are meant to.
func selectorTooWide(s *scope) answer {
	service := s.service()
	if service == nil || !selectsPods(service) || headless(service) {
		return no("no Service that balances requests over pods is concerned")
	}
	ref := refOf("Service", service)
	var serving []*workload
	for _, backend := range s.backendsOf(service) {
		if w := s.workload(backend); slices.ContainsFunc(s.podsBehind(service, w), podReady) {
			serving = append(serving, w)
		}
	}
	if len(serving) < 2 || s.meant(ref) {
		return no(count(len(serving), "workload") + " answers behind " + ref.String())
	}
	owner := ownerAmong(service, serving)
	for _, w := range serving {
		why := strangeTo(service, owner, w)
		if w == owner || why == "" {
			continue
		}
		asks := selectorOf(service).String()
		a := yes(byField, fmt.Sprintf("%s selects %s and %s, which %s", ref, owner.Ref, w.Ref, why)).at(ref).
			with("service", service.Name, "selector", asks, "owner", owner.Ref.String(), "intruder", w.Ref.String(), "why", why).
			seen(ref, "spec.selector", asks, s.At).
			seen(w.Ref, "spec.template.metadata.labels", labelsOf(w).String(), s.At)
		if key, value := tellsApart(owner, w); key != "" {
			a = a.with("patch", patchText(map[string]any{"spec": map[string]any{"selector": map[string]any{key: value}}}), "label", key+"="+value)
		}
		return s.writtenBy(a, ref, "spec.selector", "the Service's selector was changed")
	}
	return no(fmt.Sprintf("%d workloads answer behind %s, all of one program", len(serving), ref))
}

// tellsApart is a label that one workload's pods have and another's do not.
func tellsApart(owner, other *workload) (key, value string) {
	for _, key := range slices.Sorted(maps.Keys(owner.Template.Labels)) {
		if value := owner.Template.Labels[key]; key != "pod-template-hash" && other.Template.Labels[key] != value {
			return key, value
		}
	}
	return "", ""
}

// imagesOf lists the repositories of a workload's own images, without tags.
func imagesOf(w *workload) []string {
	var names []string
	for _, c := range w.Template.Spec.Containers {
		if slices.Contains(sidecars, strings.ToLower(c.Name)) {
			continue
		}
		image, _, _ := strings.Cut(c.Image, "@")
		if at := strings.LastIndexByte(image, ':'); at > strings.LastIndexByte(image, '/') {
			image = image[:at]
		}
		names = append(names, image)
	}
	return names
}
