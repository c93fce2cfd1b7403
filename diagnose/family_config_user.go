package diagnose

import (
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// saysUserByName is the kubelet's refusal of a user that it cannot judge.
var saysUserByName = regexp.MustCompile(`non-numeric user \(([^)\s]{1,80})\)`)

func runAsRootRefused(s *scope) answer {
	run := s.run()
	_, message := run.waiting()
	if !strings.Contains(message, "runAsNonRoot") {
		return no("the kubelet does not say so")
	}
	wrong := "its image would"
	if name := saysUserByName.FindStringSubmatch(message); name != nil {
		wrong = "the kubelet cannot tell whether the image's user " + name[1] + " is root, since it is a name and no number"
	}
	return yes(byField, message).with("line", message, "wrong", wrong).seen(run.ref(), run.path()+".state.waiting.message", message, s.At).
		seen(run.ref(), "securityContext", securityOf(&corev1.PodTemplateSpec{Spec: run.Pod.Spec}, run.Spec.Name), s.At)
}
