package diagnose

import (
	"regexp"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// saysStartOOM are runc's words for a container that is killed before its
// program runs, the pod's own first container among them.
var saysStartOOM = regexp.MustCompile(`container init was OOM-killed`)

// startLeast is what runc needs to start anything, and some room for a program.
var startLeast = resource.MustParse("32Mi")

// startOutOfMemory is for a limit that not even the pod's sandbox can live in:
// the pod never has a container that could be killed.
func startOutOfMemory(s *scope) answer {
	event := s.sandboxEvent()
	if event == nil || !saysStartOOM.MatchString(event.Message) {
		return no("no sandbox is killed for its memory")
	}
	pod := get[corev1.Pod](s.view, event.About)
	if pod == nil {
		return no("its pod is gone")
	}
	for i := range pod.Spec.Containers {
		c := &pod.Spec.Containers[i]
		limit := limitOf(c)
		if limit == "" || c.Resources.Limits.Memory().Cmp(startLeast) >= 0 {
			continue
		}
		return yes(byField, event.Message).with("container", c.Name, "program", c.Name+" of "+s.Object.Name, "limit", limit, "limit_doubled", startLeast.String()).
			seen(event.About, "events["+event.Reason+"].message", event.Message, event.Last).
			seen(event.About, "spec.containers["+c.Name+"].resources.limits.memory", limit, s.At)
	}
	return no("no container has a limit below " + startLeast.String())
}
