package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/steward-bot/steward/ops"
)

// ingressFamily knows why an Ingress does not bring requests to its Services.
func ingressFamily() family {
	return family{
		Name:   "ingress",
		Causes: ingressCauses(),
		Checks: []check{
			{"ingress-backend-missing", "Does the Ingress name a Service, or a port of one, that is not there?", ingressBackendMissing},
			{"ingress-class-missing", "Does no controller take the Ingress for its own?", ingressClassMissing},
			{"tls-invalid", "Is the certificate absent, over, or for other names?", tlsInvalid},
		},
		Relations: map[string]relation{
			"ingresses":   ingressesOf,
			"controllers": controllersOf,
			"ingress-backends": func(s *scope) []Ref {
				ingress := s.ingress()
				if ingress == nil {
					return nil
				}
				var refs []Ref
				for _, name := range backendServices(ingress) {
					refs = append(refs, Ref{"Service", ingress.Namespace, name})
				}
				return refs
			},
		},
		Wants: ingressWants,
	}
}

// ingress is the Ingress that is looked at: the one at the other end of a
// relation, or the one that the tree is about. It is nil if there is none.
func (s *scope) ingress() *networkingv1.Ingress {
	if related := get[networkingv1.Ingress](s.view, s.Related); related != nil {
		return related
	}
	return get[networkingv1.Ingress](s.view, s.Object)
}

// ingressesOf lists the Ingresses that lead to a workload.
func ingressesOf(s *scope) []Ref {
	if s.Target.Kind == "Ingress" {
		return nil // what else leads there is not why this one does not
	}
	if w := s.Workload(); w != nil {
		return s.ingressesTo(w)
	}
	return nil
}

func (v *view) ingressesTo(w *workload) []Ref {
	fronts := v.frontsOf(w)
	var refs []Ref
	for _, ingress := range v.Objects.Ingresses {
		if ingress.Namespace != w.Ref.Namespace {
			continue
		}
		for _, name := range backendServices(ingress) {
			if slices.Contains(fronts, Ref{"Service", ingress.Namespace, name}) {
				refs = append(refs, refOf("Ingress", ingress))
				break
			}
		}
	}
	return refs
}

// backendOf is one place where an Ingress names a Service.
type backendOf struct {
	service *networkingv1.IngressServiceBackend
	route   string // "shop.acme.example/cart", or "everything else"
	path    string // the field, as a JSON patch names it
}

func backendsOfIngress(ingress *networkingv1.Ingress) []backendOf {
	var list []backendOf
	if backend := ingress.Spec.DefaultBackend; backend != nil && backend.Service != nil {
		list = append(list, backendOf{backend.Service, "everything else", "/spec/defaultBackend"})
	}
	for i, rule := range ingress.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for j, path := range rule.HTTP.Paths {
			if path.Backend.Service != nil {
				list = append(list, backendOf{path.Backend.Service, rule.Host + path.Path, fmt.Sprintf("/spec/rules/%d/http/paths/%d/backend", i, j)})
			}
		}
	}
	return list
}

// byAnnotation is the port that stands for an annotation of the Ingress, which
// tells the controller of AWS what to do in place of a Service.
const byAnnotation = "use-annotation"

// ingressBackendMissing looks at all that an Ingress names, or, for a
// workload, at what leads to it.
func ingressBackendMissing(s *scope) answer {
	ingress := s.ingress()
	if ingress == nil {
		return no("no Ingress is concerned")
	}
	ref := refOf("Ingress", ingress)
	var fronts []Ref
	if w := s.Workload(); w != nil {
		fronts = s.frontsOf(w)
	}
	missing := ""
	for _, backend := range backendsOfIngress(ingress) {
		service := Ref{"Service", ingress.Namespace, backend.service.Name}
		if backend.service.Port.Name == byAnnotation || fronts != nil && !slices.Contains(fronts, service) {
			continue
		}
		switch verdict, why := s.exists(service); verdict {
		case ops.Unknown:
			missing = why
		case ops.No:
			return s.backendGone(ingress, backend, service)
		case ops.Yes:
			if a, found := s.portGone(ingress, backend, service); found {
				return a
			}
		}
	}
	if missing != "" {
		return unknown(missing)
	}
	return no("the Services and ports that " + ref.String() + " names are there")
}

func (s *scope) backendGone(ingress *networkingv1.Ingress, backend backendOf, service Ref) answer {
	ref := refOf("Ingress", ingress)
	a := yes(byField, fmt.Sprintf("%s leads %s to %s, which does not exist", ref, backend.route, service)).at(ref).
		with("route", backend.route, "what", "the Service "+service.Name+", which does not exist in "+service.Namespace).
		seen(ref, strings.ReplaceAll(backend.path[1:], "/", ".")+".service.name", service.Name, s.At).
		seen(service, "", "does not exist", s.At)
	names := []string{}
	for _, other := range s.services[ingress.Namespace] {
		names = append(names, other.Name)
	}
	if near := nearNames(service.Name, names); len(near) > 0 {
		a = a.with("right", "the Service "+near[0], "elsewhere", "; the nearest is "+near[0],
			"patch", patchText([]map[string]any{{"op": "replace", "path": backend.path + "/service/name", "value": near[0]}}))
	}
	return a
}

// portGone tells that the Service is there, and does not have the port.
func (s *scope) portGone(ingress *networkingv1.Ingress, backend backendOf, ref Ref) (answer, bool) {
	service := get[corev1.Service](s.view, ref)
	if service == nil || len(service.Spec.Ports) == 0 || service.Spec.Type == corev1.ServiceTypeExternalName {
		return answer{}, false // controllers ask a name at whatever port the Ingress says
	}
	wants, numbers, names := backend.service.Port, []string{}, []string{}
	for _, port := range service.Spec.Ports {
		if wants.Name != "" && port.Name == wants.Name || wants.Name == "" && port.Port == wants.Number {
			return answer{}, false
		}
		text := strconv.Itoa(int(port.Port))
		if port.Name != "" {
			text += " (" + port.Name + ")"
		}
		numbers, names = append(numbers, text), append(names, port.Name)
	}
	asked := wants.Name
	if asked == "" {
		asked = strconv.Itoa(int(wants.Number))
	}
	has := strings.Join(numbers, ", ")
	at := refOf("Ingress", ingress)
	a := yes(byField, fmt.Sprintf("%s leads %s to port %s of %s, which has %s", at, backend.route, asked, ref, has)).at(at).
		with("route", backend.route, "what", fmt.Sprintf("port %s of the Service %s, which has only %s", asked, ref.Name, has)).
		seen(at, strings.ReplaceAll(backend.path[1:], "/", ".")+".service.port", asked, s.At).
		seen(ref, "spec.ports", has, s.At)
	right := service.Spec.Ports[0]
	if near := nearNames(asked, names); len(near) > 0 {
		right = service.Spec.Ports[slices.Index(names, near[0])]
	} else if len(service.Spec.Ports) > 1 {
		return a, true
	}
	return a.with("right", fmt.Sprintf("port %d", right.Port),
		"patch", patchText([]map[string]any{{"op": "replace", "path": backend.path + "/service/port", "value": map[string]any{"number": right.Port}}})), true
}
