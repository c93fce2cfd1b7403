package diagnose

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
)

// measured is a resource whose use an autoscaler measures against what the
// containers request: of all of them, or of one.
type measured struct {
	Resource  corev1.ResourceName
	Container string // "" for all
}

func measuredBy(hpa *autoscalingv2.HorizontalPodAutoscaler) []measured {
	var list []measured
	for _, metric := range hpa.Spec.Metrics {
		switch {
		case metric.Resource != nil && metric.Resource.Target.AverageUtilization != nil:
			list = append(list, measured{Resource: metric.Resource.Name})
		case metric.ContainerResource != nil && metric.ContainerResource.Target.AverageUtilization != nil:
			list = append(list, measured{metric.ContainerResource.Name, metric.ContainerResource.Container})
		}
	}
	return list
}

// without gives the first container that lacks the request, "" if none does:
// native sidecars count too (k8s.io/kubernetes/pkg/controller/podautoscaler,
// calculatePodRequests).
func (m measured) without(spec *corev1.PodSpec) string {
	if m.Container == "" && spec.Resources != nil {
		if _, whole := spec.Resources.Requests[m.Resource]; whole {
			return "" // of the pod as a whole
		}
	}
	containers := slices.Clone(spec.Containers)
	for i := range spec.InitContainers {
		if restartable(&spec.InitContainers[i]) {
			containers = append(containers, spec.InitContainers[i])
		}
	}
	for i := range containers {
		if m.Container != "" && m.Container != containers[i].Name {
			continue
		}
		_, requested := containers[i].Resources.Requests[m.Resource]
		_, limited := containers[i].Resources.Limits[m.Resource] // the API's default for the request
		if !requested && !limited {
			return containers[i].Name
		}
	}
	return ""
}

// withoutRequest finds the first container without a request that is measured: in the
// pods, which a LimitRange may have given one, or, where there are none, in the
// template.
func (s *scope) withoutRequest(hpa *autoscalingv2.HorizontalPodAutoscaler, w *workload) (m measured, container string, at Ref) {
	pods := slices.DeleteFunc(slices.Clone(w.Pods), func(pod *corev1.Pod) bool { return !podActive(pod) })
	slices.SortFunc(pods, func(a, b *corev1.Pod) int { return cmp.Compare(a.Name, b.Name) })
	for _, m := range measuredBy(hpa) {
		for _, pod := range pods {
			if container := m.without(&pod.Spec); container != "" {
				return m, container, refOf("Pod", pod)
			}
		}
		if container := m.without(&w.Template.Spec); len(pods) == 0 && container != "" && !s.requestByDefault(w.Ref.Namespace, m.Resource) {
			return m, container, w.Ref
		}
	}
	return measured{}, "", Ref{}
}

// requestByDefault tells that a LimitRange gives containers a request.
func (v *view) requestByDefault(namespace string, name corev1.ResourceName) bool {
	for _, each := range v.Objects.LimitRanges {
		for _, item := range each.Spec.Limits {
			_, request := item.DefaultRequest[name]
			_, limit := item.Default[name]
			if each.Namespace == namespace && item.Type == corev1.LimitTypeContainer && (request || limit) {
				return true
			}
		}
	}
	return false
}

var missingRequest = regexp.MustCompile(`missing request for (\S+)(?: in container (\S+) of Pod (\S+))?`)

// hpaMissingRequests works out what the autoscaler would miss. Its words are
// taken only where the pods do not tell.
func hpaMissingRequests(s *scope) answer {
	hpa := s.autoscaler()
	if hpa == nil {
		return s.absent()
	}
	active := hpaCondition(hpa, autoscalingv2.ScalingActive)
	works := active != nil && active.Status == corev1.ConditionTrue && len(hpa.Spec.Metrics) < 2
	if works || active != nil && active.Reason == "ScalingDisabled" {
		return no("it can compute, or is to do nothing")
	}
	w := s.workload(scaledBy(hpa))
	if w == nil {
		return no("what it scales is not known")
	}
	if m, container, at := s.withoutRequest(hpa, w); container != "" {
		path := "spec.containers[" + container + "].resources.requests." + string(m.Resource)
		a := yes(byField, container+" requests no "+string(m.Resource)).seen(at, path, "absent", s.At)
		if active != nil && active.Status == corev1.ConditionTrue {
			a = a.with("down", "down") // another metric lets it scale up
		}
		return s.withRequest(a, hpa, w, m.Resource, container)
	}
	if active != nil {
		if said := missingRequest.FindStringSubmatch(active.Message); said != nil {
			a := yes(bySignature, active.Message).seen(hpaRef(hpa), "status.conditions[ScalingActive].message", active.Message, active.LastTransitionTime.Time)
			return s.withRequest(a, hpa, w, corev1.ResourceName(strings.Trim(said[1], `".,`)), said[2])
		}
	}
	return no("every container requests what is measured")
}

func (s *scope) withRequest(a answer, hpa *autoscalingv2.HorizontalPodAutoscaler, w *workload, resource corev1.ResourceName, container string) answer {
	a = a.at(hpaRef(hpa)).with("hpa", hpa.Name, "workload", w.Ref.Name, "workload_target", s.commonFacts(w.Ref)["target"], "resource", string(resource), "who", "a container")
	if container == "" {
		return a
	}
	a = a.with("who", "the container "+container)
	if containerOf(&w.Template.Spec, container) == nil {
		return a.with("injected", container)
	}
	return a.with("lacks", container, "amount", s.usual(w, resource, container))
}

// usual is a request to begin with: what the container uses now, where that is
// known.
func (s *scope) usual(w *workload, resource corev1.ResourceName, container string) string {
	most, own := Usage{}, map[string]bool{}
	for _, pod := range w.Pods {
		own[pod.Name] = true
	}
	for _, usage := range s.Usage {
		if usage.Namespace == w.Ref.Namespace && usage.Container == container && own[usage.Pod] {
			most.MilliCPU, most.MemoryBytes = max(most.MilliCPU, usage.MilliCPU), max(most.MemoryBytes, usage.MemoryBytes)
		}
	}
	switch {
	case resource == corev1.ResourceCPU && most.MilliCPU > 0:
		return fmt.Sprintf("%dm", most.MilliCPU)
	case resource == corev1.ResourceCPU:
		return "100m"
	case most.MemoryBytes > 0:
		return fmt.Sprintf("%dMi", most.MemoryBytes>>20+1)
	default:
		return "128Mi"
	}
}
