package diagnose

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

func lifecycleHookFailed(s *scope) answer {
	run := s.run()
	for _, each := range s.Failure.Runs {
		event := s.lastEvent(each.ref(), "FailedPostStartHook", "FailedPreStopHook")
		if event == nil || event.Container() != "" && event.Container() != run.Spec.Name {
			continue
		}
		hook := "postStart"
		if event.Reason == "FailedPreStopHook" {
			hook = "preStop"
		}
		line := hookLine(event.Message)
		if reason, message := run.waiting(); line == "" && reason == "PostStartHookError" {
			line = hookLine(message)
		}
		return yes(byField, event.Message).with("hook", hook, "command", hookText(run.Spec, hook), "line", line).
			seen(each.ref(), "events["+event.Reason+"].message", event.Message, event.Last)
	}
	if reason, message := run.waiting(); reason == "PostStartHookError" {
		return yes(byField, message).with("hook", "postStart", "command", hookText(run.Spec, "postStart"), "line", hookLine(message)).seen(run.ref(), run.path()+".state.waiting.message", message, s.At)
	}
	return no("no hook has failed")
}

// hookLine is what a message says beyond that a hook has failed: newer kubelets
// keep the rest to their own log.
func hookLine(message string) string {
	if message == "PostStartHook failed" || message == "PreStopHook failed" {
		return ""
	}
	if _, why, ok := strings.Cut(message, " failed - error: "); ok { // it begins with the command, which is told already
		return strings.TrimRight(strings.TrimSpace(why), ".")
	}
	return message
}

// hookText is what a hook runs, "" where the template has none.
func hookText(c *corev1.Container, hook string) string {
	if c.Lifecycle == nil {
		return ""
	}
	handler := c.Lifecycle.PostStart
	if hook == "preStop" {
		handler = c.Lifecycle.PreStop
	}
	switch {
	case handler == nil:
		return ""
	case handler.Exec != nil:
		return strings.Join(handler.Exec.Command, " ")
	case handler.HTTPGet != nil:
		return "GET :" + handler.HTTPGet.Port.String() + handler.HTTPGet.Path
	default:
		return ""
	}
}
