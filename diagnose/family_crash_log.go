package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// fatalSignals are exit codes of 128 and a signal's number, for the signals
// that a program does not get from Kubernetes (signal(7)).
var fatalSignals = map[int32]string{132: "SIGILL", 133: "SIGTRAP", 134: "SIGABRT", 135: "SIGBUS", 136: "SIGFPE", 139: "SIGSEGV", 159: "SIGSYS"}

func fatalSignal(s *scope) answer {
	over := s.run().ended()
	if over == nil || fatalSignals[over.ExitCode] == "" {
		return no("no fatal signal")
	}
	name := fatalSignals[over.ExitCode]
	return yes(byField, fmt.Sprintf("%s (exit code %d)", name, over.ExitCode)).with("signal", name).
		seen(s.run().ref(), s.run().endedPath()+".exitCode", strconv.Itoa(int(over.ExitCode)), over.FinishedAt.Time)
}

func sidecarOnly(s *scope) answer {
	if !s.Failure.Sidecar {
		return no("it is the workload's own container")
	}
	pod := s.pod()
	for _, run := range runs(pod) {
		if run.Init || run.Spec.Name == s.Failure.Container {
			continue
		}
		if !run.Status.Ready {
			return no(run.Spec.Name + " does not work either")
		}
		a := yes(byField, run.Spec.Name+" is ready, "+s.Failure.Container+" is not").with("main", run.Spec.Name).
			seen(s.run().ref(), run.path()+".ready", "true", s.At).
			seen(s.run().ref(), s.run().path()+".ready", fmt.Sprint(s.run().Status.Ready), s.At)
		if containerOf(&s.Workload().Template.Spec, s.Failure.Container) == nil {
			a = a.with("injected", "It was injected: the template has no such container.")
		}
		return a
	}
	return no("there is no other container")
}

func inInitContainer(s *scope) answer {
	if !s.Failure.Init || s.run().native() {
		return no("it is a main container")
	}
	over := s.run().ended()
	if over == nil {
		return no("it has not ended")
	}
	a := yes(byField, s.Failure.Container+" is an init container, and all others wait for it").
		seen(s.run().ref(), s.run().endedPath()+".exitCode", strconv.Itoa(int(over.ExitCode)), over.FinishedAt.Time)
	if text, _, _, ok := s.failureLog(); ok {
		a = a.with("line", lastLine(text))
	}
	return a
}

func portInUse(s *scope) answer {
	a := s.portTaken()
	if a.Verdict != ops.Yes {
		return a
	}
	address := "a port"
	if port := a.Facts["port"]; port != "" {
		address = "port " + port
	}
	if s.pod().Spec.HostNetwork {
		return a.with("address", address+" of its node").seen(s.run().ref(), "spec.hostNetwork", "true", s.At)
	}
	return a.with("address", address+" of its pod")
}

// portTaken looks in the log, and for the other container that says that it
// serves the port.
func (s *scope) portTaken() answer {
	_, a := s.logHit(saysPortTaken)
	spec := s.pod().Spec
	taken := map[string]string{}
	for _, c := range spec.Containers {
		for _, port := range c.Ports {
			key := fmt.Sprintf("%d/%s", port.ContainerPort, port.Protocol)
			other := taken[key]
			if other == "" || other == c.Name {
				taken[key] = c.Name
				continue
			}
			if a.Verdict == ops.Yes && (a.Facts["port"] == "" || a.Facts["port"] == strconv.Itoa(int(port.ContainerPort))) {
				if other == s.Failure.Container {
					other = c.Name
				}
				return a.and(byField).with("port", strconv.Itoa(int(port.ContainerPort)), "other", other).
					seen(s.run().ref(), "spec.containers["+s.Failure.Container+"].ports", key, s.At).
					seen(s.run().ref(), "spec.containers["+other+"].ports", key, s.At)
			}
		}
	}
	return a
}

