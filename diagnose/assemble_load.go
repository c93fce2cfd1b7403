package diagnose

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	resourcehelper "k8s.io/component-helpers/resource"
)

// summed is a pod that is kept only as a part of its node's Load, and, where
// the asker may see it, as a Neighbour.
type summed struct {
	pod  *corev1.Pod
	seen bool
}

// sum takes in a pod for what it takes of its node. One that is there already
// is left out.
func (b *builder) sum(object runtime.Object) {
	if made, ok := object.(*prepared); ok {
		object = made.object
	}
	pod, ok := object.(*corev1.Pod)
	if !ok || b.seen[refOf("Pod", pod)] || !holdsNode(pod) {
		return
	}
	seen := b.seesMember(pod)
	if !seen {
		b.hidden[refOf("Pod", pod)] = true // its events are not shown either
	}
	b.sums[refOf("Pod", pod)] = summed{pod, seen}
}

// seesMember tells whether a pod may be seen. Those of one owner are seen
// together or not at all: a cluster has thousands, and asking takes its time.
func (b *builder) seesMember(pod *corev1.Pod) bool {
	if b.sees == nil {
		return true
	}
	owner := ownRef(pod)
	if owner.zero() || owner.Kind == "Node" {
		return b.sees("Pod", pod)
	}
	seen, known := b.members[owner]
	if !known {
		seen = b.sees("Pod", pod)
		b.members[owner] = seen
	}
	return seen
}

// unseen keeps what an object takes of its node that the asker may not see.
func (b *builder) unseen(object metav1.Object) {
	switch o := object.(type) {
	case *corev1.Pod:
		if holdsNode(o) {
			b.sums[refOf("Pod", o)] = summed{o, false}
		}
	case *storagev1.VolumeAttachment:
		load := b.load(o.Spec.NodeName)
		if load.Volumes == nil {
			load.Volumes = map[string]int{}
		}
		load.Volumes[o.Spec.Attacher]++
	}
}

func (b *builder) load(node string) *Load {
	if b.loads[node] == nil {
		b.loads[node] = &Load{Node: node}
	}
	return b.loads[node]
}

// finishLoads makes the Loads and Neighbours, in a fixed order.
func (b *builder) finishLoads() {
	for _, each := range b.sums {
		b.addUp(each)
	}
	s := b.snapshot
	for _, load := range b.loads {
		slices.SortFunc(load.Ports, func(x, y HostPort) int {
			return cmp.Or(cmp.Compare(x.Port, y.Port), cmp.Compare(x.Protocol, y.Protocol), cmp.Compare(x.IP, y.IP))
		})
		load.Ports = slices.Compact(load.Ports)
		slices.Sort(load.Unseen)
		load.Unseen = slices.Compact(load.Unseen)
		for name, quantity := range load.Requests {
			_ = quantity.String() // fixes how it is written
			load.Requests[name] = quantity
		}
		s.Loads = append(s.Loads, *load)
	}
	slices.SortFunc(s.Loads, func(x, y Load) int { return cmp.Compare(x.Node, y.Node) })
	slices.SortFunc(s.Neighbours, func(x, y Neighbour) int {
		return cmp.Or(cmp.Compare(x.Namespace, y.Namespace), cmp.Compare(x.Name, y.Name))
	})
	b.sums, b.loads = map[Ref]summed{}, map[string]*Load{}
}

func (b *builder) addUp(each summed) {
	pod := each.pod
	load := b.load(pod.Spec.NodeName)
	load.Pods++
	if load.Requests == nil {
		load.Requests = corev1.ResourceList{}
	}
	for name, quantity := range resourcehelper.PodRequests(pod, resourcehelper.PodResourcesOptions{UseStatusResources: true}) {
		total := load.Requests[name]
		total.Add(quantity)
		load.Requests[name] = total
	}
	load.Ports = append(load.Ports, hostPortsOf(&pod.Spec)...)
	if !each.seen {
		load.Unseen = append(load.Unseen, pod.Namespace)
		return
	}
	b.snapshot.Neighbours = append(b.snapshot.Neighbours, Neighbour{
		Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID, Node: pod.Spec.NodeName, Labels: maps.Clone(pod.Labels),
		Priority: priorityOf(pod), Leaving: pod.DeletionTimestamp != nil, Repels: repelsOf(&pod.Spec),
	})
}

// hideRelated takes out of events the names of what the asker may not see.
func (b *builder) hideRelated() {
	if b.sees == nil {
		return
	}
	shown := map[Ref]bool{}
	for _, neighbour := range b.snapshot.Neighbours {
		shown[Ref{"Pod", neighbour.Namespace, neighbour.Name}] = true
	}
	for i := range b.snapshot.Events {
		related := &b.snapshot.Events[i].Related
		if !shown[*related] && (b.hidden[*related] || !b.seen[*related]) {
			*related = Ref{}
		}
	}
}

// priorityText writes the priority of a pod.
func priorityText(pod *corev1.Pod) string { return strconv.Itoa(int(priorityOf(pod))) }

func priorityOf(pod *corev1.Pod) int32 {
	if pod.Spec.Priority == nil {
		return 0
	}
	return *pod.Spec.Priority
}
