package diagnose

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/steward-bot/steward/ops"
)

// configFamily knows whether the configuration that a container names is
// there, and whether it was changed.
func configFamily() family {
	return family{
		Name:   "config",
		Causes: configCauses(),
		Checks: []check{
			{"run-as-root-refused", "Would the container run as root, though it must not?", runAsRootRefused},
			{"configmap-missing", "Does a ConfigMap that it names not exist?", configMapMissing},
			{"secret-missing", "Does a Secret that it names not exist?", secretMissing},
			{"config-key-missing", "Does a key that it names not exist?", configKeyMissing},
			{"volume-source-missing", "Does something that its volumes are made from not exist?", volumeSourceMissing},
			{"host-path-missing", "Is a path of the node that it mounts not there?", hostPathMissing},
			{"volume-key-missing", "Does a key that its volumes are made from not exist?", volumeKeyMissing},
			{"config-changed", "Was configuration changed, so that only what started afterwards fails?", configChanged},
			{"env-shadowed", "Is a variable set twice, so that one hides the other?", envShadowed},
		},
	}
}

func configMapMissing(s *scope) answer { return s.sourceMissing("ConfigMap", s.Failure.Container) }

func secretMissing(s *scope) answer {
	a := s.sourceMissing("Secret", s.Failure.Container)
	if a.Verdict != ops.Yes {
		return a
	}
	for _, other := range s.Objects.Others {
		if other.GetNamespace() != s.Object.Namespace || other.GetName() != a.Facts["source"] || other.GetKind() != "ExternalSecret" && other.GetKind() != "SealedSecret" {
			continue
		}
		ref := refOf(other.GetKind(), other)
		return a.with("sync", ref.String()).seen(ref, "status", fmt.Sprint(other.Object["status"]), s.At)
	}
	return a
}

// sourceMissing looks for a ConfigMap or Secret that a container names and
// that does not exist. The kubelet's words decide where the list could not be
// read.
func (s *scope) sourceMissing(kind, container string) answer {
	run := s.run()
	_, message := run.waiting()
	says := regexp.MustCompile(`(?i)` + kind + ` "([^"]{1,253})" not found`).FindStringSubmatch(message)
	missing := ""
	for _, use := range configsIn(&run.Pod.Spec, run.Pod.Namespace) {
		if use.Ref.Kind != kind || use.Optional || use.Container != container {
			continue
		}
		verdict, gap := s.exists(use.Ref)
		if verdict == ops.Unknown && says != nil && says[1] == use.Ref.Name {
			verdict = ops.No
		}
		switch verdict {
		case ops.No:
			return s.missing(use, message)
		case ops.Unknown:
			missing = gap
		case ops.Yes:
		}
	}
	if says != nil {
		ref := Ref{kind, run.Pod.Namespace, says[1]}
		if verdict, _ := s.exists(ref); verdict == ops.Yes {
			return no(ref.String() + " is there by now: the kubelet tries again")
		}
		return s.missing(configUse{Ref: ref, Via: "its configuration"}, message)
	}
	if missing != "" {
		return unknown(missing)
	}
	return no("every " + kind + " that it names is there")
}

// missing is the answer for something that is named and not there, with what
// is near to it.
func (s *scope) missing(use configUse, message string) answer {
	a := yes(byField, use.Ref.String()+" does not exist").at(use.Ref).
		with("source", use.Ref.Name, "source_kind", use.Ref.Kind, "via", use.Via).
		seen(use.Ref, "", "does not exist", s.At)
	if message != "" {
		a = a.seen(s.run().ref(), s.run().path()+".state.waiting.message", message, s.At)
	}
	var names []string
	for i := range s.Configs {
		other := &s.Configs[i]
		if other.Kind != use.Ref.Kind {
			continue
		}
		if other.Name == use.Ref.Name {
			return a.with("near", fmt.Sprintf("; there is one in the namespace %s", other.Namespace))
		}
		if other.Namespace == use.Ref.Namespace {
			names = append(names, other.Name)
		}
	}
	if near := nearNames(use.Ref.Name, names); len(near) > 0 {
		a = a.with("near", "; the nearest there is "+near[0], "near_name", near[0])
	}
	if w := s.Workload(); w != nil && s.newRevisionFails() {
		a = a.by(s.rolloutOf(w, w.current()))
	}
	return a
}

var saysNoKey = regexp.MustCompile(`couldn't find key "?([^"\s]{1,253})"? in (ConfigMap|Secret) ([^/\s"]{1,63})/"?([^"\s]{1,253})"?`)