func permissionDenied(s *scope) answer {
	_, a := s.logHit(saysNoAccess)
	if a.Verdict != ops.Yes {
		return a
	}
	run := s.run()
	if w := s.Workload(); w != nil && s.newRevisionFails() && securityOf(w.previous().Template, run.Spec.Name) != securityOf(&corev1.PodTemplateSpec{Spec: run.Pod.Spec}, run.Spec.Name) {
		a = a.and(byChange).by(s.rolloutOf(w, w.current())).
			seen(w.previous().Ref, "securityContext", securityOf(w.previous().Template, run.Spec.Name), w.previous().Created)
	}
	if saysReadOnly.MatchString(a.Facts["line"]) && readOnlyRoot(run.Spec) {
		a = a.and(byField).seen(run.ref(), "spec.containers["+run.Spec.Name+"].securityContext.readOnlyRootFilesystem", "true", s.At)
	}
	if what := a.Facts["file"]; what == "" && a.Facts["port"] != "" {
		a = a.with("file", "port "+a.Facts["port"])
	}
	return a.seen(run.ref(), "securityContext", securityOf(&corev1.PodTemplateSpec{Spec: run.Pod.Spec}, run.Spec.Name), s.At)
}

var saysReadOnly = regexp.MustCompile(`(?i)read-only file system|EROFS|\[Errno 30\]`)

func readOnlyRoot(c *corev1.Container) bool {
	return c.SecurityContext != nil && c.SecurityContext.ReadOnlyRootFilesystem != nil && *c.SecurityContext.ReadOnlyRootFilesystem
}

// securityOf writes what decides about a container's rights in one line.
func securityOf(template *corev1.PodTemplateSpec, container string) string {
	var parts []string
	add := func(name string, value any, set bool) {
		if set {
			parts = append(parts, fmt.Sprintf("%s=%v", name, value))
		}
	}
	if pod := template.Spec.SecurityContext; pod != nil {
		add("pod.runAsUser", value(pod.RunAsUser), pod.RunAsUser != nil)
		add("pod.runAsGroup", value(pod.RunAsGroup), pod.RunAsGroup != nil)
		add("fsGroup", value(pod.FSGroup), pod.FSGroup != nil)
		add("pod.runAsNonRoot", value(pod.RunAsNonRoot), pod.RunAsNonRoot != nil)
	}
	if c := containerOf(&template.Spec, container); c != nil && c.SecurityContext != nil {
		security := c.SecurityContext
		add("runAsUser", value(security.RunAsUser), security.RunAsUser != nil)
		add("runAsNonRoot", value(security.RunAsNonRoot), security.RunAsNonRoot != nil)
		add("readOnlyRootFilesystem", value(security.ReadOnlyRootFilesystem), security.ReadOnlyRootFilesystem != nil)
		if security.Capabilities != nil {
			add("capabilities", fmt.Sprintf("+%v -%v", security.Capabilities.Add, security.Capabilities.Drop), true)
		}
	}
	if len(parts) == 0 {
		return "none set"
	}
	return strings.Join(parts, " ")
}

func value[T any](pointer *T) any {
	if pointer == nil {
		return nil
	}
	return *pointer
}

// schemaOutdated looks for the client's words, and for the Job or init
// container that should have migrated.
func schemaOutdated(s *scope) answer {
	_, a := s.logHit(saysSchema)
	if a.Verdict != ops.Yes {
		return a
	}
	if s.newRevisionFails() {
		a = a.and(byChange)
	}
	for _, job := range s.Objects.Jobs {
		if job.Namespace != s.Object.Namespace || !strings.Contains(strings.ToLower(job.Name), "migrat") {
			continue
		}
		state := "not complete"
		if jobComplete(job) {
			state = "complete"
		}
		a = a.with("job", job.Name, "job_state", state).seen(refOf("Job", job), "status", state, job.CreationTimestamp.Time)
	}
	return a
}

func exceptionInLog(s *scope) answer {
	over := s.run().ended()
	if over != nil && slices.Contains([]int32{137, 143}, over.ExitCode) {
		return no("it was killed from outside")
	}
	_, a := s.logHit(saysCrashed)
	if a.Verdict == ops.Yes && a.Facts["what"] != "" {
		a = a.with("line", a.Facts["what"])
	}
	return a
}

// endsWithError is for a program that ends by itself, with a log that means
// nothing to steward: the reader sees its last line.
func endsWithError(s *scope) answer {
	over := s.run().ended()
	if over == nil || over.ExitCode == 0 || slices.Contains([]int32{137, 143}, over.ExitCode) {
		return no("it did not end by itself")
	}
	text, run, missing, ok := s.failureLog()
	if !ok {
		return unknown(missing)
	}
	return yes(bySignature, fmt.Sprintf("exit code %d", over.ExitCode)).with("line", lastLine(text)).
		seen(run.ref(), run.endedPath()+".exitCode", strconv.Itoa(int(over.ExitCode)), over.FinishedAt.Time)
}
