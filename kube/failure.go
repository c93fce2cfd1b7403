package kube

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/steward-bot/steward/ops"
)

// forbiddenWhy marks the refusals that a missing permission of steward itself
// brings about.
const forbiddenWhy = "The cluster's own RBAC forbids it."

// failed turns an error of the API server into one for people. Doing says what
// steward wanted, as in "read the Deployment shop/checkout". What the server
// refused for its content stays a plain error, and so does a cancelled context.
func (c *Cluster) failed(doing string, err error) error {
	var refusal *ops.Refusal
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refusal):
		return refusal
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("asking cluster %s to %s: %w", c.Name, doing, err)
	case apierrors.IsForbidden(err), apierrors.IsUnauthorized(err):
		return &ops.Refusal{
			Reason: ops.Unavailable,
			What:   fmt.Sprintf("steward itself may not %s in cluster %s.", doing, c.Name),
			Why:    forbiddenWhy,
			Next:   "Ask whoever runs steward to grant its service account the role in deploy/kubernetes; `steward doctor` lists what is missing.",
			Err:    err,
		}
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err), apierrors.IsConflict(err), apierrors.IsNotFound(err):
		return fmt.Errorf("asking cluster %s to %s: %w", c.Name, doing, err)
	}
	return &ops.Refusal{
		Reason: ops.Unavailable,
		What:   fmt.Sprintf("Cluster %s does not answer.", c.Name),
		Why:    fmt.Sprintf("steward could not %s.", doing),
		Next:   "Try again in a moment; if it stays so, look at the cluster's API server.",
		Err:    err,
	}
}

// gone refuses because the object is not there any more.
func gone(kind, namespace, name string) *ops.Refusal {
	target := ops.Target{Namespace: namespace, Kind: kind, Name: name}
	return &ops.Refusal{
		Reason: ops.Gone,
		What:   fmt.Sprintf("%s is gone.", target.Object()),
		Why:    "It was deleted, or deleted and made anew, since you asked.",
		Next:   "Give the command again to act on what is there now.",
	}
}
