package diagnose

import (
	"cmp"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

var (
	saysDenied      = regexp.MustCompile(`(?s)admission webhook "([^"]{1,253})" denied the request(?::\s*(.*)| without explanation)`)
	saysPolicy      = regexp.MustCompile(`(?s)(Validating|Mutating)AdmissionPolicy '([^']{1,253})' with binding '([^']{1,253})' denied request: (.*)`)
	kyvernoPolicies = regexp.MustCompile(`(?s)due to the following policies\s+(\S+?):\s+(.*)`)
	gatekeeper      = regexp.MustCompile(`(?s)^\[([a-z0-9.-]{1,253})\]\s*(.*)`)
	spaces          = regexp.MustCompile(`\s+`)
)

// denial is who refused a pod by its own rules, and its words.
type denial struct {
	Policy  string // for people
	Object  Ref    // zero where none is known
	Field   string // what of the object makes the rule
	Says    string
	Webhook string
	Binding string
}

// denialIn reads a denial.
func (v *view) denialIn(text string) (denial, bool) {
	if m := saysPolicy.FindStringSubmatch(text); m != nil {
		kind := m[1] + "AdmissionPolicy"
		return denial{Policy: "the " + kind + " " + m[2], Object: Ref{Kind: kind, Name: m[2]}, Field: "spec", Says: oneLine(m[4]), Binding: m[3]}, true
	}
	m := saysDenied.FindStringSubmatch(text)
	if m == nil {
		return denial{}, false
	}
	d := denial{Policy: "the webhook " + m[1], Webhook: m[1], Says: cmp.Or(oneLine(m[2]), "no reason given")}
	if w := v.webhookNamed(m[1], text); w != nil {
		d.Object, d.Field = w.Config, "webhooks"
	}
	if policy := kyvernoPolicies.FindStringSubmatch(m[2]); policy != nil {
		return denial{Policy: "the Kyverno policy " + policy[1], Object: Ref{Kind: "ClusterPolicy", Name: policy[1]}, Field: "spec", Says: oneLine(policy[2]), Webhook: m[1]}, true
	}
	if constraint := gatekeeper.FindStringSubmatch(strings.TrimSpace(m[2])); constraint != nil && strings.Contains(m[1], "gatekeeper") {
		d.Policy, d.Says = "the Gatekeeper constraint "+constraint[1], oneLine(constraint[2])
	}
	return d, true
}

// oneLine writes a text of several lines as one.
func oneLine(text string) string {
	return strings.TrimSuffix(spaces.ReplaceAllString(strings.TrimSpace(text), " "), ".")
}

func admissionDenied(s *scope) answer {
	r := s.refused()
	if r == nil {
		return no("all pods that are wanted were created")
	}
	d, denied := s.denialIn(r.Text)
	if !denied {
		return no("no policy says that it refuses them")
	}
	a := r.seenIn(yes(byField, d.Policy+" says: "+d.Says)).with("policy", d.Policy, "says", d.Says, "binding", d.Binding, "webhook", d.Webhook)
	changed := (*Change)(nil)
	if object := s.objects[d.Object]; object != nil {
		a = a.at(d.Object).with("policy_kind", strings.ToLower(d.Object.Kind), "policy_name", d.Object.Name).
			seen(d.Object, "metadata.creationTimestamp", d.Policy, object.GetCreationTimestamp().Time)
		changed = s.changedBefore(r.First, d.Object, d.Field, d.Policy)
	}
	if changed != nil {
		return blame(a, changed)
	}
	// What an older template's pods did is no proof that it would be let in
	// now, but nothing has changed since except the template.
	return s.wayBack(a, r, func(*corev1.PodTemplateSpec) bool {
		previous := s.Workload().previous()
		return r.Revision != nil && previous.Ready > 0
	})
}
