package kube

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/ops"
)

// Trouble says what keeps pods of the workload's present template from coming
// up, in one clause: "2 new pods are in ImagePullBackOff". It is empty when
// nothing is known to, which a slow start is not.
func (c *Cluster) Trouble(ctx context.Context, w *Workload) (string, error) {
	if failure := w.Condition("ReplicaFailure"); failure != nil && failure.Status == "True" {
		return "pods cannot be created: " + strings.TrimSuffix(ops.Shorten(redact.Text(failure.Message), 300), "."), nil
	}
	if w.Counts.Updated == 0 {
		return "", nil
	}
	history, err := c.Revisions(ctx, w)
	if err != nil {
		return "", err
	}
	present := history.Current(w)
	if present == nil {
		return "", nil
	}
	list, err := c.Typed.CoreV1().Pods(w.Namespace).List(ctx, metav1.ListOptions{LabelSelector: w.Selector.String()})
	if err != nil {
		return "", c.failed("list the pods of "+w.Namespace+"/"+w.Name, err)
	}
	in := map[string]int{}
	for _, pod := range list.Items {
		owner := metav1.GetControllerOf(&pod)
		if owner == nil || pod.DeletionTimestamp != nil || !failing[state(pod)] {
			continue
		}
		if owner.Name == present.Name || string(owner.UID) == w.UID && w.keeps(pod.Labels, present) {
			in[state(pod)]++
		}
	}
	clauses := make([]string, 0, len(in))
	for _, state := range slices.Sorted(maps.Keys(in)) {
		clauses = append(clauses, fmt.Sprintf("%s in %s", newPods(in[state]), state))
	}
	return strings.Join(clauses, ", "), nil
}

func newPods(n int) string {
	if n == 1 {
		return "1 new pod is"
	}
	return fmt.Sprintf("%d new pods are", n)
}
