// Package kube is how the rest of steward sees Kubernetes: the clusters, the
// one object that a TARGET names, one view over Deployments, StatefulSets and
// DaemonSets with their revisions, who owns them, and the conditional patches
// that change them.
//
// It is the only place where Kubernetes clients are made. Its errors to people
// are *ops.Refusal; it neither asks who may do what nor writes a journal.
package kube
