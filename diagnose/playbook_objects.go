package diagnose

import (
	"slices"

	"github.com/google/cel-go/common/types/ref"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// jsonOf makes an object of the API the maps and lists that its JSON has.
func jsonOf(kind string, object metav1.Object) (map[string]any, error) {
	if other, ok := object.(*unstructured.Unstructured); ok {
		return other.Object, nil
	}
	value, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, err
	}
	value["kind"] = kind // the API's clients leave it empty
	return value, nil
}

func (e *evaluation) objectValue() ref.Val {
	object := e.objects[e.Object]
	if object == nil {
		return notRead(e.Object.String() + " is not in the snapshot")
	}
	value, err := jsonOf(e.Object.Kind, object)
	if err != nil {
		return notRead(e.Object.String() + " could not be taken apart")
	}
	return celValue(value)
}

func (e *evaluation) podsValue() ref.Val {
	w := e.Workload()
	if w == nil {
		return notRead("a " + e.Object.Kind + " runs no pods")
	}
	if why, gap := e.gapOf("Pod"); gap {
		return notRead(why)
	}
	pods := make([]metav1.Object, len(w.Pods))
	for i, pod := range w.Pods {
		pods[i] = pod
	}
	return listValue("Pod", pods)
}

// gapOf tells that a kind could not be read in the object's namespace.
func (e *evaluation) gapOf(kind string) (why string, gap bool) {
	for _, missing := range e.Gaps {
		if missing.Kind == kind && missing.Name == "" && (missing.Namespace == "" || missing.Namespace == e.Object.Namespace) {
			return missing.Why, true
		}
	}
	return "", false
}

func listValue(kind string, objects []metav1.Object) ref.Val {
	sorted := slices.Clone(objects)
	slices.SortStableFunc(sorted, func(a, b metav1.Object) int { return compareRefs(refOf(kind, a), refOf(kind, b)) })
	list := make([]any, 0, len(sorted))
	for _, object := range sorted {
		value, err := jsonOf(kind, object)
		if err != nil {
			return notRead(refOf(kind, object).String() + " could not be taken apart")
		}
		list = append(list, value)
	}
	return celValue(list)
}

// kindValue lists all objects of a kind, in the namespaces that the playbook
// looks at. It is an error unless all of them were read and may be seen: a list
// with gaps would say no where nobody knows.
func (e *evaluation) kindValue(kind string) ref.Val {
	if kind == "" {
		return notRead("no kind is named")
	}
	namespaces := e.own.namespaces(kind, e.Object.Namespace)
	for _, namespace := range namespaces {
		if !e.read(kind, namespace) {
			return notRead(e.why(kind, namespace))
		}
	}
	if e.hides(kind, namespaces) {
		return notRead("some of the " + plural(kind) + " you may not see")
	}
	var found []metav1.Object
	for _, shelf := range e.Objects.shelves() {
		if shelf.kind != kind && shelf.kind != "" {
			continue
		}
		shelf.each(func(object metav1.Object) {
			if other, ok := object.(*unstructured.Unstructured); ok && other.GetKind() != kind {
				return
			}
			if slices.Contains(namespaces, object.GetNamespace()) {
				found = append(found, object)
			}
		})
	}
	return listValue(kind, found)
}

// hides tells that objects of a kind are there which the asker may not see.
func (e *evaluation) hides(kind string, namespaces []string) bool {
	return slices.ContainsFunc(e.Hidden, func(ref Ref) bool { return ref.Kind == kind && slices.Contains(namespaces, ref.Namespace) })
}

// configsValue lists ConfigMaps or Secrets: their keys with hashes, never a
// value.
func (e *evaluation) configsValue(kind string) ref.Val {
	namespaces := e.own.namespaces(kind, e.Object.Namespace)
	if e.hides(kind, namespaces) {
		return notRead("some of the " + plural(kind) + " you may not see")
	}
	list := []any{}
	for _, namespace := range namespaces {
		if !e.read(kind, namespace) && !e.haveAll(kind, namespace) {
			return notRead(e.why(kind, namespace))
		}
		for i := range e.Configs {
			if c := &e.Configs[i]; c.Kind == kind && c.Namespace == namespace {
				list = append(list, configValue(c))
			}
		}
	}
	return celValue(list)
}

// haveAll tells that of another namespace all is there that the playbook
// collects from it by name.
func (e *evaluation) haveAll(kind, namespace string) bool {
	if namespace == e.Object.Namespace {
		return false
	}
	for _, c := range e.own.collect {
		if c.Kind == kind && c.Namespace == namespace && e.configs[Ref{kind, namespace, c.Name}] == nil {
			return false
		}
	}
	return true
}

func configValue(c *Config) map[string]any {
	value := map[string]any{"name": c.Name, "namespace": c.Namespace, "labels": stringsOf(c.Labels), "annotations": stringsOf(c.Annotations)}
	if !c.Created.IsZero() {
		value["created"] = c.Created.UTC()
	}
	if c.Type != "" {
		value["type"] = c.Type
	}
	if !c.KeysKnown {
		return value // asking for its keys is an error, and the verdict unknown
	}
	keys := map[string]any{}
	for _, key := range c.Keys {
		keys[key.Name] = map[string]any{"hash": key.Hash, "bytes": int64(key.Bytes)}
	}
	value["keys"] = keys
	return value
}
