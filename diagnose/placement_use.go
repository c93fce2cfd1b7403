package diagnose

import (
	corev1 "k8s.io/api/core/v1"
)

// nodeUse is what the pods of a node take of it.
type nodeUse struct {
	pods  int
	taken amounts
}

// loadsRead tells whether all pods that are on nodes were counted.
func (v *view) loadsRead() bool { return v.read("Load", "") || v.read("Pod", "") }

// useOf gives what the pods of a node take of it: worked out once for all.
func (v *view) useOf(node string) *nodeUse {
	if v.uses == nil {
		v.uses = map[string]*nodeUse{}
		for name, pods := range v.podsOn {
			use := &nodeUse{taken: amounts{}}
			for _, pod := range pods {
				if !holdsNode(pod) {
					continue
				}
				use.pods++
				for resource, amount := range requestsOf(pod) {
					use.taken[resource] += amount
				}
			}
			v.uses[name] = use
		}
		for i := range v.Loads {
			load := &v.Loads[i]
			use := v.uses[load.Node]
			if use == nil {
				use = &nodeUse{taken: amounts{}}
				v.uses[load.Node] = use
			}
			use.pods += load.Pods
			use.taken.add(load.Requests)
		}
	}
	if use := v.uses[node]; use != nil {
		return use
	}
	return &nodeUse{}
}

// loadOf gives the Load of a node, nil if there is none.
func (v *view) loadOf(node string) *Load {
	if v.loads == nil {
		v.loads = map[string]*Load{}
		for i := range v.Loads {
			v.loads[v.Loads[i].Node] = &v.Loads[i]
		}
	}
	return v.loads[node]
}

// unseenNamespaces are those with pods on nodes that the asker may not see.
func (v *view) unseenNamespaces() map[string]bool {
	if v.unseenIn == nil {
		v.unseenIn = map[string]bool{}
		for i := range v.Loads {
			for _, namespace := range v.Loads[i].Unseen {
				v.unseenIn[namespace] = true
			}
		}
	}
	return v.unseenIn
}

// unscheduledPods lists the pods that stand for a workload's failures to be
// placed.
func (v *view) unscheduledPods(w *workload) []*corev1.Pod {
	var pods []*corev1.Pod
	for _, f := range v.failuresOf(w) {
		if f.Class == unscheduled {
			pods = append(pods, f.Pods[0])
		}
	}
	return pods
}
