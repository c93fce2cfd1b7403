package diagnose

import (
	"time"
)

// Change is something that somebody or something did. Those that Kubernetes
// itself remembers are worked out from the snapshot; others (a deployment
// pipeline, a feature flag) come from outside.
type Change struct {
	At      time.Time `json:"at"`
	Source  string    `json:"source"` // "rollout", "config", "scale", "node", "policy", "access"; or what a source outside calls itself
	Who     string    `json:"who,omitempty"`
	Summary string    `json:"summary"`
	Link    string    `json:"link,omitempty"`
	Object  Ref       `json:"object"`          // what was changed
	Field   string    `json:"field,omitempty"` // which part of it, e.g. "spec.template", "data.REDIS_URL"
}
