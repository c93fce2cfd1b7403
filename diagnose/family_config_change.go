package diagnose

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// configChanged looks for a change of configuration that covers exactly what
// fails. When the template was changed as well, and nothing tells the two
// apart, it is the template's.
func configChanged(s *scope) answer {
	w := s.Workload()
	if w == nil || len(s.Failure.Runs) == 0 {
		return no("no container is concerned")
	}
	for _, change := range s.configChangesBefore() {
		if current := w.current(); current != nil && s.newRevisionFails() && !current.Created.Before(change.At) && current.Ready == 0 {
			continue
		}
		config := s.configs[change.Object]
		if config != nil && !s.reads(change) {
			continue
		}
		a := yes(byChange, change.Summary).and(bySignature).at(change.Object).by(change).
			with("source", change.Object.Name, "source_kind", change.Object.Kind, "who", change.Who, "when", change.At.UTC().Format("15:04"), "change", change.Summary).
			seen(change.Object, "managedFields[data]", change.Summary, change.At)
		if older := s.readyBefore(change); older != "" {
			a = a.with("older", older).seen(Ref{"Pod", s.Object.Namespace, older}, "status.startTime", "started before the change, and works", s.At)
		}
		return a
	}
	return no("no configuration was changed that only what fails has seen")
}

// reads tells whether a change of configuration touches a key that the failing
// container reads.
func (s *scope) reads(change *Change) bool {
	config := s.configs[change.Object]
	for _, use := range configsOf(s.Workload()) {
		if use.Ref != change.Object || use.Container != "" && use.Container != s.Failure.Container {
			continue
		}
		if use.Key == "" {
			return true
		}
		_, there := config.Key(use.Key)
		written := slices.ContainsFunc(s.writes[change.Object], func(w *Write) bool { return w.At.Equal(change.At) && w.touches("data."+use.Key) })
		if written || config.KeysKnown && !there {
			return true
		}
	}
	return false
}

// readyBefore names a pod that works and was started before a change, "" if
// there is none.
func (s *scope) readyBefore(change *Change) string {
	for _, pod := range s.Workload().Pods {
		if podReady(pod) && pod.Status.StartTime != nil && pod.Status.StartTime.Time.Before(change.At) {
			return pod.Name
		}
	}
	return ""
}

// envShadowed looks for a variable that is set twice, and that the log names
// or the newest revision has brought.
func envShadowed(s *scope) answer {
	if len(s.Failure.Runs) == 0 {
		return no("no container is concerned")
	}
	run := s.run()
	text, _, _, _ := s.failureLog()
	for _, twice := range s.setTwice(run) {
		named := strings.Contains(text, twice.name)
		brought := s.newRevisionFails() && !slices.ContainsFunc(s.setTwice(runOf{Pod: run.Pod, Spec: s.before(run)}), func(d double) bool { return d.name == twice.name })
		if !named && !brought {
			continue
		}
		a := yes(byField, fmt.Sprintf("%s is set by %s and by %s", twice.name, twice.first, twice.second)).
			with("key", twice.name, "first", twice.first, "second", twice.second).
			seen(run.ref(), "spec.containers["+run.Spec.Name+"].env", fmt.Sprintf("%s: %s, %s", twice.name, twice.first, twice.second), s.At)
		if named {
			a = a.and(bySignature)
		}
		return a
	}
	return no("no variable that matters here is set twice")
}

// before is the failing container as the revision before had it, empty if it
// had none.
func (s *scope) before(run runOf) *corev1.Container {
	if previous := s.Workload().previous(); previous != nil {
		if c := containerOf(&previous.Template.Spec, run.Spec.Name); c != nil {
			return c
		}
	}
	return &corev1.Container{}
}

// double is a variable with two sources; the second hides the first.
type double struct{ name, first, second string }

func (s *scope) setTwice(run runOf) []double {
	var found []double
	set := map[string]string{}
	for _, from := range run.Spec.EnvFrom {
		ref := Ref{Namespace: run.Pod.Namespace}
		switch {
		case from.ConfigMapRef != nil:
			ref.Kind, ref.Name = "ConfigMap", from.ConfigMapRef.Name
		case from.SecretRef != nil:
			ref.Kind, ref.Name = "Secret", from.SecretRef.Name
		}
		config := s.configs[ref]
		if config == nil {
			continue
		}
		for _, key := range config.Keys {
			set[from.Prefix+key.Name] = "envFrom " + ref.Kind + " " + ref.Name
		}
	}
	for _, env := range run.Spec.Env {
		if first, twice := set[env.Name]; twice {
			found = append(found, double{env.Name, first, "env"})
		}
		set[env.Name] = "env"
	}
	return found
}
