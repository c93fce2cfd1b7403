package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/steward-bot/steward/ops"
)

// probeFamily knows why a probe fails, and what the kubelet does then.
func probeFamily() family {
	return family{
		Name:   "probe",
		Causes: probeCauses(),
		Checks: []check{
			{"killed-by-probe", "Did the kubelet kill the container because of a probe?", killedByProbe},
			{"startup-probe-exhausted", "Did the start take longer than the startup probe allows?", startupProbeExhausted},
			{"liveness-wrong-target", "Does the liveness probe ask where nothing answers?", livenessWrongTarget},
			{"liveness-too-tight", "Is the liveness probe too impatient?", livenessTooTight},
			{"liveness-unwell", "Does the program itself say that it is not alive?", livenessUnwell},
			{"readiness-gate-unmet", "Does the pod wait for a readiness gate?", readinessGateUnmet},
			{"was-ready", "Was it ready before?", wasReady},
			{"readiness-wrong-target", "Does the readiness probe ask where nothing answers?", readinessWrongTarget},
			{"never-ready", "Has no pod of the newest revision ever been ready, while older ones are?", neverReady},
			{"readiness-lost", "Did it cease to be ready?", readinessLost},
		},
	}
}

// What the kubelet says about a failing probe (k8s.io/kubernetes/pkg/probe).
var (
	probeRefused  = regexp.MustCompile(`(?i)connection refused|no such host|no route to host|invalid port|not found|(?:command|exec: )[^\n]*(?:no such file|executable file not found)`)
	probeNotFound = regexp.MustCompile(`(?i)statuscode: (?:404|405|301|302|401|403)`)
	probeTimeout  = regexp.MustCompile(`(?i)context deadline exceeded|timed? ?out|timeout|Client\.Timeout`)
)

// killedByProbe looks for the kubelet's own word that a probe was the reason.
func killedByProbe(s *scope) answer {
	for _, run := range s.Failure.Runs {
		over := run.ended()
		if over == nil || !slices.Contains([]int32{0, 137, 143}, over.ExitCode) || over.Reason == "OOMKilled" {
			continue
		}
		for _, kind := range []string{"Startup", "Liveness"} {
			event := s.probeEvent(run, kind)
			if event == nil {
				continue
			}
			a := yes(byContext, event.Message).with("probe", strings.ToLower(kind), "line", event.Message).
				seen(run.ref(), "events[Unhealthy].message", event.Message, event.Last).
				seen(run.ref(), run.endedPath()+".exitCode", strconv.Itoa(int(over.ExitCode)), over.FinishedAt.Time)
			if killing := s.lastEvent(run.ref(), "Killing"); killing != nil {
				a = a.seen(run.ref(), "events[Killing].message", killing.Message, killing.Last)
			}
			return a
		}
	}
	return no("no event tells of a failing liveness or startup probe")
}

func startupProbeExhausted(s *scope) answer {
	run := s.run()
	event := s.probeEvent(run, "Startup")
	if event == nil || run.Spec.StartupProbe == nil {
		return no("the startup probe did not fail, or there is none")
	}
	budget := age(probeBudget(run.Spec.StartupProbe))
	return yes(byField, event.Message).with("budget", budget, "line", event.Message).
		seen(run.ref(), "events[Unhealthy].message", event.Message, event.Last).
		seen(run.ref(), "spec.containers["+run.Spec.Name+"].startupProbe", probeText(run.Spec.StartupProbe)+": "+budget+" in all", s.At)
}

