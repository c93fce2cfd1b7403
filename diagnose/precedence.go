package diagnose

import "slices"

// podCauses are the causes that the pods of one template can have by
// themselves.
var podCauses = []string{
	"image-not-found", "image-pull-auth", "image-name-invalid", "image-wrong-architecture", "command-not-found", "app-exception", "missing-env", "exits-cleanly",
	"permission-denied", "fatal-signal", "port-in-use", "init-failed", "init-waiting", "lifecycle-hook-failed", "memory-limit-too-low", "heap-exceeds-limit", "configmap-missing", "secret-missing",
	"request-exceeds-any-node", "node-selector-unmatched", "untolerated-taint", "pod-affinity-unsatisfied", "topology-spread-unsatisfied", "config-key-missing", "volume-source-missing", "run-as-root-refused", "env-shadowed", "liveness-wrong-target", "liveness-too-tight", "startup-probe-exhausted", "readiness-wrong-target", "deploy-regression",
}

// mutationEffects are what a pod can fail by that was changed on its way in.
var mutationEffects = []string{
	"memory-limit-too-low", "memory-leak", "heap-exceeds-limit", "child-oom", "cpu-throttled", "liveness-too-tight", "startup-probe-exhausted", "readiness-lost", "readiness-wrong-target",
	"image-not-found", "image-pull-auth", "image-rate-limited", "registry-unreachable", "image-wrong-architecture", "image-name-invalid", "image-tag-moved",
	"command-not-found", "missing-env", "env-shadowed", "app-exception", "deploy-regression", "dependency-unreachable", "service-missing", "cluster-full", "request-exceeds-any-node", "no-surge-room",
}

// strickenByNode are the causes that a node which runs nothing explains: what
// its pods look like from outside, and what waits for them to go.
var strickenByNode = []string{
	"shared-cause", "readiness-lost", "readiness-wrong-target", "liveness-too-tight", "deploy-regression", "cpu-throttled", "overload", "stuck-terminating", "volume-attached-elsewhere", "cluster-full",
}

// precedence is the one table of which cause explains which away when both
// hold for one diagnosis. Anything else stands side by side.
var precedence = []struct {
	winner string
	losers []string
	why    string
}{
	{"scaled-to-zero", []string{"dependency-unreachable", "readiness-lost", "init-waiting"}, "nothing can answer where nothing runs"},
	{"service-missing", []string{"dependency-unreachable", "readiness-lost"}, "a name that nobody has cannot be reached"},
	{"dependency-changed", []string{"scaled-to-zero", "dependency-unreachable", "readiness-lost", "init-waiting"}, "somebody did it, at a known time"},
	{"nodes-cordoned", []string{"untolerated-taint", "cluster-full"}, "the taint is how a cordon works"},
	{"node-unreachable", []string{"untolerated-taint", "volume-zone-mismatch"}, "the taint is how Kubernetes says that the node is lost"},
	{"node-runtime-down", []string{"untolerated-taint"}, "the taint is how Kubernetes says that the node is not ready"},
	{"node-pressure", []string{"untolerated-taint"}, "the taint is how Kubernetes says that the node is short of something"},
	{"no-surge-room", []string{"cluster-full", "pod-affinity-unsatisfied", "topology-spread-unsatisfied", "node-slot-exhausted", "quota-exceeded"}, "there would be room if an old pod went first"},
	{"statefulset-blocked", podCauses, "the template is mended already, and does not reach the broken pod"},
	{"rollout-paused", podCauses, "a change of the template waits, and does not reach the broken pods"},
	{"silent-mutation", mutationEffects, "the template asks for something else, and does not reach the pods"},
	{"node-unreachable", strickenByNode, "nothing on it answers, and nobody there lets go of anything"},
	{"node-gone", strickenByNode, "what ran there does not run"},
	{"node-runtime-down", strickenByNode, "the kubelet itself says that it cannot run pods"},
	{"node-pressure", []string{"shared-cause", "readiness-lost", "deploy-regression", "evicted-node-pressure", "permission-denied", "app-exception"}, "the node itself says what it wants, and what fails there says the same"},
	{"pod-network-exhausted", []string{"shared-cause", "deploy-regression"}, "the network says why"},
	{"hpa-at-max", []string{"readiness-lost"}, "each pod has more to do than it should"},
	{"hpa-runaway", []string{"hpa-at-max", "readiness-lost", "cluster-full", "quota-exceeded"}, "its replicas fill whatever there is"},
	{"job-deadline-exceeded", []string{"init-waiting"}, "what waits for the Job waits for ever"},
	{"job-backoff-exceeded", []string{"init-waiting"}, "what waits for the Job waits for ever"},
	{"cluster-dns-down", []string{"shared-cause", "dependency-unreachable", "readiness-lost", "init-waiting", "init-failed", "registry-unreachable"}, "all that is found by name fails with it"},
	{"dns-egress-denied", []string{"dependency-unreachable", "readiness-lost", "network-policy-denies"}, "what cannot be found is not even tried"},
	{"shared-cause", []string{"readiness-lost", "deploy-regression", "app-exception", "liveness-too-tight", "dependency-unreachable", "registry-unreachable", "config-changed", "bad-credentials", "overload"}, "several services fail for it at once"},
}

// outranks tells whether one candidate explains another away.
func outranks(winner, loser *candidate) bool {
	// Several services may also share a configuration, which no node explains.
	return explains(winner.cause.ID, loser.cause.ID) && (loser.cause.ID != "shared-cause" || loser.object == winner.object)
}

// explains tells whether the table lets one cause explain another.
func explains(winner, loser string) bool {
	for _, rule := range precedence {
		if rule.winner == winner && slices.Contains(rule.losers, loser) {
			return true
		}
	}
	return false
}
