package diagnose

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/ops"
)

// eventTextLimit bounds an event's message, in characters: the API allows 1,024.
const eventTextLimit = 1024

// Event is what is kept of an Event of the cluster.
type Event struct {
	About   Ref       `json:"about"`
	UID     string    `json:"uid,omitempty"`   // of the object it is about
	Field   string    `json:"field,omitempty"` // e.g. "spec.containers{checkout}"
	Warning bool      `json:"warning,omitempty"`
	Reason  string    `json:"reason"`
	Message string    `json:"message"` // redacted
	Count   int32     `json:"count"`   // at least 1
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
	By      string    `json:"by,omitempty"`   // the component that says so
	Host    string    `json:"host,omitempty"` // the node that it says so from
	// Related is the other object that it is about, such as the pod that another
	// had to give way to; empty where the asker may not see that one.
	Related Ref `json:"related,omitzero"`
}

// Container is the name of the container that the event is about, or "".
func (e *Event) Container() string {
	for _, prefix := range []string{"spec.containers{", "spec.initContainers{", "spec.ephemeralContainers{"} {
		if len(e.Field) > len(prefix)+1 && e.Field[:len(prefix)] == prefix && e.Field[len(e.Field)-1] == '}' {
			return e.Field[len(prefix) : len(e.Field)-1]
		}
	}
	return ""
}

func eventOf(e *corev1.Event) Event {
	event := Event{
		About: Ref{Kind: e.InvolvedObject.Kind, Namespace: e.InvolvedObject.Namespace, Name: e.InvolvedObject.Name},
		UID:   string(e.InvolvedObject.UID), Field: e.InvolvedObject.FieldPath,
		Warning: e.Type == corev1.EventTypeWarning, Reason: e.Reason,
		Message: ops.Shorten(redact.Text(e.Message), eventTextLimit),
		Count:   max(1, e.Count), First: e.FirstTimestamp.Time, Last: e.LastTimestamp.Time,
		By: e.Source.Component, Host: e.Source.Host,
	}
	if e.Related != nil {
		event.Related = Ref{Kind: e.Related.Kind, Namespace: e.Related.Namespace, Name: e.Related.Name}
	}
	if event.By == "" {
		event.By = e.ReportingController
	}
	if e.Series != nil {
		event.Count, event.Last = max(event.Count, e.Series.Count), e.Series.LastObservedTime.Time
	}
	if event.First.IsZero() {
		event.First = e.EventTime.Time
	}
	if event.Last.IsZero() {
		event.Last = event.First
	}
	return event
}
