package diagnose

import "slices"

// podCauses are the causes that the pods of one template can have by
// themselves.
var podCauses = []string{
	"image-not-found", "image-pull-auth", "image-name-invalid", "image-wrong-architecture", "command-not-found", "app-exception", "missing-env", "exits-cleanly",
	"permission-denied", "fatal-signal", "port-in-use", "init-failed", "init-waiting", "lifecycle-hook-failed", "memory-limit-too-low", "heap-exceeds-limit", "configmap-missing", "secret-missing",
	"config-key-missing", "volume-source-missing", "run-as-root-refused", "env-shadowed", "liveness-wrong-target", "liveness-too-tight", "startup-probe-exhausted", "readiness-wrong-target", "deploy-regression",
}

// mutationEffects are what a pod can fail by that was changed on its way in.
var mutationEffects = []string{
	"memory-limit-too-low", "memory-leak", "heap-exceeds-limit", "child-oom", "cpu-throttled", "liveness-too-tight", "startup-probe-exhausted", "readiness-lost", "readiness-wrong-target",
	"image-not-found", "image-pull-auth", "image-rate-limited", "registry-unreachable", "image-wrong-architecture", "image-name-invalid", "image-tag-moved",
	"command-not-found", "missing-env", "env-shadowed", "app-exception", "deploy-regression", "cluster-full", "request-exceeds-any-node", "no-surge-room",
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
	{"no-surge-room", []string{"cluster-full", "pod-affinity-unsatisfied", "node-slot-exhausted", "quota-exceeded"}, "there would be room if an old pod went first"},
	{"statefulset-blocked", podCauses, "the template is mended already, and does not reach the broken pod"},
	{"rollout-paused", podCauses, "a change of the template waits, and does not reach the broken pods"},
	{"silent-mutation", mutationEffects, "the template asks for something else, and does not reach the pods"},
	{"shared-cause", []string{"readiness-lost", "deploy-regression", "app-exception", "liveness-too-tight", "dependency-unreachable", "registry-unreachable", "config-changed", "bad-credentials", "overload"}, "several services fail for it at once"},
}

// outranks tells whether one candidate explains another away.
func outranks(winner, loser *candidate) bool {
	for _, rule := range precedence {
		if rule.winner == winner.cause.ID && slices.Contains(rule.losers, loser.cause.ID) {
			return true
		}
	}
	return false
}
