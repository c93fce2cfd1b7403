package kube

import (
	"context"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// CountPods fills in how many pods of a StatefulSet or DaemonSet run the
// revision now, and how many of them are ready. A Deployment's ReplicaSets have
// said so already. Pods below a StatefulSet's partition do not count: no new
// template reaches them.
func (c *Cluster) CountPods(ctx context.Context, w *Workload, revision *Revision) error {
	if w.Kind == "Deployment" {
		return nil
	}
	list, err := c.Typed.CoreV1().Pods(w.Namespace).List(ctx, metav1.ListOptions{LabelSelector: w.Selector.String()})
	if err != nil {
		return c.failed("list the pods of "+w.Namespace+"/"+w.Name, err)
	}
	revision.Pods, revision.Ready = 0, 0
	for _, pod := range list.Items {
		owner := metav1.GetControllerOf(&pod)
		mine := owner != nil && string(owner.UID) == w.UID && pod.DeletionTimestamp == nil
		if !mine || !w.keeps(pod.Labels, revision) || ordinal(pod.Name) < w.Strategy.Partition {
			continue
		}
		revision.Pods++
		if ready(pod) {
			revision.Ready++
		}
	}
	return nil
}

// keeps tells whether a pod with these labels is of the revision: a StatefulSet
// labels its pods with the ControllerRevision's name, a DaemonSet with the part
// behind its own name.
func (w *Workload) keeps(labels map[string]string, revision *Revision) bool {
	label := labels[appsv1.ControllerRevisionHashLabelKey]
	if w.Kind == "DaemonSet" {
		label = w.Name + "-" + label
	}
	return label == revision.Name
}

// ordinal reads a StatefulSet's pod's number off its name; of other pods it
// gives a number that no partition exceeds.
func ordinal(pod string) int32 {
	number, err := strconv.ParseInt(pod[strings.LastIndex(pod, "-")+1:], 10, 32)
	if err != nil {
		return 1<<31 - 1
	}
	return int32(number)
}
