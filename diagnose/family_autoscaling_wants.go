package diagnose

import (
	"slices"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
)

// eventNamespacesLimit is how many namespaces' events are asked for one by one.
const eventNamespacesLimit = 4

// autoscalingWants reads what an autoscaler has done, and, where one gets no
// metrics, who serves them.
func autoscalingWants(h *horizon) []Query {
	var namespaces []string
	trouble := false
	for _, hpa := range h.autoscalers() {
		if !slices.Contains(namespaces, hpa.Namespace) {
			namespaces = append(namespaces, hpa.Namespace)
		}
		trouble = trouble || metricsTrouble(hpa) != nil
	}
	if len(namespaces) > eventNamespacesLimit {
		namespaces = []string{""}
	}
	var queries []Query
	for _, namespace := range namespaces {
		queries = append(queries, Query{Kind: "Event", Namespace: namespace, Fields: autoscalerEvents, Limit: eventsLimit})
	}
	if !trouble {
		return queries
	}
	queries = append(queries, Query{Kind: "APIService"})
	for _, service := range h.Objects.Others {
		if isMetricsAPI(service) && apiCondition(service)["status"] == "False" {
			queries = append(queries, h.backendQueries(service)...)
		}
	}
	return queries
}

// autoscalers lists those that the diagnosis is about.
func (h *horizon) autoscalers() []*autoscalingv2.HorizontalPodAutoscaler {
	about := map[Ref]bool{}
	for _, w := range h.Workloads {
		about[w.Ref] = true
	}
	var list []*autoscalingv2.HorizontalPodAutoscaler
	for _, hpa := range h.Objects.HPAs {
		if h.Target.zero() || about[scaledBy(hpa)] || hpaRef(hpa) == h.Target {
			list = append(list, hpa)
		}
	}
	return list
}

// backendQueries read what is behind an API that another server serves: its
// Service, the pods of that, and the Deployment that those are of. One that is
// scaled to zero has no pods, and mostly the Service's name.
func (h *horizon) backendQueries(api *unstructured.Unstructured) []Query {
	ref, ok := serviceOfAPI(api)
	if !ok {
		return nil
	}
	queries := []Query{{Kind: "Service", Namespace: ref.Namespace, Name: ref.Name}, {Kind: "Deployment", Namespace: ref.Namespace, Name: ref.Name}}
	service := get[corev1.Service](h.view, ref)
	if service == nil || len(service.Spec.Selector) == 0 {
		return queries
	}
	selector := labels.Set(service.Spec.Selector).String()
	queries = append(queries,
		Query{Kind: "ReplicaSet", Namespace: ref.Namespace, Labels: selector}, Query{Kind: "Pod", Namespace: ref.Namespace, Labels: selector})
	for _, set := range h.Objects.ReplicaSets {
		owner := ownRef(set)
		if set.Namespace == ref.Namespace && owner.Kind == "Deployment" && selectorOf(service).Matches(labels.Set(set.Spec.Template.Labels)) {
			queries = append(queries, Query{Kind: "Deployment", Namespace: ref.Namespace, Name: owner.Name})
		}
	}
	return queries
}
