package diagnose

import (
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/steward-bot/steward/ops"
)

var saysPodSecurity = regexp.MustCompile(`violates PodSecurity "([^":]{1,40}):?([^"]{0,40})": ([^\n]*)`)

// podSecurityOf says what about a pod a Pod Security level does not allow, as
// the API server's own code would: "" if it allows the pod.
func podSecurityOf(level api.LevelVersion, template *corev1.PodTemplateSpec) string {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return ""
	}
	result := policy.AggregateCheckResults(evaluator.EvaluatePod(level, &template.ObjectMeta, &template.Spec))
	if result.Allowed {
		return ""
	}
	return result.ForbiddenDetail()
}

// enforced is the level that a namespace's labels enforce.
func (v *view) enforced(namespace string) (level api.LevelVersion, set bool) {
	object := get[corev1.Namespace](v, Ref{Kind: "Namespace", Name: namespace})
	if object == nil || object.Labels[api.EnforceLevelLabel] == "" {
		return api.LevelVersion{}, false
	}
	privileged := api.LevelVersion{Level: api.LevelPrivileged, Version: api.LatestVersion()}
	all, _ := api.PolicyToEvaluate(object.Labels, api.Policy{Enforce: privileged, Audit: privileged, Warn: privileged})
	return all.Enforce, true
}

func podSecurityViolated(s *scope) answer {
	r := s.refused()
	if r == nil {
		return no("all pods that are wanted were created")
	}
	said, maybe := r.says(saysPodSecurity)
	if !maybe {
		return otherwise()
	}
	ref := Ref{Kind: "Namespace", Name: s.Object.Namespace}
	level, set := s.enforced(s.Object.Namespace)
	wrong := ""
	if set {
		wrong = podSecurityOf(level, r.Template)
	}
	switch verdict, missing := s.exists(ref); {
	case wrong != "":
		return s.insecure(r, level, wrong)
	case said == nil && verdict == ops.Unknown:
		return unknown(missing)
	case said == nil:
		return no("the namespace's level allows its pods")
	}
	// Only the API server says so: the level may be the cluster's own default,
	// a webhook may have changed the pod, or the label was changed since.
	of := byField
	if set {
		of = bySignature
	}
	return r.seenIn(yes(of, said[0]).at(ref)).with("level", said[1], "fields", said[3])
}

func (s *scope) insecure(r *refusal, level api.LevelVersion, wrong string) answer {
	ref := Ref{Kind: "Namespace", Name: s.Object.Namespace}
	label := "metadata.labels." + api.EnforceLevelLabel
	a := r.seenIn(yes(byField, fmt.Sprintf("%s does not allow: %s", level.Level, wrong)).at(ref)).
		with("level", string(level.Level), "fields", wrong, "enough", lowestLevel(level, r.Template)).
		seen(ref, label, string(level.Level), s.At).
		seen(r.Ref, "spec.template.spec", wrong, s.At)
	if spec := &r.Template.Spec; len(spec.Containers) == 1 && len(spec.InitContainers) == 0 && podSecurityOf(level, hardened(r.Template)) == "" {
		a = a.with("harden", plainWord(spec.Containers[0].Name))
	}
	if s.lastWrite(ref, label) != nil {
		a = blame(a, s.changedBefore(r.First, ref, label, "the label "+api.EnforceLevelLabel))
	}
	return s.wayBack(a, r, func(t *corev1.PodTemplateSpec) bool { return podSecurityOf(level, t) == "" })
}

// lowestLevel is the strictest level that allows a pod.
func lowestLevel(level api.LevelVersion, template *corev1.PodTemplateSpec) string {
	if level.Level == api.LevelRestricted && podSecurityOf(api.LevelVersion{Level: api.LevelBaseline, Version: level.Version}, template) == "" {
		return string(api.LevelBaseline)
	}
	return string(api.LevelPrivileged)
}

// hardened is a template with what the level restricted asks for.
func hardened(template *corev1.PodTemplateSpec) *corev1.PodTemplateSpec {
	t := template.DeepCopy()
	if len(t.Spec.Containers) == 0 {
		return t
	}
	yes, no := true, false
	if t.Spec.SecurityContext == nil {
		t.Spec.SecurityContext = &corev1.PodSecurityContext{}
	}
	t.Spec.SecurityContext.RunAsNonRoot = &yes
	t.Spec.SecurityContext.SeccompProfile = &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}
	c := &t.Spec.Containers[0]
	if c.SecurityContext == nil {
		c.SecurityContext = &corev1.SecurityContext{}
	}
	c.SecurityContext.AllowPrivilegeEscalation = &no
	if c.SecurityContext.Capabilities == nil {
		c.SecurityContext.Capabilities = &corev1.Capabilities{}
	}
	c.SecurityContext.Capabilities.Drop = []corev1.Capability{"ALL"}
	return t
}

// firstLine is a message up to its first line break, without the spaces around.
func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(line)
}
