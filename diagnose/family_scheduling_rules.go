package diagnose

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// waitingSince is when the pod that stands for the failure began to wait.
func (s *scope) waitingSince() time.Time {
	pod := s.pod()
	if scheduled := condition(pod, corev1.PodScheduled); scheduled != nil && scheduled.LastTransitionTime.After(pod.CreationTimestamp.Time) {
		return scheduled.LastTransitionTime.Time
	}
	return pod.CreationTimestamp.Time
}

// withRollout names the newest revision, where it is that one's pods that wait
// and it has changed the part of the template that matters.
func (s *scope) withRollout(a answer, part func(*corev1.PodSpec) any) answer {
	w := s.Workload()
	if !s.newRevisionFails() || reflect.DeepEqual(part(&w.current().Template.Spec), part(&w.previous().Template.Spec)) {
		return a
	}
	change := s.rolloutOf(w, w.current())
	if change == nil {
		return a
	}
	return a.by(change).with("brought", fmt.Sprint(w.current().Number))
}

// nodeSelectorUnmatched looks for what no node has of what the pod selects.
func nodeSelectorUnmatched(s *scope) answer {
	a, _, is := s.blame(bySelector)
	if !is {
		return a
	}
	p := s.placementOf(s.pod())
	spec := &p.pod.Spec
	wanted := nodeSelectorText(spec)
	a = a.with("wanted", wanted).seen(refOf("Pod", p.pod), "spec.nodeSelector, spec.affinity.nodeAffinity", wanted, s.At)
	for _, key := range slices.Sorted(maps.Keys(spec.NodeSelector)) {
		values := map[string]bool{}
		for _, node := range p.Objects.Nodes {
			if value, ok := node.Labels[key]; ok {
				values[value] = true
			}
		}
		if values[spec.NodeSelector[key]] {
			continue
		}
		a = a.with("label", key+"="+spec.NodeSelector[key], "near", "no node has a label "+key)
		if names := slices.Sorted(maps.Keys(values)); len(names) > 0 {
			a = a.with("near", fmt.Sprintf("the nodes have %s=%s", key, strings.Join(names[:min(len(names), namesShown)], ", ")))
		}
		break
	}
	if pod := s.misplaced(p); pod != nil {
		ref := Ref{Kind: "Node", Name: pod.Spec.NodeName}
		a = a.with("lost_node", pod.Spec.NodeName, "lost", fmt.Sprintf("; %s had it when %s was put there, and has it no more", pod.Spec.NodeName, pod.Name)).
			seen(ref, "metadata.labels", "no longer selected, though "+pod.Name+" is there", s.At)
		if write := s.lastWrite(ref, "metadata.labels"); write != nil {
			a = a.seen(ref, "managedFields[metadata.labels]", write.Manager, write.At)
		}
	}
	return s.withRollout(a, func(spec *corev1.PodSpec) any { return []any{spec.NodeSelector, nodeAffinityOf(spec)} })
}

// misplaced is a pod with the same selector that is on a node which it no
// longer selects: the node has lost a label. It is nil if there is none.
func (s *scope) misplaced(p *placement) *corev1.Pod {
	for _, pod := range s.Workload().Pods {
		if holdsNode(pod) && p.node(pod.Spec.NodeName) != nil && reflect.DeepEqual(pod.Spec.NodeSelector, p.pod.Spec.NodeSelector) &&
			reflect.DeepEqual(nodeAffinityOf(&pod.Spec), nodeAffinityOf(&p.pod.Spec)) {
			return pod
		}
	}
	return nil
}

func nodeAffinityOf(spec *corev1.PodSpec) *corev1.NodeSelector {
	if spec.Affinity == nil || spec.Affinity.NodeAffinity == nil {
		return nil
	}
	return spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
}

// nodeSelectorText writes what nodes a pod selects: "disktype=ssd, zone in (a, b)".
func nodeSelectorText(spec *corev1.PodSpec) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(spec.NodeSelector)) {
		parts = append(parts, key+"="+spec.NodeSelector[key])
	}
	var terms []string
	if affinity := nodeAffinityOf(spec); affinity != nil {
		for _, term := range affinity.NodeSelectorTerms {
			var each []string
			for _, r := range slices.Concat(term.MatchExpressions, term.MatchFields) {
				text := r.Key + " " + string(r.Operator)
				if len(r.Values) > 0 {
					text += " (" + strings.Join(r.Values, ", ") + ")"
				}
				each = append(each, text)
			}
			terms = append(terms, strings.Join(each, " and "))
		}
	}
	if len(terms) > 0 {
		parts = append(parts, strings.Join(terms, " or "))
	}
	return strings.Join(parts, " and ")
}

