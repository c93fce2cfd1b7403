package kube

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	deploymentutil "k8s.io/kubectl/pkg/util/deployment"
)

// changeCause is the annotation in which people and pipelines say why a
// revision was made (kubectl rollout history shows it).
const changeCause = "kubernetes.io/change-cause"

// keptAnnotations are the annotations of a Deployment that an undo leaves
// alone. All others it replaces by the revision's (kubectl's rollback does so).
var keptAnnotations = map[string]bool{
	corev1.LastAppliedConfigAnnotation:       true,
	deploymentutil.RevisionAnnotation:        true,
	deploymentutil.RevisionHistoryAnnotation: true,
	deploymentutil.DesiredReplicasAnnotation: true,
	deploymentutil.MaxReplicasAnnotation:     true,
	appsv1.DeprecatedRollbackTo:              true,
}

// Revision is one pod template that the workload has or had.
type Revision struct {
	Number   int64
	Name     string // of the ReplicaSet or ControllerRevision that keeps it
	Template Template
	// Annotations are the Deployment's own as they were with this template;
	// nil for StatefulSets and DaemonSets, whose history does not keep them.
	Annotations map[string]string
	Created     time.Time // when the template first came up; a return to it does not change that
	Cause       string    // the change-cause, hostile text
	Earlier     []int64   // numbers that the same template had before, oldest first
	Pods, Ready int32     // pods of this revision now; Deployments only

	patch []byte // what restores it, for StatefulSets and DaemonSets
}

// History is a workload's revisions, newest first.
type History []Revision

// Revisions reads the workload's history.
func (c *Cluster) Revisions(ctx context.Context, w *Workload) (History, error) {
	keep := controllerRevisions
	read := fromControllerRevision
	if w.Kind == "Deployment" {
		keep, read = resources["ReplicaSet"], fromReplicaSet
	}
	objects, err := c.list(ctx, keep, w)
	if err != nil {
		return nil, err
	}
	history := make(History, 0, len(objects))
	for i := range objects {
		if !controlledBy(&objects[i], w.UID) {
			continue
		}
		revision, err := read(&objects[i])
		if err != nil {
			return nil, fmt.Errorf("reading the revision %s of %s/%s: %w", objects[i].GetName(), w.Namespace, w.Name, err)
		}
		if revision.Number > 0 { // zero: its controller has not numbered it yet
			history = append(history, revision)
		}
	}
	slices.SortFunc(history, func(a, b Revision) int {
		return cmp.Or(cmp.Compare(b.Number, a.Number), strings.Compare(a.Name, b.Name))
	})
	return history, nil
}

func (c *Cluster) list(ctx context.Context, gvr schema.GroupVersionResource, w *Workload) ([]unstructured.Unstructured, error) {
	list, err := c.Dynamic.Resource(gvr).Namespace(w.Namespace).List(ctx, metav1.ListOptions{LabelSelector: w.Selector.String()})
	if err != nil {
		return nil, c.failed("list the "+gvr.Resource+" of "+w.Namespace+"/"+w.Name, err)
	}
	return list.Items, nil
}

func controlledBy(o *unstructured.Unstructured, uid string) bool {
	owner := metav1.GetControllerOf(o)
	return owner != nil && string(owner.UID) == uid
}

func fromReplicaSet(o *unstructured.Unstructured) (Revision, error) {
	template, _, err := unstructured.NestedMap(o.Object, "spec", "template")
	if err != nil {
		return Revision{}, err
	}
	annotations := o.GetAnnotations()
	pods, _, _ := unstructured.NestedInt64(o.Object, "status", "replicas")
	ready, _, _ := unstructured.NestedInt64(o.Object, "status", "readyReplicas")
	number, _ := strconv.ParseInt(annotations[deploymentutil.RevisionAnnotation], 10, 64)
	return Revision{
		Number: number, Name: o.GetName(), Template: newTemplate(template),
		Annotations: restorable(annotations), Cause: annotations[changeCause],
		Created: o.GetCreationTimestamp().Time, Earlier: numbers(annotations[deploymentutil.RevisionHistoryAnnotation]),
		Pods: int32(pods), Ready: int32(ready),
	}, nil
}

func fromControllerRevision(o *unstructured.Unstructured) (Revision, error) {
	template, found, err := unstructured.NestedMap(o.Object, "data", "spec", "template")
	if err != nil || !found {
		return Revision{}, fmt.Errorf("it holds no pod template: %w", err)
	}
	patch, err := restoring(o)
	if err != nil {
		return Revision{}, err
	}
	number, _, err := unstructured.NestedInt64(o.Object, "revision")
	return Revision{
		Number: number, Name: o.GetName(), Template: newTemplate(template),
		Created: o.GetCreationTimestamp().Time, Cause: o.GetAnnotations()[changeCause], patch: patch,
	}, err
}

// restoring writes the patch that brings a ControllerRevision's template back,
// whole, and nothing else: whoever may write the revision could otherwise add
// to it what no plan shows.
func restoring(o *unstructured.Unstructured) ([]byte, error) {
	template, _, err := unstructured.NestedMap(o.Object, "data", "spec", "template")
	if err != nil {
		return nil, err
	}
	template["$patch"] = "replace"
	return utiljson.Marshal(map[string]any{"spec": map[string]any{"template": template}})
}

// restorable leaves out the annotations that an undo does not touch.
func restorable(annotations map[string]string) map[string]string {
	rest := maps.Clone(annotations)
	maps.DeleteFunc(rest, func(key, _ string) bool { return keptAnnotations[key] })
	if rest == nil {
		rest = map[string]string{}
	}
	return rest
}

// numbers reads "3,7", as the Deployment controller writes it.
func numbers(list string) []int64 {
	var found []int64
	for word := range strings.SplitSeq(list, ",") {
		if n, err := strconv.ParseInt(word, 10, 64); err == nil {
			found = append(found, n)
		}
	}
	return found
}

// Current gives the revision of the workload's present template, or nil while
// its controller has not kept it yet.
func (h History) Current(w *Workload) *Revision { return h.With(w.Template.Hash()) }

// With gives the newest revision whose template has the hash, or nil.
func (h History) With(hash string) *Revision {
	for i := range h {
		if h[i].Template.Hash() == hash {
			return &h[i]
		}
	}
	return nil
}

// Numbered gives the revision of that number, or nil.
func (h History) Numbered(number int64) *Revision {
	for i := range h {
		if h[i].Number == number {
			return &h[i]
		}
	}
	return nil
}

// Previous gives the newest revision that differs from the present template,
// or nil when there is none.
func (h History) Previous(w *Workload) *Revision {
	now := w.Template.Hash()
	for i := range h {
		if h[i].Template.Hash() != now {
			return &h[i]
		}
	}
	return nil
}
