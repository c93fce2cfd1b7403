package diagnose

import (
	"maps"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	resourcehelper "k8s.io/component-helpers/resource"
)

// amounts are quantities as the scheduler adds them up: CPU in thousandths,
// anything else in whole units.
type amounts map[corev1.ResourceName]int64

func amountsOf(list corev1.ResourceList) amounts {
	sum := make(amounts, len(list))
	sum.add(list)
	return sum
}

func (a amounts) add(list corev1.ResourceList) {
	for name, quantity := range list {
		a[name] += amountOf(name, quantity)
	}
}

func amountOf(name corev1.ResourceName, quantity resource.Quantity) int64 {
	if name == corev1.ResourceCPU {
		return quantity.MilliValue()
	}
	return quantity.Value()
}

// names lists what is asked for, in a fixed order.
func (a amounts) names() []corev1.ResourceName {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(a)), func(name corev1.ResourceName) bool { return a[name] <= 0 })
}

// text writes an amount as manifests do: "1500m", "4Gi".
func (a amounts) text(name corev1.ResourceName) string {
	switch name {
	case corev1.ResourceCPU:
		return resource.NewMilliQuantity(max(0, a[name]), resource.DecimalSI).String()
	case corev1.ResourceMemory, corev1.ResourceEphemeralStorage:
		return resource.NewQuantity(max(0, a[name]), resource.BinarySI).String()
	default:
		return strconv.FormatInt(max(0, a[name]), 10)
	}
}

// requestsOf is what a pod asks for in all: the sum of its containers or its
// largest init container, its sidecars, and its overhead.
func requestsOf(pod *corev1.Pod) amounts {
	return amountsOf(resourcehelper.PodRequests(pod, resourcehelper.PodResourcesOptions{UseStatusResources: pod.Spec.NodeName != ""}))
}

// hasRoom asks whether the node has what the pod asks for: at all, and beside
// the pods that are there.
func hasRoom(p *placement) func(*corev1.Node) []obstacle {
	names := p.wants.names()
	return func(node *corev1.Node) []obstacle {
		var found []obstacle
		has, free := p.allocatable(node), p.free(node)
		for _, name := range names {
			switch {
			case p.wants[name] > has[name] && has[name] == 0:
				found = append(found, obstacle{Hurdle: bySize, Text: "no " + string(name)})
			case p.wants[name] > has[name]:
				found = append(found, obstacle{Hurdle: bySize, Text: "too little " + string(name) + " even if empty"})
			case p.wants[name] > free[name]:
				found = append(found, obstacle{Hurdle: byRoom, Text: "too little " + string(name) + " free"})
			}
		}
		return found
	}
}

// allocatable is what a node has for pods.
func (p *placement) allocatable(node *corev1.Node) amounts { return amountsOf(node.Status.Allocatable) }

// free is what a node has left of the resources that the pod asks for.
func (p *placement) free(node *corev1.Node) amounts {
	free, use := p.allocatable(node), p.useOf(node.Name)
	for name := range p.wants {
		free[name] -= use.taken[name]
	}
	if p.without != nil && p.without.Spec.NodeName == node.Name {
		for name, amount := range requestsOf(p.without) {
			free[name] += amount
		}
	}
	return free
}
