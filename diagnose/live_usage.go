package diagnose

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	// usageTimeout is how long figures may take: they only sharpen an answer.
	usageTimeout = time.Second
	// kubeletLimit bounds what is read of one answer of a kubelet, in bytes: one
	// of a node with 250 pods has about 2 MB.
	kubeletLimit = 16 << 20
)

var podMetrics = schema.GroupVersionResource{Group: "metrics.k8s.io", Version: "v1beta1", Resource: "pods"}

// Usage asks the metrics API, or one kubelet.
func (l *live) Usage(ctx context.Context, q UsageQuery) (Figures, error) {
	ctx, cancel := context.WithTimeout(ctx, usageTimeout)
	defer cancel()
	if q.Node == nil {
		return l.metrics(ctx, q.Namespace)
	}
	if l.kubelets == nil {
		return Figures{}, errors.New("the kubelets are not asked here")
	}
	figures, err := l.summary(ctx, q.Node)
	if err != nil || !q.Throttled {
		return figures, err
	}
	held, err := l.throttling(ctx, q.Node)
	figures.Containers = append(figures.Containers, held...)
	return figures, err
}

// metrics reads the working sets that the metrics API has.
func (l *live) metrics(ctx context.Context, namespace string) (Figures, error) {
	list, err := l.dynamic.Resource(podMetrics).Namespace(namespace).List(ctx, metav1.ListOptions{})
	if apierrors.IsNotFound(err) {
		return Figures{}, errors.New("the cluster has no metrics API (metrics.k8s.io)")
	}
	if err != nil {
		return Figures{}, err
	}
	var figures Figures
	for i := range list.Items {
		var pod struct {
			Containers []struct {
				Name  string              `json:"name"`
				Usage corev1.ResourceList `json:"usage"`
			} `json:"containers"`
		}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(list.Items[i].Object, &pod); err != nil {
			return figures, fmt.Errorf("reading what %s uses: %w", list.Items[i].GetName(), err)
		}
		for _, c := range pod.Containers {
			figures.Containers = append(figures.Containers, Usage{
				Namespace: list.Items[i].GetNamespace(), Pod: list.Items[i].GetName(), Container: c.Name,
				MemoryBytes: c.Usage.Memory().Value(), MilliCPU: c.Usage.Cpu().MilliValue(),
			})
		}
	}
	return figures, nil
}

// summary is what steward reads of a kubelet's /stats/summary
// (k8s.io/kubelet/pkg/apis/stats/v1alpha1). Whatever was not measured is 0.
type summary struct {
	Pods []struct {
		PodRef struct {
			Name      string `json:"name"`
			Namespace string `json:"namespace"`
		} `json:"podRef"`
		Containers []struct {
			Name   string `json:"name"`
			Memory struct {
				WorkingSetBytes int64 `json:"workingSetBytes"`
			} `json:"memory"`
			CPU struct {
				UsageNanoCores int64 `json:"usageNanoCores"`
			} `json:"cpu"`
		} `json:"containers"`
		Volumes []struct {
			PVCRef *struct {
				Name      string `json:"name"`
				Namespace string `json:"namespace"`
			} `json:"pvcRef"`
			AvailableBytes int64 `json:"availableBytes"`
			CapacityBytes  int64 `json:"capacityBytes"`
			InodesFree     int64 `json:"inodesFree"`
			Inodes         int64 `json:"inodes"`
		} `json:"volume"`
	} `json:"pods"`
}

func (l *live) summary(ctx context.Context, node *corev1.Node) (Figures, error) {
	body, err := l.kubelets.Get(ctx, node, "/stats/summary")
	if err != nil {
		return Figures{}, err
	}
	defer body.Close()
	var all summary
	if err := json.NewDecoder(io.LimitReader(body, kubeletLimit)).Decode(&all); err != nil {
		return Figures{}, fmt.Errorf("reading the summary of the kubelet of %s: %w", node.Name, err)
	}
	return all.figures(), nil
}

// figures counts what is not available as used: what a file system keeps for
// root is of no use to a program.
func (s *summary) figures() Figures {
	var figures Figures
	for _, pod := range s.Pods {
		for _, c := range pod.Containers {
			figures.Containers = append(figures.Containers, Usage{
				Namespace: pod.PodRef.Namespace, Pod: pod.PodRef.Name, Container: c.Name,
				MemoryBytes: c.Memory.WorkingSetBytes, MilliCPU: c.CPU.UsageNanoCores / 1e6,
			})
		}
		for _, v := range pod.Volumes {
			if v.PVCRef == nil || v.CapacityBytes <= 0 {
				continue
			}
			usage := VolumeUsage{
				Namespace: v.PVCRef.Namespace, Claim: v.PVCRef.Name, Pod: pod.PodRef.Name,
				UsedBytes: v.CapacityBytes - v.AvailableBytes, CapacityBytes: v.CapacityBytes,
			}
			if v.Inodes > 0 {
				usage.Inodes, usage.UsedInodes = v.Inodes, v.Inodes-v.InodesFree
			}
			figures.Volumes = append(figures.Volumes, usage)
		}
	}
	return figures
}