// podAffinityUnsatisfied names the rule, and how many nodes it leaves.
func podAffinityUnsatisfied(s *scope) answer {
	a, w, is := s.blame(byAffinity)
	if !is {
		return a
	}
	p := s.placementOf(s.pod())
	a = a.with("rule", w.nodes[0].text(byAffinity), "here", nodeNames(w.nodes))
	for _, term := range repelsOf(&p.pod.Spec) {
		read := neighbourhoodOf(&term, p.pod.Namespace)
		a = a.seen(refOf("Pod", p.pod), "spec.affinity.podAntiAffinity", read.selector.String()+" by "+term.TopologyKey, s.At)
		if !read.covers(p.view, p.pod.Namespace, p.pod.Labels) {
			continue
		}
		places := map[domain]bool{}
		for _, stand := range keep(p.stands, func(s *stand) bool { return !s.blocks(bySelector) && !s.reserved() }) {
			if at, ok := domainOf(stand.node, term.TopologyKey); ok {
				places[at] = true
			}
		}
		if w := s.Workload(); w != nil && len(places) > 0 {
			a = a.with("rule", fmt.Sprintf("no two of its pods may share a %s, and of those there are %d for %s", shortKey(term.TopologyKey), len(places), count(int(w.Desired), "replica")))
		}
	}
	return s.withRollout(a, func(spec *corev1.PodSpec) any { return spec.Affinity })
}

// text is what one hurdle says of the node.
func (s *stand) text(of hurdle) string {
	for _, o := range s.obstacles {
		if o.Hurdle == of {
			return o.Text
		}
	}
	return ""
}

// topologySpreadUnsatisfied names the constraint, and what is where.
func topologySpreadUnsatisfied(s *scope) answer {
	a, _, is := s.blame(bySpread)
	if !is {
		return a
	}
	p := s.placementOf(s.pod())
	for i := range p.pod.Spec.TopologySpreadConstraints {
		c := &p.pod.Spec.TopologySpreadConstraints[i]
		if c.WhenUnsatisfiable != corev1.DoNotSchedule {
			continue
		}
		each := p.spreadOf(c)
		a = a.with("by", shortKey(c.TopologyKey), "skew", fmt.Sprint(c.MaxSkew), "there", each.text()).
			seen(refOf("Pod", p.pod), "spec.topologySpreadConstraints["+c.TopologyKey+"]", fmt.Sprintf("maxSkew %d; %s", c.MaxSkew, each.text()), s.At)
		break
	}
	return s.withRollout(a, func(spec *corev1.PodSpec) any { return spec.TopologySpreadConstraints })
}

// text says how many pods are in which domain: "local-a has 3, local-b has 1".
func (each *spread) text() string {
	set := labels.Set{}
	for at, n := range each.there {
		set[at.value] = fmt.Sprint(n)
	}
	var parts []string
	for _, value := range slices.Sorted(maps.Keys(set)) {
		if len(parts) == reasonsShown {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, value+" has "+set[value])
	}
	if len(parts) == 0 {
		return "no node has the label"
	}
	return strings.Join(parts, ", ")
}

// nodeSlotExhausted says which place is taken.
func nodeSlotExhausted(s *scope) answer {
	a, w, is := s.blame(bySlot)
	if !is {
		return a
	}
	p := s.placementOf(s.pod())
	a = a.with("taken", w.nodes[0].text(bySlot), "node", w.nodes[0].node.Name).
		seen(refOf("Node", w.nodes[0].node), "predicates", w.nodes[0].text(bySlot), s.At)
	if ports := hostPortsOf(&p.pod.Spec); len(ports) > 0 && strings.HasPrefix(w.nodes[0].text(bySlot), "host port") {
		a = a.with("port", fmt.Sprint(ports[0].Port))
	}
	return s.withRollout(a, func(spec *corev1.PodSpec) any { return hostPortsOf(spec) })
}
