package diagnose

import (
	"errors"
	"reflect"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
)

const emptyText = types.String("")

// selectsIn tells whether a selector, as a LabelSelector or as a plain map of
// labels, selects some labels.
func selectsIn(selector, of ref.Val) ref.Val {
	wanted, err := mapOf(selector)
	if err != nil {
		return types.NewErr("selects: the selector is %s", err)
	}
	has, err := mapOf(of)
	if err != nil {
		return types.NewErr("selects: the labels are %s", err)
	}
	set := labels.Set{}
	for name, value := range has {
		set[name], _ = value.(string)
	}
	_, byLabels := wanted["matchLabels"]
	_, byExpressions := wanted["matchExpressions"]
	if !byLabels && !byExpressions {
		wanted = map[string]any{"matchLabels": wanted}
	}
	var parsed metav1.LabelSelector
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(wanted, &parsed); err != nil {
		return types.NewErr("selects: this is no selector")
	}
	by, err := metav1.LabelSelectorAsSelector(&parsed)
	if err != nil {
		return types.NewErr("selects: this is no selector: %s", err)
	}
	return types.Bool(by.Matches(set))
}

var errNoMap = errors.New("no map with names as keys")

// mapOf is a map of CEL as a map of Go.
func mapOf(value ref.Val) (map[string]any, error) {
	switch native := value.Value().(type) {
	case map[string]any:
		return native, nil
	case map[string]string:
		return stringsOf(native), nil
	}
	mapper, ok := value.(traits.Mapper)
	if !ok {
		return nil, errNoMap
	}
	native, err := mapper.ConvertToNative(reflect.TypeFor[map[string]any]())
	if err != nil {
		return nil, errNoMap
	}
	result, ok := native.(map[string]any)
	if !ok {
		return nil, errNoMap
	}
	for key, element := range result {
		if wrapped, ok := element.(ref.Val); ok {
			result[key] = wrapped.Value()
		}
	}
	return result, nil
}

// nearestOf is the name in a list that is nearest to a name, "" if none is near.
func nearestOf(name, names ref.Val) ref.Val {
	wrong, isText := name.Value().(string)
	list, isList := names.(traits.Lister)
	if !isText || !isList || len(wrong) > nameLength {
		return types.NewErr("nearest wants a name and a list of names")
	}
	var known []string
	for it := list.Iterator(); it.HasNext() == types.True && len(known) < namesLimit; {
		if each, ok := it.Next().Value().(string); ok && len(each) <= nameLength {
			known = append(known, each)
		}
	}
	if near := nearNames(wrong, known); len(near) > 0 {
		return types.String(near[0])
	}
	return emptyText
}

// containersNotReady lists the containers of pods that should be ready and are
// not: {pod, container, reason, message, restarts}.
func containersNotReady(pods ref.Val) ref.Val {
	list, ok := pods.(traits.Lister)
	if !ok {
		return types.NewErr("containersNotReady wants a list of pods")
	}
	found := []any{}
	for it := list.Iterator(); it.HasNext() == types.True; {
		pod, ok := it.Next().Value().(map[string]any)
		if !ok {
			return types.NewErr("containersNotReady wants a list of pods")
		}
		status, _ := pod["status"].(map[string]any)
		metadata, _ := pod["metadata"].(map[string]any)
		if status["phase"] == "Succeeded" || metadata["deletionTimestamp"] != nil {
			continue
		}
		statuses, _ := status["containerStatuses"].([]any)
		for _, each := range statuses {
			container, _ := each.(map[string]any)
			if ready, _ := container["ready"].(bool); ready || container == nil {
				continue
			}
			reason, message := waitingIn(container)
			found = append(found, map[string]any{
				"pod": metadata["name"], "container": container["name"], "reason": reason, "message": message, "restarts": container["restartCount"],
			})
		}
	}
	return celValue(found)
}

// waitingIn is why a container, as JSON, waits or has ended.
func waitingIn(container map[string]any) (reason, message string) {
	state, _ := container["state"].(map[string]any)
	for _, of := range []string{"waiting", "terminated"} {
		if at, ok := state[of].(map[string]any); ok {
			reason, _ = at["reason"].(string)
			message, _ = at["message"].(string)
			return reason, message
		}
	}
	return "", ""
}

// sizeOf is how much a value holds, for its cost.
func sizeOf(value ref.Val) uint64 {
	if sizer, ok := value.(traits.Sizer); ok {
		if size, ok := sizer.Size().(types.Int); ok && size > 0 {
			return uint64(size)
		}
	}
	return 1
}

var errHidden = errors.New("this value is for helpers only")

// ConvertToNative makes nothing of it.
func (s *scopeValue) ConvertToNative(reflect.Type) (any, error) { return nil, errHidden }

// ConvertToType makes nothing of it.
func (s *scopeValue) ConvertToType(ref.Type) ref.Val { return types.WrapErr(errHidden) }

// Equal is false: nothing can be compared with it.
func (s *scopeValue) Equal(ref.Val) ref.Val { return types.False }

// Type is a type of its own.
func (s *scopeValue) Type() ref.Type { return types.NewOpaqueType("steward.scope") }

// Value is nothing that an expression could look into.
func (s *scopeValue) Value() any { return s.evaluation }