// wrongTarget tells whether a probe fails for its target, and says how: the
// port is not one that the container says it serves, or the path is none.
func (s *scope) wrongTarget(run runOf, probe *corev1.Probe, event *Event) answer {
	if event == nil || probe == nil {
		return no("no event tells of its failing")
	}
	text := probeText(probe)
	path := "spec.containers[" + run.Spec.Name + "]." + strings.ToLower(strings.SplitN(event.Message, " ", 2)[0]) + "Probe"
	a := yes(bySignature, event.Message).with("probe_target", text, "line", event.Message).
		seen(run.ref(), "events[Unhealthy].message", event.Message, event.Last).
		seen(run.ref(), path, text, s.At)
	port, serves := servesPort(run.Spec, probe)
	switch {
	case !serves && !probeTimeout.MatchString(event.Message):
		return a.and(byField).with("wrong", fmt.Sprintf("the container serves no port %s, but %s", port, portsText(run.Spec))).
			seen(run.ref(), "spec.containers["+run.Spec.Name+"].ports", portsText(run.Spec), s.At)
	case probeNotFound.MatchString(event.Message):
		return a.and(byField).with("wrong", "the program answers, but not at that path")
	case probeRefused.MatchString(event.Message):
		if probe.Exec != nil {
			return a.and(byField).with("wrong", "the container has no such command")
		}
		return a.with("wrong", "nothing answers there")
	}
	return no(event.Message)
}

// servesPort gives the port that a probe asks, and whether the container
// declares it. One that declares no ports may serve any.
func servesPort(c *corev1.Container, probe *corev1.Probe) (port string, serves bool) {
	var asks *intstr.IntOrString
	switch {
	case probe.HTTPGet != nil:
		asks = &probe.HTTPGet.Port
	case probe.TCPSocket != nil:
		asks = &probe.TCPSocket.Port
	case probe.GRPC != nil:
		number := intstr.FromInt32(probe.GRPC.Port)
		asks = &number
	default:
		return "", true
	}
	serves = len(c.Ports) == 0 && asks.Type == intstr.Int
	for _, declared := range c.Ports {
		serves = serves || asks.Type == intstr.String && declared.Name == asks.StrVal || asks.Type == intstr.Int && declared.ContainerPort == asks.IntVal
	}
	return asks.String(), serves
}

func portsText(c *corev1.Container) string {
	var ports []string
	for _, port := range c.Ports {
		text := strconv.Itoa(int(port.ContainerPort))
		if port.Name != "" {
			text += " (" + port.Name + ")"
		}
		ports = append(ports, text)
	}
	if len(ports) == 0 {
		return "no port is declared"
	}
	return strings.Join(ports, ", ")
}

// probeText writes a probe in one line.
func probeText(probe *corev1.Probe) string {
	text := ""
	switch {
	case probe.HTTPGet != nil:
		text = "GET :" + probe.HTTPGet.Port.String() + probe.HTTPGet.Path
	case probe.TCPSocket != nil:
		text = "tcp :" + probe.TCPSocket.Port.String()
	case probe.GRPC != nil:
		text = fmt.Sprintf("grpc :%d", probe.GRPC.Port)
	case probe.Exec != nil:
		text = "exec " + strings.Join(probe.Exec.Command, " ")
	}
	return fmt.Sprintf("%s, delay %d s, every %d s, timeout %d s, %d failures", text,
		probe.InitialDelaySeconds, max(1, probe.PeriodSeconds), max(1, probe.TimeoutSeconds), max(1, probe.FailureThreshold))
}

func livenessWrongTarget(s *scope) answer {
	run := s.run()
	return s.wrongTarget(run, run.Spec.LivenessProbe, s.probeEvent(run, "Liveness"))
}

func livenessTooTight(s *scope) answer {
	run := s.run()
	event := s.probeEvent(run, "Liveness")
	if event == nil || run.Spec.LivenessProbe == nil {
		return no("the liveness probe did not fail, or there is none")
	}
	if !probeTimeout.MatchString(event.Message) {
		return no(event.Message)
	}
	probe := run.Spec.LivenessProbe
	budget, ran := probeBudget(probe), ""
	if over := run.ended(); over != nil {
		ran = age(run.lasted())
	}
	return yes(byField, event.Message).with("budget", age(budget), "lived", ran, "timeout", fmt.Sprint(max(1, probe.TimeoutSeconds)), "line", event.Message).
		seen(run.ref(), "events[Unhealthy].message", event.Message, event.Last).
		seen(run.ref(), "spec.containers["+run.Spec.Name+"].livenessProbe", probeText(probe), s.At)
}