// configKeyMissing looks for keys: in the kubelet's words, and by itself.
func configKeyMissing(s *scope) answer {
	run := s.run()
	_, message := run.waiting()
	if match := saysNoKey.FindStringSubmatch(message); match != nil {
		ref := Ref{match[2], run.Pod.Namespace, match[4]}
		if config := s.configs[ref]; config != nil && config.KeysKnown {
			if _, there := config.Key(match[1]); there {
				return no("the key is there by now: the kubelet tries again")
			}
		}
		return s.keyMissing(ref, match[1], message)
	}
	missing := ""
	for _, use := range configsIn(&run.Pod.Spec, run.Pod.Namespace) {
		if use.Key == "" || use.Optional || use.Container != run.Spec.Name {
			continue
		}
		config := s.configs[use.Ref]
		if config == nil || !config.KeysKnown {
			missing = "the keys of " + use.Ref.String()
			continue
		}
		if _, there := config.Key(use.Key); !there {
			return s.keyMissing(use.Ref, use.Key, message)
		}
	}
	if missing != "" {
		return unknown(missing)
	}
	return no("every key that it names is there")
}

func (s *scope) keyMissing(ref Ref, key, message string) answer {
	a := yes(byField, fmt.Sprintf("%s has no key %s", ref, key)).at(ref).
		with("key", key, "source", ref.Name, "source_kind", ref.Kind).seen(ref, "data", "no "+key, s.At)
	if message != "" {
		a = a.seen(s.run().ref(), s.run().path()+".state.waiting.message", message, s.At)
	}
	config := s.configs[ref]
	if config == nil {
		return a
	}
	var names []string
	for _, k := range config.Keys {
		names = append(names, k.Name)
	}
	if near := nearNames(key, names); len(near) > 0 {
		a = a.with("near", "; the nearest is "+near[0])
	}
	for _, change := range s.configChanges(ref) {
		if s.precedes(change) {
			a = a.by(change).with("written", fmt.Sprintf("; %s wrote it at %s UTC", change.Who, change.At.UTC().Format("15:04")))
		}
	}
	return a
}

var saysNoSource = regexp.MustCompile(`(configmap|secret) "([^"\s]{1,253})" not found`)

// volumeSourceMissing looks at what keeps a container from being made.
func volumeSourceMissing(s *scope) answer {
	pod := s.pod()
	event := s.lastEvent(refOf("Pod", pod), "FailedMount")
	message, missing := "", ""
	if event != nil {
		message = event.Message
	}
	for _, use := range configsIn(&pod.Spec, pod.Namespace) {
		if use.Container != "" || use.Optional || use.Key != "" {
			continue
		}
		verdict, gap := s.exists(use.Ref)
		if verdict == ops.Unknown && strings.Contains(message, fmt.Sprintf("%q not found", use.Ref.Name)) {
			verdict = ops.No
		}
		switch verdict {
		case ops.No:
			a := yes(byField, use.Ref.String()+" does not exist").at(use.Ref).
				with("source", use.Ref.Name, "source_kind", use.Ref.Kind, "via", use.Via).seen(use.Ref, "", "does not exist", s.At)
			if event != nil {
				a = a.seen(refOf("Pod", pod), "events[FailedMount].message", message, event.Last)
			}
			return a
		case ops.Unknown:
			missing = gap
		case ops.Yes:
		}
	}
	if match := saysNoSource.FindStringSubmatch(message); match != nil {
		ref := Ref{map[string]string{"configmap": "ConfigMap", "secret": "Secret"}[match[1]], pod.Namespace, match[2]}
		if verdict, _ := s.exists(ref); verdict != ops.Yes {
			return yes(byField, message).at(ref).with("source", ref.Name, "source_kind", ref.Kind, "via", "volume").
				seen(refOf("Pod", pod), "events[FailedMount].message", message, event.Last)
		}
	}
	if missing != "" {
		return unknown(missing)
	}
	return no("all that its volumes are made from is there")
}

var saysNoItem = regexp.MustCompile(`references non-existent (?:config|secret) key: ([^\s]{1,253})`)

func volumeKeyMissing(s *scope) answer {
	pod := s.pod()
	event := s.lastEvent(refOf("Pod", pod), "FailedMount")
	said := ""
	if event != nil {
		if match := saysNoItem.FindStringSubmatch(event.Message); match != nil {
			said = match[1]
		}
	}
	for _, use := range configsIn(&pod.Spec, pod.Namespace) {
		config := s.configs[use.Ref]
		if use.Container != "" || use.Key == "" || use.Optional || config == nil {
			continue
		}
		_, there := config.Key(use.Key)
		if there || !config.KeysKnown && use.Key != said {
			continue
		}
		a := yes(byField, fmt.Sprintf("%s has no key %s", use.Ref, use.Key)).at(use.Ref).
			with("key", use.Key, "source", use.Ref.Name, "source_kind", use.Ref.Kind).seen(use.Ref, "data", "no "+use.Key, s.At)
		if event != nil {
			a = a.seen(refOf("Pod", pod), "events[FailedMount].message", event.Message, event.Last)
		}
		return a
	}
	return no("every key that its volumes name is there")
}
