package diagnose

import (
	corev1 "k8s.io/api/core/v1"
)

// domain is a set of nodes that have the same value of a label.
type domain struct{ key, value string }

// domainOf gives the domain of a node, false if it has no such label.
func domainOf(node *corev1.Node, key string) (domain, bool) {
	value, ok := node.Labels[key]
	return domain{key, value}, ok
}

const hiddenPods = "pods on the nodes that you may not see"

// meetsAffinity asks whether the pods that the pod wants to be near are near
// the node. The first of a group that wants to be near itself may go anywhere.
func meetsAffinity(p *placement) func(*corev1.Node) []obstacle {
	affinity := p.pod.Spec.Affinity
	if affinity == nil || affinity.PodAffinity == nil || len(affinity.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution) == 0 {
		return passes
	}
	var terms []neighbourhood
	doubt, itself := "", true
	for i := range affinity.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
		term := neighbourhoodOf(&affinity.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution[i], p.pod.Namespace)
		terms = append(terms, term)
		itself = itself && term.covers(p.view, p.pod.Namespace, p.pod.Labels)
		if p.unseenWithin(&term) {
			doubt = hiddenPods
		}
	}
	near := p.domainsNear(terms)
	return func(node *corev1.Node) []obstacle {
		labelled, met := true, true
		for i := range terms {
			at, ok := domainOf(node, terms[i].key)
			labelled, met = labelled && ok, met && ok && near[at]
		}
		if met || labelled && itself && len(near) == 0 {
			return nil
		}
		return []obstacle{{Hurdle: byAffinity, Text: "no pod near that it must be with", Doubt: doubt}}
	}
}

// domainsNear are the domains with a pod that all of the terms are about.
func (p *placement) domainsNear(terms []neighbourhood) map[domain]bool {
	near := map[domain]bool{}
	all := p.placedPods()
	for i := range all {
		other := &all[i]
		if other.at == nil || p.gone(other) {
			continue
		}
		covered := true
		for i := range terms {
			covered = covered && terms[i].covers(p.view, other.namespace, other.labels)
		}
		if !covered {
			continue
		}
		for i := range terms {
			if at, ok := domainOf(other.at, terms[i].key); ok {
				near[at] = true
			}
		}
	}
	return near
}

// isNotRepelled asks whether pods keep away from each other that would be near:
// by the pod's own terms, and by those of the pods that are there.
func isNotRepelled(p *placement) func(*corev1.Node) []obstacle {
	var own []neighbourhood
	for _, term := range repelsOf(&p.pod.Spec) {
		read := neighbourhoodOf(&term, p.pod.Namespace)
		own = append(own, read)
		if p.unseenWithin(&read) {
			p.doubt(hiddenPods)
		}
	}
	if p.unseenNamespaces()[p.pod.Namespace] {
		p.doubt(hiddenPods) // any of them may keep it away
	}
	avoided, guarded := map[domain]bool{}, map[domain]bool{}
	all := p.placedPods()
	for i := range all {
		other := &all[i]
		if other.at == nil || p.gone(other) {
			continue
		}
		for i := range own {
			if at, ok := domainOf(other.at, own[i].key); ok && own[i].covers(p.view, other.namespace, other.labels) {
				avoided[at] = true
			}
		}
		for i := range other.repels {
			if ruledOut(&other.repels[i], p.pod.Labels) {
				continue
			}
			term := other.guard(i)
			if at, ok := domainOf(other.at, term.key); ok && term.covers(p.view, p.pod.Namespace, p.pod.Labels) {
				guarded[at] = true
			}
		}
	}
	return func(node *corev1.Node) []obstacle {
		for i := range own {
			if at, ok := domainOf(node, own[i].key); ok && avoided[at] {
				return one(byAffinity, "a pod near that it must not be with")
			}
		}
		for at := range guarded {
			if here, ok := domainOf(node, at.key); ok && here == at {
				return one(byAffinity, "a pod near that wants it away")
			}
		}
		return nil
	}
}
