package diagnose

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// mutation is a difference between a pod and the template that it was made
// from, in what the pod fails by.
type mutation struct {
	Container, Field string
	Was, Is          string
	So               string // how it fails by it
}

// originOf is the template that a failure's pods were made from, nil where it
// is not known, or where the pods were changed after they were made.
func (s *scope) originOf() *corev1.PodTemplateSpec {
	w := s.Workload()
	if w == nil || s.Failure == nil || len(s.Failure.Pods) == 0 {
		return nil
	}
	owner := ownRef(s.pod())
	switch {
	case owner.zero() || s.pod().Generation > 1: // resized in place
		return nil
	case s.Failure.Revision != nil:
		return s.Failure.Revision.Template
	case len(w.Revisions) == 0 && w.Ref == owner:
		return w.Template
	}
	return nil
}

// mutationOf finds what the failure's pod fails by and its template says
// otherwise.
func (s *scope) mutationOf() *mutation {
	origin := s.originOf()
	if origin == nil {
		return nil
	}
	template := s.asAdmitted(origin, s.Object.Namespace)
	if s.Failure.Class == unscheduled {
		return s.mutatedRequest(template)
	}
	if s.Failure.Container == "" {
		return nil
	}
	run := s.run()
	was := containerOf(&template.Spec, s.Failure.Container)
	if was == nil || run.Spec == nil {
		return nil // injected: that is seen, and not silent
	}
	switch over := run.ended(); {
	case s.Failure.Class == pulling:
		return mutatedImage(was, run.Spec)
	case over != nil && over.Reason == "OOMKilled":
		return s.mutatedLimit(was, run.Spec, corev1.ResourceMemory, "it is killed for its memory")
	case s.Failure.Class == crashing && commandOf(was) != commandOf(run.Spec) && commandNotFound(s).Verdict == ops.Yes:
		return &mutation{run.Spec.Name, "command", commandOf(was), commandOf(run.Spec), "its command does not exist"}
	}
	if text, _, _, ok := s.failureLog(); ok {
		if m := mutatedEnv(was, run.Spec, text); m != nil {
			return m
		}
	}
	if cpuThrottled(s).Verdict == ops.Yes {
		return s.mutatedLimit(was, run.Spec, corev1.ResourceCPU, "it is held back by its CPU limit")
	}
	return nil
}

// mutatedLimit tells that a limit is lower than the template's, or was put in
// though no LimitRange does so.
func (s *scope) mutatedLimit(was, is *corev1.Container, name corev1.ResourceName, so string) *mutation {
	limit, set := is.Resources.Limits[name]
	before, had := was.Resources.Limits[name]
	if !set || had && limit.Cmp(before) >= 0 || !had && s.defaulted(name) {
		return nil
	}
	return &mutation{is.Name, "resources.limits." + string(name), textOr(before.String(), had), limit.String(), so}
}

// defaulted tells that a LimitRange of the namespace puts in values of a
// resource: which ones it did when the pod was made is not known.
func (s *scope) defaulted(name corev1.ResourceName) bool {
	for _, item := range s.limitsOf(s.Object.Namespace, corev1.LimitTypeContainer) {
		_, limit := item.Default[name]
		_, request := item.DefaultRequest[name]
		if limit || request {
			return true
		}
	}
	return false
}

func textOr(text string, set bool) string {
	if set {
		return text
	}
	return "not set"
}

// mutatedImage leaves out what only pins the same image, or writes it in full.
func mutatedImage(was, is *corev1.Container) *mutation {
	before, _, _ := strings.Cut(was.Image, "@")
	after, _, pinned := strings.Cut(is.Image, "@")
	registry, repository, tag := splitImage(before)
	other, path, version := splitImage(after)
	same := registry == other && strings.TrimPrefix(repository, "library/") == strings.TrimPrefix(path, "library/")
	if was.Image == is.Image || same && (tag == version || pinned) {
		return nil
	}
	return &mutation{is.Name, "image", was.Image, is.Image, "that image cannot be pulled"}
}

// mutatedEnv finds a variable that was taken away or given another value, and
// that the log names, or the host in it.
func mutatedEnv(was, is *corev1.Container, log string) *mutation {
	now := map[string]corev1.EnvVar{}
	for _, env := range is.Env {
		now[env.Name] = env
	}
	for _, env := range was.Env {
		other, there := now[env.Name]
		switch {
		case !there && len(env.Name) > 2 && strings.Contains(log, env.Name):
			return &mutation{is.Name, "env " + env.Name, "set", "not set", "its log asks for it"}
		case !there || env.ValueFrom != nil || other.ValueFrom != nil || other.Value == env.Value:
			continue
		case strings.Contains(log, env.Name) || namesHostOf(log, other):
			return &mutation{is.Name, "env " + env.Name, env.Value, other.Value, "its log tells of that"}
		}
	}
	return nil
}

// namesHostOf tells that a log tells of a host that a variable names.
func namesHostOf(log string, env corev1.EnvVar) bool {
	found, ok := matchLog(log, saysHostDown)
	if !ok || found.groups["host"] == "" {
		return false
	}
	return slices.ContainsFunc(hostsIn(env.Name, env.Value), func(h Host) bool { return h.Name == found.groups["host"] })
}

// mutatedRequest tells that a pod asks for more than its template, of what the
// scheduler says there is too little of.
func (s *scope) mutatedRequest(template *corev1.Pod) *mutation {
	scheduled := condition(s.pod(), corev1.PodScheduled)
	if scheduled == nil {
		return nil
	}
	for _, is := range containersOf(&s.pod().Spec) {
		was := containerOf(&template.Spec, is.Name)
		for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			request, set := is.Resources.Requests[name]
			if was == nil || !set || !strings.Contains(scheduled.Message, "Insufficient "+string(name)) {
				continue
			}
			before, had := was.Resources.Requests[name]
			if had && request.Cmp(before) > 0 || !had && !s.defaulted(name) {
				return &mutation{is.Name, "resources.requests." + string(name), textOr(before.String(), had), request.String(), "no node has room for that"}
			}
		}
	}
	return nil
}

func silentMutation(s *scope) answer {
	m := s.mutationOf()
	if m == nil {
		return no("it is as its template says, in what it fails by")
	}
	pod := refOf("Pod", s.pod())
	field := "spec.containers[" + m.Container + "]." + m.Field
	a := ofWorkload(yes(byField, fmt.Sprintf("%s is %s, and %s in the template", m.Field, m.Is, m.Was)), s.ownerOf(s.pod())).
		with("container", m.Container, "field", m.Field, "was", m.Was, "is", m.Is, "so", m.So).
		seen(pod, field, m.Is, s.At).seen(ownRefOr(s.pod(), s.Object), "spec.template."+field, m.Was, s.At)
	if text := s.pod().Annotations["vpaUpdates"]; text != "" {
		a = a.seen(pod, "metadata.annotations[vpaUpdates]", text, s.At)
	}
	return s.mutators(a)
}

func ownRefOr(pod *corev1.Pod, other Ref) Ref {
	if owner := ownRef(pod); !owner.zero() {
		return owner
	}
	return other
}
