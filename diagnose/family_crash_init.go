package diagnose

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// initWaiting looks for the hosts that an init container waits for, and
// whether anything answers there.
func initWaiting(s *scope) answer {
	run := s.run()
	started := run.Status.State.Running
	if started == nil {
		return no("it does not run")
	}
	running := age(run.runningFor(s.At))
	a := yes(bySignature, "it has run for "+running).with("running", running).
		seen(run.ref(), run.path()+".state.running.startedAt", started.StartedAt.UTC().Format("2006-01-02T15:04:05Z"), started.StartedAt.Time)
	for _, ref := range s.hosts() {
		name := ref.Name
		switch verdict, _ := s.exists(ref); {
		case ref.Kind != "Service":
			a = a.with("host", name, "why", "it is outside the cluster")
			continue
		case verdict == ops.No:
			return a.and(byField).with("host", name, "why", "there is no such Service").seen(ref, "", "does not exist", s.At)
		case verdict == ops.Unknown:
			continue
		}
		if ready, _, ok := s.endpointsOf(get[corev1.Service](s.view, ref)); ok && ready == 0 {
			return a.and(byField).with("host", name, "why", "it has no ready endpoint").seen(ref, "endpoints", "0 ready", s.At)
		}
	}
	if text, _, _, ok := s.failureLog(); ok && a.Facts["host"] == "" {
		a = a.seen(run.ref(), "log["+run.Spec.Name+"]", lastLine(strings.TrimSpace(text)), s.At)
	}
	return a
}
