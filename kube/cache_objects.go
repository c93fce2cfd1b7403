package kube

import (
	"context"
	"fmt"

	"go.uber.org/zap"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/selection"
	"k8s.io/client-go/tools/cache"
)

// countEvery is how often objects are counted that have a bound: to count costs
// a look at each.
const countEvery = 1000

// labelIndex finds objects by a namespace and one label with its value.
const labelIndex = "label"

func labelPairs(object any) ([]string, error) {
	m, err := meta.Accessor(object)
	if err != nil {
		return nil, fmt.Errorf("reading the labels: %w", err)
	}
	pairs := make([]string, 0, len(m.GetLabels()))
	for name, value := range m.GetLabels() {
		pairs = append(pairs, labelPair(m.GetNamespace(), name, value))
	}
	return pairs, nil
}

func labelPair(namespace, name, value string) string { return namespace + "/" + name + "=" + value }

// Objects gives what is kept of a namespace, or of all when it is empty, and
// has the labels, in no order. A nil selector selects everything. Nobody
// changes the objects.
func (s *Shelf) Objects(namespace string, selector labels.Selector) []runtime.Object {
	found := s.candidates(namespace, selector)
	objects := make([]runtime.Object, 0, len(found))
	for _, one := range found {
		object, ok := one.(runtime.Object)
		if !ok {
			continue
		}
		if selector != nil && !selector.Empty() {
			m, err := meta.Accessor(object)
			if err != nil || !selector.Matches(labels.Set(m.GetLabels())) {
				continue
			}
		}
		objects = append(objects, object)
	}
	return objects
}

// candidates gives the objects that a selector need be held against: those with
// the rarest label that it asks for.
func (s *Shelf) candidates(namespace string, selector labels.Selector) []any {
	var fewest []any
	if s.kept.ByLabel && namespace != "" && selector != nil {
		requirements, _ := selector.Requirements()
		for _, r := range requirements {
			if r.Operator() != selection.Equals && r.Operator() != selection.DoubleEquals && (r.Operator() != selection.In || r.Values().Len() != 1) {
				continue
			}
			found, err := s.store.ByIndex(labelIndex, labelPair(namespace, r.Key(), r.ValuesUnsorted()[0]))
			if err != nil {
				continue // there is no such index
			}
			if len(found) == 0 {
				return nil
			}
			if fewest == nil || len(found) < len(fewest) {
				fewest = found
			}
		}
	}
	switch {
	case fewest != nil:
		return fewest
	case namespace != "":
		found, _ := s.store.ByIndex(cache.NamespaceIndex, namespace) // the index is there
		return found
	default:
		return s.store.List()
	}
}

// Object gives one object, nil if it is not there.
func (s *Shelf) Object(namespace, name string) runtime.Object {
	key := name
	if namespace != "" {
		key = namespace + "/" + name
	}
	found, there, _ := s.store.GetByKey(key) // it cannot fail
	if object, ok := found.(runtime.Object); there && ok {
		return object
	}
	return nil
}

// Add takes in an object of a watch. It is for the reflector.
func (s *Shelf) Add(object any) error {
	if s.added++; s.kept.Most > 0 && s.added%countEvery == 0 && len(s.store.ListKeys()) > s.kept.Most {
		s.overflow()
		return nil
	}
	return s.store.Add(object)
}

// Update takes in a change of a watch. It is for the reflector.
func (s *Shelf) Update(object any) error { return s.store.Update(object) }

// Delete takes out an object of a watch. It is for the reflector.
func (s *Shelf) Delete(object any) error { return s.store.Delete(object) }

// Resync does nothing. It is for the reflector.
func (s *Shelf) Resync() error { return nil }

// Replace takes in every object at once. It is for the reflector.
func (s *Shelf) Replace(objects []any, version string) error {
	if s.kept.Most > 0 && len(objects) > s.kept.Most {
		s.overflow()
		return nil
	}
	if err := s.store.Replace(objects, version); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err, s.filled, s.tried = nil, true, true
	return nil
}

// overflow gives the kind up for a while.
func (s *Shelf) overflow() {
	s.mu.Lock()
	var stop context.CancelFunc
	if stop = s.stop; s.err != errCrowded { //nolint:errorlint // it is our own
		s.log.Warn("a kind cannot be kept in memory; it is read from the API server when it is asked for", zap.Error(errCrowded))
	}
	s.err, s.tried = errCrowded, true
	s.mu.Unlock()
	_ = s.store.Replace(nil, "") // it cannot fail without objects
	stop()
}
