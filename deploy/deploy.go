// Package deploy carries the files that steward is deployed with, where the
// program itself must know them: doctor asks for exactly the permissions that
// the manifest grants.
package deploy

import _ "embed" // for the manifest below

// KubernetesRBAC is the manifest of the roles that steward needs in a cluster.
//
//go:embed kubernetes/rbac.yaml
var KubernetesRBAC []byte
