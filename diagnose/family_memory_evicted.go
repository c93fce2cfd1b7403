package diagnose

import (
	"regexp"
	"strings"
)

// pressure reads an eviction message of the kubelet
// (k8s.io/kubernetes/pkg/kubelet/eviction/helpers.go).
var pressure = regexp.MustCompile(`(?:low on resource|had condition): \[?([a-zA-Z-]+)`)

func evictedForNode(s *scope) answer {
	pod := s.pod()
	match := pressure.FindStringSubmatch(pod.Status.Message)
	if pod.Status.Reason != "Evicted" || match == nil {
		return no(pod.Status.Reason + ": " + pod.Status.Message)
	}
	return yes(byField, pod.Status.Message).with("resource", match[1], "line", pod.Status.Message).
		seen(refOf("Pod", pod), "status.reason", pod.Status.Reason, s.At).seen(refOf("Pod", pod), "status.message", pod.Status.Message, s.At)
}

func evictedForStorage(s *scope) answer {
	pod := s.pod()
	if pod.Status.Reason != "Evicted" || !strings.Contains(pod.Status.Message, "exceed") {
		return no(pod.Status.Reason + ": " + pod.Status.Message)
	}
	return yes(byField, pod.Status.Message).with("line", strings.TrimRight(strings.TrimSpace(pod.Status.Message), ".")).
		seen(refOf("Pod", pod), "status.reason", pod.Status.Reason, s.At).seen(refOf("Pod", pod), "status.message", pod.Status.Message, s.At)
}
