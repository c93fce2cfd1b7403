package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// targetName is the name of the port that a Service's port leads to, "" where
// that is a number.
func targetName(port *corev1.ServicePort) string {
	if port.TargetPort.Type == intstr.String {
		return port.TargetPort.StrVal
	}
	return ""
}

// targetNumber is the number of the port that a Service's port leads to: by
// default its own.
func targetNumber(port *corev1.ServicePort) int32 {
	if port.TargetPort.Type == intstr.Int && port.TargetPort.IntVal != 0 {
		return port.TargetPort.IntVal
	}
	return port.Port
}

func targetText(port *corev1.ServicePort) string {
	if name := targetName(port); name != "" {
		return name
	}
	return strconv.Itoa(int(targetNumber(port)))
}

// protocolOf is TCP where none is named.
func protocolOf(protocol corev1.Protocol) corev1.Protocol {
	if protocol == "" {
		return corev1.ProtocolTCP
	}
	return protocol
}

// servesTarget tells whether a pod has the port that a Service's port leads
// to: declares it, or is probed there. It is not known where the port is a
// number and a container of the pod declares no ports, or only such as it is
// watched by: it may listen on any.
func servesTarget(spec *corev1.PodSpec, port *corev1.ServicePort) (serves, known bool) {
	name, number := targetName(port), targetNumber(port)
	known = true
	for _, c := range listening(spec) {
		for _, declared := range c.Ports {
			switch {
			case name == "" && declared.ContainerPort == number:
				return true, true
			case name != "" && declared.Name == name && protocolOf(declared.Protocol) == protocolOf(port.Protocol):
				return true, true
			}
		}
		if name == "" && probedAt(c, number) {
			return true, true
		}
		if name == "" && !slices.ContainsFunc(c.Ports, forRequests) && !slices.Contains(sidecars, strings.ToLower(c.Name)) {
			known = false
		}
	}
	return false, known
}

// probedAt tells that the kubelet asks a container at a port, so that it is
// meant to listen there.
func probedAt(c *corev1.Container, number int32) bool {
	for _, probe := range []*corev1.Probe{c.ReadinessProbe, c.LivenessProbe, c.StartupProbe} {
		switch {
		case probe == nil:
		case probe.HTTPGet != nil && probe.HTTPGet.Port.IntVal == number:
			return true
		case probe.TCPSocket != nil && probe.TCPSocket.Port.IntVal == number:
			return true
		case probe.GRPC != nil && probe.GRPC.Port == number:
			return true
		}
	}
	return false
}

// watching are the names of ports that are declared for monitoring to find,
// while the port that serves often is not.
var watching = regexp.MustCompile(`^(?:https?-)?(?:metrics|monitoring|prom|prometheus|jmx|pprof|debug|admin|health|healthz|telemetry)$`)

func forRequests(port corev1.ContainerPort) bool { return !watching.MatchString(port.Name) }

// listening are the containers of a pod that run as long as it does.
func listening(spec *corev1.PodSpec) []*corev1.Container {
	var list []*corev1.Container
	for i := range spec.Containers {
		list = append(list, &spec.Containers[i])
	}
	for i := range spec.InitContainers {
		if restartable(&spec.InitContainers[i]) && len(spec.InitContainers[i].Ports) > 0 {
			list = append(list, &spec.InitContainers[i])
		}
	}
	return list
}

// servers are the pods behind a Service as they are, or as their templates
// would make them, and the first workload that they are of.
func (s *scope) servers(service *corev1.Service) (specs []*corev1.PodSpec, first *workload) {
	for _, ref := range s.backendsOf(service) {
		w := s.workload(ref)
		if first == nil {
			first = w
		}
		pods := s.podsBehind(service, w)
		for _, pod := range pods {
			specs = append(specs, &pod.Spec)
		}
		if len(pods) == 0 {
			specs = append(specs, &w.Template.Spec)
		}
	}
	return specs, first
}

