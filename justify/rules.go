package justify

import (
	"slices"
	"strings"
)

// Rule says what justifies some verbs in some environments. The first rule
// that names both counts.
type Rule struct {
	Environments []string // names, in any case; "*" is any
	Verbs        []string // "*" is any
	Accept       []string // systems, e.g. "pagerduty"; none means that no justification is needed
}

// production is what an environment counts as when nothing is known of it.
const production = "production"

// relaxed are environments in which nothing is needed that no rule demands.
// An environment that is neither here nor in a rule counts as production, so
// that a forgotten, empty or misspelt one does not stand open.
var relaxed = []string{
	"dev", "development", "test", "testing", "qa", "ci", "staging", "stage", "integration", "sandbox", "preview", "demo", "local",
}

// accepted gives the systems that the rules accept for the verb in the
// environment. It is not ruled when no rule speaks of it and the environment
// is not a relaxed one: then every system is accepted, and one is needed.
func accepted(rules []Rule, environment, verb string) (systems []string, ruled bool) {
	environment = strings.ToLower(strings.TrimSpace(environment))
	isRelaxed := slices.Contains(relaxed, environment)
	named := slices.ContainsFunc(rules, func(r Rule) bool { return containsFold(r.Environments, environment) })
	if !isRelaxed && !named {
		environment = production
	}
	for _, rule := range rules {
		if names(rule.Environments, environment) && names(rule.Verbs, verb) {
			return rule.Accept, true
		}
	}
	return nil, isRelaxed
}

func names(list []string, name string) bool {
	return slices.Contains(list, "*") || containsFold(list, name)
}

func containsFold(list []string, name string) bool {
	return slices.ContainsFunc(list, func(item string) bool { return strings.EqualFold(strings.TrimSpace(item), name) })
}
