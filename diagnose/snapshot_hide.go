package diagnose

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// hide takes out of the snapshot's texts what hide hides: logs, events,
// annotations, and what people said about changes. It must be done before
// anybody else has the snapshot.
func (s *Snapshot) hide(hide func(string) string) {
	for i := range s.Logs {
		s.Logs[i].Text = hide(s.Logs[i].Text)
	}
	for i := range s.Events {
		s.Events[i].Message = hide(s.Events[i].Message)
	}
	for i := range s.Changes {
		s.Changes[i].Who, s.Changes[i].Summary = hide(s.Changes[i].Who), hide(s.Changes[i].Summary)
	}
	for i := range s.Configs {
		s.Configs[i].Annotations = hideValues(s.Configs[i].Annotations, hide)
	}
	for _, shelf := range s.Objects.shelves() {
		shelf.own()
	}
	s.Objects.each(func(_ string, object metav1.Object) {
		object.SetAnnotations(hideValues(object.GetAnnotations(), hide))
	})
}

// hideValues gives a copy with its values hidden: maps of objects are shared
// with caches.
func hideValues(values map[string]string, hide func(string) string) map[string]string {
	if len(values) == 0 {
		return values
	}
	hidden := make(map[string]string, len(values))
	for key, value := range values {
		hidden[key] = hide(value)
	}
	return hidden
}