// livenessUnwell is for a program that answers its liveness probe with an error
// until it is killed: it may only not be up yet.
func livenessUnwell(s *scope) answer {
	run := s.run()
	event := s.probeEvent(run, "Liveness")
	if event == nil || run.Spec.LivenessProbe == nil {
		return no("the liveness probe did not fail, or there is none")
	}
	return yes(bySignature, event.Message).with("line", event.Message).
		seen(run.ref(), "spec.containers["+run.Spec.Name+"].livenessProbe", probeText(run.Spec.LivenessProbe), s.At)
}

func readinessGateUnmet(s *scope) answer {
	pod := s.pod()
	ready := condition(pod, corev1.ContainersReady)
	if ready == nil || ready.Status != corev1.ConditionTrue {
		return no("its containers are not ready themselves")
	}
	for _, gate := range pod.Spec.ReadinessGates {
		is := condition(pod, gate.ConditionType)
		if is != nil && is.Status == corev1.ConditionTrue {
			continue
		}
		state := "absent"
		if is != nil {
			state = string(is.Status) + " " + is.Reason
		}
		ref := refOf("Pod", pod)
		return yes(byField, string(gate.ConditionType)+" is "+state).with("gate", string(gate.ConditionType), "state", state).
			seen(ref, "spec.readinessGates", string(gate.ConditionType), s.At).
			seen(ref, "status.conditions["+string(gate.ConditionType)+"]", state, s.At)
	}
	return no("it has no readiness gate that is not met")
}

func wasReady(s *scope) answer {
	if len(s.Failure.Runs) == 0 {
		return no("no container is unready")
	}
	run := s.run()
	if at, lost := s.lostReady(run); lost {
		return yes(byContext, "until "+at.UTC().Format("15:04:05")+" UTC")
	}
	return no("it has not been ready since its container started")
}

func readinessWrongTarget(s *scope) answer {
	if len(s.Failure.Runs) == 0 {
		return no("no container is unready")
	}
	run := s.run()
	a := s.wrongTarget(run, run.Spec.ReadinessProbe, s.probeEvent(run, "Readiness"))
	if a.Verdict == ops.Yes && s.newRevisionFails() {
		a = a.and(byChange).by(s.rolloutOf(s.Workload(), s.Workload().current()))
	}
	return a
}

// neverReady compares the newest revision with those before it.
func neverReady(s *scope) answer {
	a := onlyNewRevision(s)
	if a.Verdict != ops.Yes {
		return a
	}
	current, previous := s.Workload().current(), s.Workload().previous()
	if current.Ready > 0 || previous.Ready == 0 {
		return no("revisions do not differ in that")
	}
	a = a.and(bySignature).with("wrong", fmt.Sprintf("no pod of revision %d has become ready, while those of revision %d are", current.Number, previous.Number))
	if len(s.Failure.Runs) == 0 {
		return a
	}
	if run := s.run(); run.Spec.ReadinessProbe != nil {
		a = a.with("probe_target", probeText(run.Spec.ReadinessProbe))
	}
	if event := s.probeEvent(s.run(), "Readiness"); event != nil {
		a = a.with("line", event.Message).seen(s.run().ref(), "events[Unhealthy].message", event.Message, event.Last)
	}
	return a
}

func readinessLost(s *scope) answer {
	if len(s.Failure.Runs) == 0 {
		return no("no container is unready")
	}
	run := s.run()
	at, lost := s.lostReady(run)
	if !lost {
		return no("it was not ready before")
	}
	a := yes(byField, "since "+at.UTC().Format("15:04:05")+" UTC").with("since", at.UTC().Format("15:04")).
		seen(run.ref(), "status.conditions[Ready].lastTransitionTime", at.UTC().Format("2006-01-02T15:04:05Z"), at)
	if event := s.probeEvent(run, "Readiness"); event != nil {
		a = a.with("line", event.Message).seen(run.ref(), "events[Unhealthy].message", event.Message, event.Last)
	}
	return a
}
