package diagnose

import "slices"

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
	{"statefulset-blocked", []string{"image-not-found", "image-pull-auth", "image-name-invalid", "app-exception", "missing-env", "command-not-found", "deploy-regression", "memory-limit-too-low", "configmap-missing", "secret-missing", "config-key-missing", "readiness-wrong-target"}, "the template is mended already; the broken pod of the old one is in its way"},
	{"feature-flag-flipped", []string{"config-changed", "app-exception", "deploy-regression"}, "the flag is the part of the configuration that was changed"},
	{"config-changed", []string{"deploy-regression"}, "pods of the same revision work with the old configuration"},
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
