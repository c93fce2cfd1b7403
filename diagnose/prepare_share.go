package diagnose

import (
	"reflect"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// modelsLimit bounds how many owners' objects are remembered.
const modelsLimit = 4096

// sharing lets objects of one owner have in common what is equal in them: the
// 4,000 pods of a Deployment differ in their names, addresses and times, and
// each comes with a copy of the rest.
type sharing struct{ models map[types.UID]model }

// model is the newest object of an owner.
type model struct {
	value reflect.Value
	names []Ref
}

// share makes the object use the parts of another one of its owner, wherever
// they are equal. It writes to the object, and to nothing that is not equal.
func (s *sharing) share(made *prepared) {
	owner := metav1.GetControllerOfNoCopy(made.meta)
	if owner == nil {
		return
	}
	value := reflect.ValueOf(made.object).Elem()
	known, ok := s.models[owner.UID]
	if ok && known.value.Type() == value.Type() {
		adopt(known.value, value)
		if slices.Equal(known.names, made.names) {
			made.names = known.names
		}
	}
	if len(s.models) >= modelsLimit {
		clear(s.models) // the next of each owner is its model then
	}
	s.models[owner.UID] = model{value, made.names}
}

var timeType = reflect.TypeFor[time.Time]()

// adopt gives value the model's parts wherever they are equal, and tells
// whether all of it is.
func adopt(model, value reflect.Value) bool {
	switch value.Kind() {
	case reflect.Struct:
		if value.Type() == timeType {
			return model.Interface() == value.Interface()
		}
		equal := true
		for i := range value.NumField() {
			if !value.Type().Field(i).IsExported() {
				return reflect.DeepEqual(model.Interface(), value.Interface())
			}
			equal = adopt(model.Field(i), value.Field(i)) && equal
		}
		return equal
	case reflect.Slice:
		return adoptSlice(model, value)
	case reflect.Pointer:
		if model.IsNil() || value.IsNil() {
			return model.IsNil() && value.IsNil()
		}
		if model.Pointer() == value.Pointer() {
			return true
		}
		return adopted(model, value, adopt(model.Elem(), value.Elem()))
	case reflect.String:
		return adopted(model, value, model.String() == value.String())
	case reflect.Map, reflect.Interface:
		return adopted(model, value, reflect.DeepEqual(model.Interface(), value.Interface()))
	default:
		return model.Equal(value)
	}
}

func adoptSlice(model, value reflect.Value) bool {
	if model.IsNil() || value.IsNil() || model.Len() == 0 || value.Len() == 0 {
		return model.IsNil() == value.IsNil() && model.Len() == value.Len()
	}
	if model.Pointer() == value.Pointer() && model.Len() == value.Len() {
		return true
	}
	equal := model.Len() == value.Len()
	for i := range min(model.Len(), value.Len()) {
		equal = adopt(model.Index(i), value.Index(i)) && equal
	}
	return adopted(model, value, equal)
}

// adopted sets value to the model where they are equal.
func adopted(model, value reflect.Value, equal bool) bool {
	if equal && value.CanSet() {
		value.Set(model)
	}
	return equal
}
