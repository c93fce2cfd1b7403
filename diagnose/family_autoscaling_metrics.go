package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/steward-bot/steward/ops"
)

// metricsGroups are the API groups that serve each kind of metric.
var metricsGroups = map[autoscalingv2.MetricSourceType]string{
	autoscalingv2.ResourceMetricSourceType:          "metrics.k8s.io",
	autoscalingv2.ContainerResourceMetricSourceType: "metrics.k8s.io",
	autoscalingv2.PodsMetricSourceType:              "custom.metrics.k8s.io",
	autoscalingv2.ObjectMetricSourceType:            "custom.metrics.k8s.io",
	autoscalingv2.ExternalMetricSourceType:          "external.metrics.k8s.io",
}

// metricsGroup is the API group whose metric an autoscaler does not get. The
// reason names the kind of metric, as FailedGetResourceMetric does.
func metricsGroup(hpa *autoscalingv2.HorizontalPodAutoscaler, reason string) string {
	for kind, group := range metricsGroups {
		if reason == "FailedGet"+string(kind)+"Metric" {
			return group
		}
	}
	if len(hpa.Spec.Metrics) > 0 {
		return metricsGroups[hpa.Spec.Metrics[0].Type]
	}
	return "metrics.k8s.io"
}

func isMetricsAPI(service *unstructured.Unstructured) bool {
	return service.GetKind() == "APIService" && strings.HasSuffix(groupOf(service), "metrics.k8s.io")
}

func groupOf(service *unstructured.Unstructured) string {
	group, _, _ := unstructured.NestedString(service.Object, "spec", "group")
	return group
}

// apiCondition is the condition Available of an APIService, nil if it has none.
func apiCondition(service *unstructured.Unstructured) map[string]any {
	conditions, _, _ := unstructured.NestedSlice(service.Object, "status", "conditions")
	for _, each := range conditions {
		if c, ok := each.(map[string]any); ok && c["type"] == "Available" {
			return c
		}
	}
	return nil
}

// apiOf finds the APIService of a group: one that is available, if there is.
func (v *view) apiOf(group string) *unstructured.Unstructured {
	var found *unstructured.Unstructured
	for _, service := range v.Objects.Others {
		if service.GetKind() != "APIService" || groupOf(service) != group {
			continue
		}
		if apiCondition(service)["status"] == "True" {
			return service
		}
		if found == nil {
			found = service
		}
	}
	return found
}

// metricsAPIDown looks at the APIService of the metrics that an autoscaler does
// not get. One that got usages and misses a request has been served.
func metricsAPIDown(s *scope) answer {
	hpa := s.autoscaler()
	if hpa == nil {
		return s.absent()
	}
	trouble := metricsTrouble(hpa)
	if trouble == nil || strings.Contains(trouble.Message, "missing request for") {
		return no("it gets its metrics, or wants none")
	}
	group := metricsGroup(hpa, trouble.Reason)
	api := s.apiOf(group)
	if api == nil && !s.read("APIService", "") {
		return unknown(s.why("APIService", ""))
	}
	a := yes(byField, group+" is served by nobody").with("hpa", hpa.Name, "workload", hpa.Spec.ScaleTargetRef.Name).
		seen(hpaRef(hpa), conditionPath(trouble), trouble.Reason, trouble.LastTransitionTime.Time)
	if api == nil {
		name := "v1beta1." + group
		return a.at(Ref{Kind: "APIService", Name: name}).with("api", name, "why", "does not exist, so that nobody serves its metrics", "absent", group).
			seen(Ref{Kind: "APIService", Name: name}, "", "does not exist", s.At)
	}
	c, ref := apiCondition(api), refOf("APIService", api)
	switch c["status"] {
	case "False":
		why := strings.TrimSuffix(fmt.Sprintf("%v: %v", c["reason"], c["message"]), ".")
		a.Observed = ref.String() + " is not available: " + why
		return s.withBackend(a.at(ref).with("api", api.GetName(), "why", "is not available ("+why+")").
			seen(ref, "status.conditions[Available].reason", why, s.At), api)
	case "True":
		return no(ref.String() + " is available")
	default:
		return unknown(ref.String() + " does not say whether it is available")
	}
}

// metricsAPIRefused reads the autoscaler's own words, for where the APIService
// may not be read.
func metricsAPIRefused(s *scope) answer {
	hpa := s.autoscaler()
	if hpa == nil {
		return s.absent()
	}
	trouble := metricsTrouble(hpa)
	if trouble == nil || s.read("APIService", "") {
		return no("it gets its metrics, or the API's own state is known")
	}
	words := []string{"the server is currently unable to handle the request", "the server could not find the requested resource", "no endpoints available for service"}
	if !slices.ContainsFunc(words, func(each string) bool { return strings.Contains(trouble.Message, each) }) {
		return no("it does not say so")
	}
	api := "v1beta1." + metricsGroup(hpa, trouble.Reason)
	return yes(bySignature, trouble.Message).at(Ref{Kind: "APIService", Name: api}).
		with("hpa", hpa.Name, "workload", hpa.Spec.ScaleTargetRef.Name, "api", api, "why", "does not answer").
		seen(hpaRef(hpa), "status.conditions[ScalingActive].message", trouble.Message, trouble.LastTransitionTime.Time)
}

// serviceOfAPI names the Service that serves an API, false if the API server
// serves it by itself.
func serviceOfAPI(api *unstructured.Unstructured) (Ref, bool) {
	namespace, _, _ := unstructured.NestedString(api.Object, "spec", "service", "namespace")
	name, _, _ := unstructured.NestedString(api.Object, "spec", "service", "name")
	return Ref{"Service", namespace, name}, namespace != "" && name != ""
}

// withBackend says how what serves an API is, as far as it may be seen. It
// stays part of the one cause: the metrics API is what people look for.
func (s *scope) withBackend(a answer, api *unstructured.Unstructured) answer {
	ref, ok := serviceOfAPI(api)
	if !ok {
		return a
	}
	if verdict, _ := s.exists(ref); verdict != ops.Yes {
		if verdict == ops.No {
			return a.with("backend", "its "+ref.String()+" does not exist").seen(ref, "", "does not exist", s.At)
		}
		return a
	}
	backends := s.backendsOf(get[corev1.Service](s.view, ref))
	if len(backends) == 0 {
		return a.with("backend", "steward sees no workload behind its "+ref.String())
	}
	w := s.workload(backends[0])
	a = a.with("backend_namespace", w.Ref.Namespace, "backend_target", ops.ShortKind(w.Ref.Kind)+"/"+w.Ref.Name, "backend_typed", w.Ref.typed(s.Cluster))
	if w.Desired == 0 && w.daemonSet == nil {
		was := s.replicasBefore(w)
		if n, err := strconv.Atoi(was); err != nil || n < 1 {
			was = "1"
		}
		return a.with("backend", w.Ref.String()+" is scaled to zero", "backend_ref", w.Ref.String(), "backend_replicas", was).
			seen(w.Ref, "spec.replicas", "0", s.At)
	}
	if state := podsNotReady(&scope{view: s.view, Object: w.Ref}); state.Verdict == ops.Yes {
		return a.with("backend", w.Ref.String()+" has "+state.Observed).seen(w.Ref, "status", state.Observed, s.At)
	}
	return a
}