// targetPortMismatch tells that a Service leads to a port that none of its pods
// has. A number that the pods do not declare counts only where that is so of
// all the Service's ports: programs serve more than they declare.
func targetPortMismatch(s *scope) answer {
	service := s.service()
	if service == nil || !selectsPods(service) || headless(service) {
		return no("no Service that leads to ports is concerned")
	}
	ref := refOf("Service", service)
	specs, w := s.servers(service)
	if len(specs) == 0 || s.meant(ref) {
		return no("nothing is behind " + ref.String())
	}
	var closed []int
	for i := range service.Spec.Ports {
		switch servedBy(specs, &service.Spec.Ports[i]) {
		case absent:
			if targetName(&service.Spec.Ports[i]) != "" {
				return s.portMismatch(service, i, w)
			}
			closed = append(closed, i)
		case served, unknowable:
		}
	}
	if len(closed) > 0 && len(closed) == len(service.Spec.Ports) {
		return s.portMismatch(service, closed[0], w)
	}
	return no("the pods behind " + ref.String() + " serve its ports, as far as they say")
}

// presence tells whether any of several pods has a port.
type presence int

const (
	absent presence = iota
	served
	unknowable
)

func servedBy(specs []*corev1.PodSpec, port *corev1.ServicePort) presence {
	result := absent
	for _, spec := range specs {
		serves, known := servesTarget(spec, port)
		if serves {
			return served
		}
		if !known {
			result = unknowable
		}
	}
	return result
}

func (s *scope) portMismatch(service *corev1.Service, at int, w *workload) answer {
	port, ref := &service.Spec.Ports[at], refOf("Service", service)
	var declared []string
	var candidates []corev1.ContainerPort
	for _, c := range listening(&w.Template.Spec) {
		declared = append(declared, portsText(c))
		candidates = append(candidates, c.Ports...)
	}
	has := strings.Join(declared, ", ")
	path := fmt.Sprintf("spec.ports[%d].targetPort", at)
	of := byField
	if targetName(port) == "" && !s.Needed && s.Failure == nil {
		of = bySignature // a program may listen where its template declares nothing, and nobody fails for it
	}
	a := yes(of, fmt.Sprintf("port %d of %s leads to %s, and %s has %s", port.Port, ref, targetText(port), w.Ref, has)).at(ref).
		with("service", service.Name, "port", strconv.Itoa(int(port.Port)), "target_port", targetText(port), "backend", w.Ref.String(), "backend_name", w.Ref.Name, "ports", has).
		seen(ref, path, targetText(port), s.At).
		seen(w.Ref, "spec.template.spec.containers[*].ports", has, s.At)
	if right := likelyPort(port, candidates); right != "" {
		value := any(right)
		if number, err := strconv.Atoi(right); err == nil {
			value = number
		}
		a = a.with("right", right, "patch", patchText([]map[string]any{{"op": "replace", "path": fmt.Sprintf("/spec/ports/%d/targetPort", at), "value": value}}))
	}
	for i, revision := range w.Revisions {
		if serves, _ := servesTarget(&revision.Template.Spec, port); i > 0 && serves {
			a = a.with("rollback_to", strconv.FormatInt(revision.Number, 10))
			break
		}
	}
	return s.writtenBy(a, ref, "spec.ports", "the Service's ports were changed")
}

// likelyPort is the port that is meant: the only one, the one of the Service's
// own number or name, or the one of the nearest name.
func likelyPort(port *corev1.ServicePort, declared []corev1.ContainerPort) string {
	text := func(p corev1.ContainerPort) string {
		if p.Name != "" {
			return p.Name
		}
		return strconv.Itoa(int(p.ContainerPort))
	}
	names := []string{}
	for _, p := range declared {
		if len(declared) == 1 || p.ContainerPort == port.Port || p.Name != "" && p.Name == port.Name {
			return text(p)
		}
		names = append(names, p.Name)
	}
	if near := nearNames(targetText(port), names); len(near) > 0 {
		return near[0]
	}
	return ""
}
