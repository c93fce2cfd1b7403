package up

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// zones that nodes are spread over, in turn.
var zones = [...]string{"local-a", "local-b", "local-c"}

// makeNodes registers simulated nodes as their kubelets would, status included.
func (c cluster) makeNodes(ctx context.Context, count, kubeletPort int) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(20)
	for i := range count {
		group.Go(func() error {
			node := simulatedNode(i+1, kubeletPort)
			if _, err := c.core.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{}); err != nil {
				return fmt.Errorf("making the node %s: %w", node.Name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// simulatedNode is the nth node, counted from 1. Its own address is one that
// nobody has; its kubelet answers on this machine.
func simulatedNode(n, kubeletPort int) *corev1.Node {
	name := fmt.Sprintf("node-%d", n)
	subnet := fmt.Sprintf("10.%d.%d.0/24", 244+n/256, n%256)
	room := corev1.ResourceList{
		corev1.ResourceCPU:              resource.MustParse("8"),
		corev1.ResourceMemory:           resource.MustParse("32Gi"),
		corev1.ResourceEphemeralStorage: resource.MustParse("100Gi"),
		corev1.ResourcePods:             resource.MustParse("110"),
	}
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name: name,
			Labels: map[string]string{
				corev1.LabelHostname:           name,
				corev1.LabelArchStable:         "amd64",
				corev1.LabelOSStable:           "linux",
				corev1.LabelTopologyRegion:     "local",
				corev1.LabelTopologyZone:       zones[(n-1)%len(zones)],
				corev1.LabelInstanceTypeStable: "simulated-8x32",
			},
			Annotations: map[string]string{"kwok.x-k8s.io/node": "fake"},
		},
		Spec: corev1.NodeSpec{PodCIDR: subnet, PodCIDRs: []string{subnet}},
		Status: corev1.NodeStatus{
			Capacity: room, Allocatable: room, Phase: corev1.NodeRunning,
			Conditions: healthyConditions(),
			Addresses: []corev1.NodeAddress{
				{Type: corev1.NodeInternalIP, Address: fmt.Sprintf("10.0.%d.%d", n/250, n%250+1)},
				{Type: corev1.NodeHostName, Address: name},
				{Type: corev1.NodeInternalDNS, Address: "localhost"},
			},
			DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: int32(kubeletPort)}},
			NodeInfo: corev1.NodeSystemInfo{
				Architecture: "amd64", OperatingSystem: "linux", OSImage: "simulated", KernelVersion: "simulated",
				ContainerRuntimeVersion: "simulated://1", KubeletVersion: "v1.36.3",
			},
		},
	}
}

func healthyConditions() []corev1.NodeCondition {
	now := metav1.Now()
	condition := func(kind corev1.NodeConditionType, status corev1.ConditionStatus, reason, message string) corev1.NodeCondition {
		return corev1.NodeCondition{Type: kind, Status: status, Reason: reason, Message: message, LastHeartbeatTime: now, LastTransitionTime: now}
	}
	return []corev1.NodeCondition{
		condition(corev1.NodeMemoryPressure, corev1.ConditionFalse, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
		condition(corev1.NodeDiskPressure, corev1.ConditionFalse, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
		condition(corev1.NodePIDPressure, corev1.ConditionFalse, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
		condition(corev1.NodeReady, corev1.ConditionTrue, "KubeletReady", "kubelet is posting ready status"),
	}
}
