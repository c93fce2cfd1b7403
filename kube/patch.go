package kube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/ops"
)

// ErrChanged says that the object is no longer as it was read, and that the
// patch changed nothing: read it again and decide anew.
var ErrChanged = errors.New("the object has changed since it was read")

// RestartedAt is the annotation on the pods by which kubectl rollout restart
// makes a new template.
const RestartedAt = "kubectl.kubernetes.io/restartedAt"

// operation is one step of a JSON patch (RFC 6902).
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// Restore gives the workload the template of the revision, and a Deployment the
// annotations that go with it, as kubectl rollout undo does; but only if it is
// still as it was read. Otherwise it gives ErrChanged or a *ops.Refusal.
func (c *Cluster) Restore(ctx context.Context, w *Workload, revision *Revision) error {
	if w.Kind != "Deployment" {
		return c.merge(ctx, w, revision.patch)
	}
	annotations := make(map[string]string, len(revision.Annotations))
	for key, value := range w.Annotations {
		if keptAnnotations[key] {
			annotations[key] = value
		}
	}
	for key, value := range revision.Annotations {
		annotations[key] = value
	}
	steps := append(
		w.asRead("metadata", "annotations"),
		operation{"replace", "/spec/template", revision.Template},
		operation{"add", "/metadata/annotations", annotations},
	)
	return c.apply(ctx, w, steps)
}

// Restart gives the workload's pods the annotation restartedAt, as kubectl
// rollout restart does; but only if it is still as it was read.
func (c *Cluster) Restart(ctx context.Context, w *Workload, at time.Time) error {
	stamp := map[string]any{RestartedAt: at.UTC().Format(time.RFC3339)}
	if w.Kind != "Deployment" {
		patch, err := json.Marshal(map[string]any{"spec": map[string]any{"template": map[string]any{"metadata": map[string]any{"annotations": stamp}}}})
		if err != nil {
			return fmt.Errorf("writing the patch: %w", err)
		}
		return c.merge(ctx, w, patch)
	}
	const path = "/spec/template/metadata/annotations"
	step := operation{"add", path, stamp}
	if len(w.Template.Annotations()) > 0 {
		step = operation{"add", path + "/" + strings.ReplaceAll(RestartedAt, "/", "~1"), stamp[RestartedAt]}
	}
	return c.apply(ctx, w, append(w.asRead(), step))
}

// SetReplicas asks for another number of pods; but only if the number is still
// the one that was read.
func (c *Cluster) SetReplicas(ctx context.Context, w *Workload, replicas int32) error {
	return c.apply(ctx, w, []operation{
		{"test", "/metadata/uid", w.UID},
		{"test", "/spec/replicas", w.Counts.Desired},
		{"replace", "/spec/replicas", replicas},
	})
}

// asRead are the preconditions of a patch to a Deployment: it is the same
// object, not paused, with the template that was read, field for field, and
// with the other field named.
func (w *Workload) asRead(other ...string) []operation {
	template, _, _ := unstructured.NestedFieldNoCopy(w.object.Object, "spec", "template")
	steps := []operation{
		{"test", "/metadata/uid", w.UID},
		{"test", "/spec/paused", nil}, // the API leaves it out when false
		{"test", "/spec/template", template},
	}
	if value, found, _ := unstructured.NestedFieldNoCopy(w.object.Object, other...); found && len(other) > 0 {
		steps = append(steps, operation{"test", "/" + strings.Join(other, "/"), value})
	}
	return steps
}

// apply sends a JSON patch.
func (c *Cluster) apply(ctx context.Context, w *Workload, steps []operation) error {
	patch, err := json.Marshal(steps)
	if err != nil {
		return fmt.Errorf("writing the patch: %w", err)
	}
	return c.send(ctx, w, types.JSONPatchType, patch)
}

// merge sends a strategic merge patch, with the uid and the resourceVersion
// that were read as its precondition.
func (c *Cluster) merge(ctx context.Context, w *Workload, patch []byte) error {
	var body map[string]any
	if err := json.Unmarshal(patch, &body); err != nil {
		return fmt.Errorf("reading the revision's patch: %w", err)
	}
	body["metadata"] = map[string]any{"uid": w.UID, "resourceVersion": w.object.GetResourceVersion()}
	patch, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("writing the patch: %w", err)
	}
	return c.send(ctx, w, types.StrategicMergePatchType, patch)
}

func (c *Cluster) send(ctx context.Context, w *Workload, kind types.PatchType, patch []byte) error {
	_, err := c.Dynamic.Resource(resources[w.Kind]).Namespace(w.Namespace).
		Patch(ctx, w.Name, kind, patch, metav1.PatchOptions{FieldManager: FieldManager})
	switch {
	case err == nil:
		return nil
	case apierrors.IsNotFound(err):
		return gone(w.Kind, w.Namespace, w.Name)
	case apierrors.IsConflict(err), preconditionFailed(err):
		return fmt.Errorf("%w: %w", ErrChanged, err)
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err), deniedByAdmission(err):
		return refusedByServer(w, err)
	}
	return c.failed("patch the "+w.Kind+" "+w.Namespace+"/"+w.Name, err)
}

// preconditionFailed tells a JSON patch whose test did not hold from an object
// that the server found invalid: only the second is about a named object.
func preconditionFailed(err error) bool {
	var status apierrors.APIStatus
	if !apierrors.IsInvalid(err) || !errors.As(err, &status) {
		return false
	}
	details := status.Status().Details
	return details == nil || details.Name == ""
}

// deniedByAdmission tells an admission webhook's or policy's no from a missing
// permission: both may be 403.
func deniedByAdmission(err error) bool {
	return apierrors.IsForbidden(err) && (strings.Contains(err.Error(), "denied the request") || strings.Contains(err.Error(), "denied request"))
}

// refusedByServer gives the API server's own words for what it did not accept.
func refusedByServer(w *Workload, err error) *ops.Refusal {
	return &ops.Refusal{
		Reason: ops.NotAllowed,
		What:   fmt.Sprintf("Nothing was changed: the API server refused the change to %s.", w.target(&Cluster{}).Object()),
		Why:    "It says: " + ops.Shorten(redact.Text(err.Error()), 500),
		Next:   "Mend what it names, then give the command again.",
		Err:    err,
	}
}
