package agent

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	metrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"

	"github.com/steward-bot/steward/standin/controlplane/fault"
)

// window is the time that the figures are said to be averaged over.
const window = 15 * time.Second

// discovery tells the API server what there is.
func discovery(w http.ResponseWriter, _ *http.Request) {
	reply(w, metav1.APIResourceList{
		TypeMeta:     metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"},
		GroupVersion: metrics.SchemeGroupVersion.String(),
		APIResources: []metav1.APIResource{
			{Name: "nodes", Kind: "NodeMetrics", Verbs: metav1.Verbs{"get", "list"}},
			{Name: "pods", Kind: "PodMetrics", Namespaced: true, Verbs: metav1.Verbs{"get", "list"}},
		},
	})
}

func (a *agent) podMetricsList(w http.ResponseWriter, r *http.Request) {
	selector, err := labels.Parse(r.URL.Query().Get("labelSelector"))
	if err != nil {
		refuse(w, http.StatusBadRequest, metav1.StatusReasonBadRequest, err.Error())
		return
	}
	pods, err := a.pods.Pods(r.PathValue("namespace")).List(selector)
	if err != nil {
		refuse(w, http.StatusInternalServerError, metav1.StatusReasonInternalError, err.Error())
		return
	}
	list := metrics.PodMetricsList{TypeMeta: typed("PodMetricsList"), Items: []metrics.PodMetrics{}}
	for _, pod := range pods {
		if pod.Status.Phase == corev1.PodRunning {
			list.Items = append(list.Items, usageOf(pod))
		}
	}
	reply(w, list)
}

func (a *agent) podMetrics(w http.ResponseWriter, r *http.Request) {
	pod, err := a.pods.Pods(r.PathValue("namespace")).Get(r.PathValue("name"))
	if err != nil || pod.Status.Phase != corev1.PodRunning {
		refuse(w, http.StatusNotFound, metav1.StatusReasonNotFound, fmt.Sprintf("podmetrics.metrics.k8s.io %q not found", r.PathValue("name")))
		return
	}
	reply(w, usageOf(pod))
}

func (a *agent) nodeMetricsList(w http.ResponseWriter, r *http.Request) {
	selector, err := labels.Parse(r.URL.Query().Get("labelSelector"))
	if err != nil {
		refuse(w, http.StatusBadRequest, metav1.StatusReasonBadRequest, err.Error())
		return
	}
	nodes, err := a.nodes.List(selector)
	if err != nil {
		refuse(w, http.StatusInternalServerError, metav1.StatusReasonInternalError, err.Error())
		return
	}
	list := metrics.NodeMetricsList{TypeMeta: typed("NodeMetricsList"), Items: []metrics.NodeMetrics{}}
	for _, node := range nodes {
		list.Items = append(list.Items, a.usageOfNode(node))
	}
	reply(w, list)
}

func (a *agent) nodeMetrics(w http.ResponseWriter, r *http.Request) {
	node, err := a.nodes.Get(r.PathValue("name"))
	if err != nil {
		refuse(w, http.StatusNotFound, metav1.StatusReasonNotFound, fmt.Sprintf("nodemetrics.metrics.k8s.io %q not found", r.PathValue("name")))
		return
	}
	reply(w, a.usageOfNode(node))
}

// usageOf is what the pod's containers use, those that run: what the
// annotations say in even parts, or else 30% of the CPU and half of the memory
// that each requests.
func usageOf(pod *corev1.Pod) metrics.PodMetrics {
	usage := metrics.PodMetrics{
		TypeMeta:   typed("PodMetrics"),
		ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace, Labels: pod.Labels, CreationTimestamp: metav1.Now()},
		Timestamp:  metav1.Now(), Window: metav1.Duration{Duration: window},
	}
	for _, container := range pod.Spec.Containers {
		usage.Containers = append(usage.Containers, metrics.ContainerMetrics{Name: container.Name, Usage: corev1.ResourceList{
			corev1.ResourceCPU: share(pod, fault.CPU, func() *resource.Quantity {
				return resource.NewMilliQuantity(orElse(container.Resources.Requests.Cpu().MilliValue()*3/10, 10), resource.DecimalSI)
			}),
			corev1.ResourceMemory: share(pod, fault.Memory, func() *resource.Quantity {
				return resource.NewQuantity(orElse(container.Resources.Requests.Memory().Value()/2, 32<<20), resource.BinarySI)
			}),
		}})
	}
	return usage
}

// share is one container's part of an annotation, or what otherwise gives when
// there is none, or none that can be read.
func share(pod *corev1.Pod, name string, otherwise func() *resource.Quantity) resource.Quantity {
	total, err := resource.ParseQuantity(pod.Annotations[name])
	if err != nil {
		return *otherwise()
	}
	return *resource.NewMilliQuantity(total.MilliValue()/int64(len(pod.Spec.Containers)), total.Format)
}

func orElse(value, other int64) int64 {
	if value == 0 {
		return other
	}
	return value
}

// usageOfNode is what its pods use and a little for the node itself.
func (a *agent) usageOfNode(node *corev1.Node) metrics.NodeMetrics {
	cpu, memory := resource.MustParse("150m"), resource.MustParse("900Mi")
	pods, err := a.pods.List(labels.Everything())
	if err != nil {
		pods = nil // a lister of a cache has no errors
	}
	for _, pod := range pods {
		if pod.Spec.NodeName != node.Name || pod.Status.Phase != corev1.PodRunning {
			continue
		}
		for _, container := range usageOf(pod).Containers {
			cpu.Add(*container.Usage.Cpu())
			memory.Add(*container.Usage.Memory())
		}
	}
	return metrics.NodeMetrics{
		TypeMeta: typed("NodeMetrics"), ObjectMeta: metav1.ObjectMeta{Name: node.Name, Labels: node.Labels, CreationTimestamp: metav1.Now()},
		Timestamp: metav1.Now(), Window: metav1.Duration{Duration: window},
		Usage: corev1.ResourceList{corev1.ResourceCPU: cpu, corev1.ResourceMemory: memory},
	}
}

func typed(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{Kind: kind, APIVersion: metrics.SchemeGroupVersion.String()}
}

func refuse(w http.ResponseWriter, code int32, reason metav1.StatusReason, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(int(code))
	_ = json.NewEncoder(w).Encode(metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   metav1.StatusFailure, Code: code, Reason: reason, Message: message,
	})
}

func reply(w http.ResponseWriter, object any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(object)
}
