package diagnose

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/selection"
)

// fieldsLeft are the requirements of a field selector that are to be held
// against objects one by one.
type fieldsLeft []fields.Requirement

// fieldOf reads a field that the API server can select by.
type fieldOf func(*prepared) string

var fieldsOfAny = map[string]fieldOf{
	"metadata.name":      func(p *prepared) string { return p.meta.GetName() },
	"metadata.namespace": func(p *prepared) string { return p.meta.GetNamespace() },
}

var fieldsOfKind = map[string]map[string]fieldOf{
	"Pod": {
		"spec.nodeName": ofPod(func(pod *corev1.Pod) string { return pod.Spec.NodeName }),
		"status.phase":  ofPod(func(pod *corev1.Pod) string { return string(pod.Status.Phase) }),
	},
	"Event": {
		"type": func(p *prepared) string {
			if p.event.Warning {
				return corev1.EventTypeWarning
			}
			return corev1.EventTypeNormal
		},
		"reason":                   func(p *prepared) string { return p.event.Reason },
		"involvedObject.kind":      func(p *prepared) string { return p.event.About.Kind },
		"involvedObject.namespace": func(p *prepared) string { return p.event.About.Namespace },
		"involvedObject.name":      func(p *prepared) string { return p.event.About.Name },
		"involvedObject.uid":       func(p *prepared) string { return p.event.UID },
	},
}

func ofPod(read func(*corev1.Pod) string) fieldOf {
	return func(p *prepared) string {
		pod, ok := p.object.(*corev1.Pod)
		if !ok {
			return ""
		}
		return read(pod)
	}
}

// parseFields is false for a selector that only the API server can apply.
func parseFields(kind, text string) (fieldsLeft, bool) {
	selector, err := fields.ParseSelector(text)
	if err != nil {
		return nil, false
	}
	left := fieldsLeft(selector.Requirements())
	for _, r := range left {
		if field(kind, r.Field) == nil {
			return nil, false
		}
	}
	return left, true
}

func field(kind, name string) fieldOf {
	if read := fieldsOfAny[name]; read != nil {
		return read
	}
	return fieldsOfKind[kind][name]
}

func (l fieldsLeft) match(object runtime.Object) bool {
	made, ok := object.(*prepared)
	if !ok {
		return false
	}
	for _, r := range l {
		equal := field(made.kind, r.Field)(made) == r.Value
		if equal == (r.Operator == selection.NotEquals) {
			return false
		}
	}
	return true
}

// warningsOnly tells that nothing but warnings can match.
func (l fieldsLeft) warningsOnly() bool {
	for _, r := range l {
		if r.Field != "type" {
			continue
		}
		if r.Operator == selection.NotEquals && r.Value == corev1.EventTypeNormal || r.Operator != selection.NotEquals && r.Value == corev1.EventTypeWarning {
			return true
		}
	}
	return false
}
