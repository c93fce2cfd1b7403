package diagnose

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// claimGrace is how long a controller may take to notice an Ingress. A class
// that is named and not there has less time to come: createGrace.
const claimGrace = 2 * time.Minute

// legacyClass is the annotation by which controllers know their Ingresses
// that came before IngressClasses. No object stands for it.
const legacyClass = "kubernetes.io/ingress.class"

// ingressClassMissing tells that an Ingress names a class that is not there,
// or none where none is the default, so that no controller looks at it.
func ingressClassMissing(s *scope) answer {
	ingress := s.ingress()
	if ingress == nil {
		return no("no Ingress is concerned")
	}
	ref := refOf("Ingress", ingress)
	if !s.read("IngressClass", "") {
		return unknown(s.why("IngressClass", ""))
	}
	var names []string
	fallback := ""
	for _, class := range s.Objects.IngressClasses {
		names = append(names, class.Name)
		if class.Annotations[networkingv1.AnnotationIsDefaultIngressClass] == "true" {
			fallback = class.Name
		}
	}
	class := ingress.Spec.IngressClassName
	switch {
	case class != nil && slices.Contains(names, *class):
		return no("its class " + *class + " is there")
	case s.claimed(ingress, class), s.meant(ref):
		return no("a controller has taken it for its own")
	case class == nil && fallback != "":
		return no("it names no class, and " + fallback + " is the default")
	}
	a := yes(byField, "").at(ref)
	if class != nil {
		a.Observed = "its class " + *class + " does not exist"
		a = a.with("why", "names the class "+*class+", which does not exist").seen(ref, "spec.ingressClassName", *class, s.At)
	} else {
		a.Observed = "it names no class, and none is the default"
		a = a.with("why", "names no class, and no class is the default").seen(ref, "spec.ingressClassName", "", s.At)
	}
	a = a.seen(Ref{Kind: "IngressClass", Name: "*"}, "metadata.name", strings.Join(names, ", "), s.At)
	if right := likelyClass(class, names); right != "" {
		a = a.with("right", right, "patch", patchText(map[string]any{"spec": map[string]any{"ingressClassName": right}}))
	} else if len(names) > 0 {
		a = a.with("classes", strings.Join(names, ", "))
	}
	return s.writtenBy(a, ref, "spec.ingressClassName", "the class of the Ingress was changed")
}

// claimed tells that a controller looks at an Ingress all the same: it has
// given it an address, is named in the way that came before classes, or has
// not had the time.
func (s *scope) claimed(ingress *networkingv1.Ingress, class *string) bool {
	grace := claimGrace
	if class != nil {
		grace = createGrace
	}
	return len(ingress.Status.LoadBalancer.Ingress) > 0 || ingress.Annotations[legacyClass] != "" || s.At.Sub(ingress.CreationTimestamp.Time) < grace
}

func likelyClass(class *string, names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	if class == nil {
		return ""
	}
	if near := nearNames(*class, names); len(near) > 0 {
		return near[0]
	}
	return ""
}

// controllerLabel names the program that a controller's Service is of, by the
// labels that its chart gives it.
const controllerLabel = "app.kubernetes.io/name"

// controllerNames are the programs of the well-known controllers, by what their
// IngressClass says.
var controllerNames = map[string]string{
	"k8s.io/ingress-nginx":                   "ingress-nginx",
	"traefik.io/ingress-controller":          "traefik",
	"nginx.org/ingress-controller":           "nginx-ingress",
	"haproxy.org/ingress-controller/haproxy": "kubernetes-ingress",
	"ingress-controllers.konghq.com/kong":    "kong",
	"projectcontour.io/ingress-controller":   "contour",
}

// controllersOf lists the Services with a load balancer through which an
// Ingress without an address would be reached.
func controllersOf(s *scope) []Ref {
	ingress := s.ingress()
	if ingress == nil || len(ingress.Status.LoadBalancer.Ingress) > 0 || ingress.Spec.IngressClassName == nil {
		return nil
	}
	class := get[networkingv1.IngressClass](s.view, Ref{Kind: "IngressClass", Name: *ingress.Spec.IngressClassName})
	if class == nil || controllerNames[class.Spec.Controller] == "" {
		return nil
	}
	var refs []Ref
	for _, service := range s.Objects.Services {
		if service.Spec.Type == corev1.ServiceTypeLoadBalancer && service.Labels[controllerLabel] == controllerNames[class.Spec.Controller] {
			refs = append(refs, refOf("Service", service))
		}
	}
	return refs
}
