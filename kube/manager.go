package kube

import (
	"encoding/json"
	"time"
)

// Hand is who changed a field last, as the API server noted it.
type Hand struct {
	Manager string // the client's name for itself: "kubectl-edit", "argocd-controller"
	At      time.Time
}

// ChangedBy gives the hand that last changed the field at the path, such as
// "spec", "template". It is empty when nobody is noted.
func (w *Workload) ChangedBy(path ...string) Hand {
	var last Hand
	for _, entry := range w.object.GetManagedFields() {
		if entry.Time == nil || entry.FieldsV1 == nil || entry.Subresource == "status" || entry.Time.Time.Before(last.At) {
			continue
		}
		var fields map[string]any
		if json.Unmarshal(entry.FieldsV1.GetRawBytes(), &fields) == nil && owns(fields, path) {
			last = Hand{Manager: entry.Manager, At: entry.Time.Time}
		}
	}
	return last
}

// Managers gives the name of every client that owns a field.
func (w *Workload) Managers() []string {
	var names []string
	for _, entry := range w.object.GetManagedFields() {
		names = append(names, entry.Manager)
	}
	return names
}

func owns(fields map[string]any, path []string) bool {
	for _, name := range path {
		next, ok := fields["f:"+name].(map[string]any)
		if !ok {
			return false
		}
		fields = next
	}
	return true
}
