package diagnose

import (
	"context"
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/steward-bot/steward/ops"
)

// why says for people why something could not be done, and what would help.
func why(err error, doing string) string {
	switch {
	case apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err):
		return "steward may not " + doing + ": its role lacks that rule"
	case errors.Is(err, context.DeadlineExceeded) || apierrors.IsTimeout(err) || apierrors.IsServerTimeout(err):
		return "the API server did not let steward " + doing + " in time"
	case apierrors.IsNotFound(err):
		return "the API server has nothing to " + doing
	default:
		return "steward could not " + doing + ": " + ops.Shorten(err.Error(), 160)
	}
}
