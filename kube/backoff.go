package kube

import (
	"context"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/ops"
)

// BackOff is what a kubelet said when it held back a container that had failed.
type BackOff struct {
	At   time.Time
	Text string // "Back-off restarting failed container …", hostile text that is redacted and bounded
}

// LastBackOff gives the newest back-off of a pod of a Deployment's revision that
// Kubernetes remembers: it keeps events for an hour. It is nil when there is
// none, and for other kinds, whose pods are not named after their revision.
func (c *Cluster) LastBackOff(ctx context.Context, w *Workload, revision *Revision) (*BackOff, error) {
	if w.Kind != "Deployment" {
		return nil, nil
	}
	list, err := c.Typed.CoreV1().Events(w.Namespace).List(ctx, metav1.ListOptions{
		FieldSelector: fields.Set{"involvedObject.kind": "Pod", "reason": "BackOff"}.String(),
	})
	if err != nil {
		return nil, c.failed("list the events of "+w.Namespace, err)
	}
	var last *BackOff
	for _, event := range list.Items {
		at := event.LastTimestamp.Time
		if event.Series != nil {
			at = event.Series.LastObservedTime.Time
		}
		if at.IsZero() {
			at = event.EventTime.Time
		}
		if !strings.HasPrefix(event.InvolvedObject.Name, revision.Name+"-") || last != nil && !at.After(last.At) {
			continue
		}
		last = &BackOff{At: at, Text: ops.Shorten(redact.Text(event.Message), 200)}
	}
	return last, nil
}
