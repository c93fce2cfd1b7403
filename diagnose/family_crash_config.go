package diagnose

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// envMissing takes the name of a variable from the log, and looks whether the
// container has it, and who took it away.
func envMissing(s *scope) answer {
	_, a := s.logHit(saysEnvMissing)
	if a.Verdict != ops.Yes {
		return a
	}
	run, key := s.run(), a.Facts["key"]
	if key == "" {
		return a.with("key", "a setting")
	}
	switch has, where := s.hasEnv(run.Spec, run.Pod.Namespace, key); has {
	case ops.Yes:
		return no(fmt.Sprintf("the log misses %s, but the container has it from %s", key, where))
	case ops.No:
		a = a.seen(run.ref(), "spec.containers["+run.Spec.Name+"].env", "no "+key, s.At)
	case ops.Unknown:
	}
	return s.whoRemoved(a, key)
}

// hasEnv tells whether a container has a variable of a name, and where from.
// It is unknown where a Secret's keys are.
func (s *scope) hasEnv(c *corev1.Container, namespace, key string) (ops.Verdict, string) {
	for _, env := range c.Env {
		if env.Name == key {
			if env.ValueFrom == nil && env.Value == "" {
				return ops.No, ""
			}
			return ops.Yes, "env"
		}
	}
	verdict := ops.No
	for _, use := range configsIn(&corev1.PodSpec{Containers: []corev1.Container{*c}}, namespace) {
		if use.Via != "envFrom" {
			continue
		}
		config := s.configs[use.Ref]
		if config == nil || !config.KeysKnown {
			verdict = ops.Unknown
			continue
		}
		if _, there := config.Key(key); there {
			return ops.Yes, use.Ref.String()
		}
	}
	return verdict, ""
}

// whoRemoved looks for the change that took a variable away: of the template,
// or of a ConfigMap or Secret that is taken in as a whole.
func (s *scope) whoRemoved(a answer, key string) answer {
	w := s.Workload()
	if w == nil {
		return a
	}
	if s.newRevisionFails() {
		previous := w.previous()
		_, removed, _ := envDiff(previous.Template, w.current().Template)
		change := s.rolloutOf(w, w.current())
		if slices.Contains(removed, key) {
			return a.and(byChange).by(change).
				with("removed", fmt.Sprintf("; revision %d has taken it away", w.current().Number), "undo", fmt.Sprint(previous.Number)).
				seen(previous.Ref, "spec.template.spec.containers.env", key, previous.Created)
		}
	}
	for _, change := range s.configChangesBefore() {
		config := s.configs[change.Object]
		if config == nil || !config.KeysKnown {
			continue
		}
		if _, there := config.Key(key); !there {
			return a.and(byChange).by(change).
				with("removed", fmt.Sprintf("; %s %s was written before and has no such key", config.Kind, config.Name)).
				seen(change.Object, "data", change.Summary, change.At)
		}
	}
	if s.newRevisionFails() {
		return a.and(byChange).by(s.rolloutOf(w, w.current())).with("undo", fmt.Sprint(w.previous().Number))
	}
	return a
}

// configChangesBefore lists the changes of configuration that what fails has
// seen, and what works has not: newest first.
func (s *scope) configChangesBefore() []*Change {
	w := s.Workload()
	if w == nil {
		return nil
	}
	var changes []*Change
	for _, change := range s.changesOf(w) {
		if change.Source == "config" && s.coversFailing(change) {
			changes = append(changes, change)
		}
	}
	return changes
}

// coversFailing tells that every container that fails was started after the
// change, and every one that works before it: the change covers exactly the
// failing set. It must be of the last day before the onset.
func (s *scope) coversFailing(change *Change) bool {
	if s.onset().Add(createdWithin).Before(change.At) || s.onset().Sub(change.At) > changeWindow {
		return false
	}
	failing := map[*corev1.Pod]bool{}
	for _, run := range s.Failure.Runs {
		failing[run.Pod] = true
		if over := run.ended(); over != nil && over.StartedAt.Time.Before(change.At) {
			return false
		}
	}
	for _, pod := range s.Workload().Pods {
		if failing[pod] || !podReady(pod) {
			continue
		}
		for _, run := range runs(pod) {
			if run.Spec.Name == s.Failure.Container && run.Status.State.Running != nil && run.Status.State.Running.StartedAt.After(change.At) {
				return false
			}
		}
	}
	return true
}

// credentialsRefused looks which Secret the program got its credentials from,
// and whether it was written before or after the program started.
func credentialsRefused(s *scope) answer {
	_, a := s.logHit(saysBadLogin)
	w := s.Workload()
	if a.Verdict != ops.Yes || w == nil {
		return a
	}
	for _, use := range configsOf(w) {
		if use.Ref.Kind != "Secret" || use.Container != "" && use.Container != s.Failure.Container {
			continue
		}
		a = a.with("secret", use.Ref.Name)
		write := s.lastWrite(use.Ref, "data")
		if write == nil {
			continue
		}
		change := s.configChanges(use.Ref)
		a = a.and(byChange).by(change[len(change)-1]).seen(use.Ref, "data", change[len(change)-1].Summary, write.At)
		if over := s.run().ended(); over != nil && over.StartedAt.Time.Before(write.At) {
			return a.with("stale", fmt.Sprintf("; %s was written after the program had started, which still has the old value", use.Ref.Name))
		}
		return a.with("wrong", fmt.Sprintf("; %s was written before the program started", use.Ref.Name))
	}
	if s.newRevisionFails() {
		a = a.and(byChange).by(s.rolloutOf(w, w.current()))
	}
	return a
}
