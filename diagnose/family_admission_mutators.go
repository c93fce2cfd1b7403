package diagnose

import (
	"slices"
	"strings"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
)

// mutator is something that may change pods on their way in.
type mutator struct {
	Config Ref
	Field  string
	Name   string // for people
}

// mutatorsOf lists what is asked when pods like the failure's are made, as far
// as it may be read.
func (s *scope) mutatorsOf() []mutator {
	var list []mutator
	s.eachWebhook(func(w webhook) {
		if w.Config.Kind == "MutatingWebhookConfiguration" && s.asks(w.Rules, w.selector, s.pod()) {
			list = append(list, mutator{w.Config, "webhooks", "the webhook " + w.Name})
		}
	})
	for _, policy := range s.Objects.MutatingPolicies {
		match := policy.Spec.MatchConstraints
		if match == nil {
			continue
		}
		rules := make([]admissionv1.RuleWithOperations, len(match.ResourceRules))
		for i, rule := range match.ResourceRules {
			rules[i] = rule.RuleWithOperations
		}
		if s.asks(rules, webhookSelector{match.NamespaceSelector, match.ObjectSelector}, s.pod()) {
			list = append(list, mutator{refOf("MutatingAdmissionPolicy", policy), "spec", "the MutatingAdmissionPolicy " + policy.Name})
		}
	}
	return list
}

// mutators adds who may have changed the failure's pods: with a change of it
// before they were made, where there is one alone.
func (s *scope) mutators(a answer) answer {
	list := s.mutatorsOf()
	if len(list) == 0 {
		return a.with("unnamed", s.whyUnnamed())
	}
	var names []string
	for _, m := range list {
		if !slices.Contains(names, m.Name) {
			names = append(names, m.Name)
		}
		a = a.seen(m.Config, m.Field, m.Name+" is asked when such pods are made", s.At)
	}
	first := list[0]
	a = a.with("mutators", strings.Join(names[:min(len(names), keysShown)], " and "), "config_kind", strings.ToLower(first.Config.Kind), "config_name", first.Config.Name)
	if slices.ContainsFunc(list, func(m mutator) bool { return m.Config != first.Config }) {
		return a
	}
	made := time.Time{}
	for _, pod := range s.Failure.Pods {
		if at := pod.CreationTimestamp.Time; made.IsZero() || at.Before(made) {
			made = at
		}
	}
	return blame(a, s.changedBefore(made, first.Config, first.Field, "the "+first.Config.Kind))
}

// whyUnnamed says why nobody can be named.
func (s *scope) whyUnnamed() string {
	for _, kind := range []string{"MutatingWebhookConfiguration", "MutatingAdmissionPolicy"} {
		if !s.read(kind, "") {
			return s.why(kind, "")
		}
	}
	return "no MutatingWebhookConfiguration or MutatingAdmissionPolicy is about such pods, so that it is a plugin of the API server, or one that was removed since"
}
