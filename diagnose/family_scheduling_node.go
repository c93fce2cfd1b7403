package diagnose

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// nodesCordoned blames whoever closed the nodes that would take the pod.
func nodesCordoned(s *scope) answer {
	a, w, is := s.blame(byCordon)
	if !is {
		return a
	}
	first := w.nodes[0].node
	ref := refOf("Node", first)
	a = a.at(ref).with("node", first.Name, "closed", nodeNames(w.nodes), "be", areOrIs(len(w.nodes)))
	for _, stand := range w.nodes[:min(len(w.nodes), evidenceNodes)] {
		a = a.seen(refOf("Node", stand.node), "spec.unschedulable", "true", s.At)
	}
	change := s.cordonOf(first)
	if change == nil {
		return a
	}
	a = a.with("when", change.At.UTC().Format("15:04"), "who", change.Who).seen(ref, "managedFields[spec.unschedulable]", change.Who, change.At)
	if !change.At.After(s.waitingSince()) {
		a = a.by(change)
	}
	return a
}

// untoleratedTaint blames the taint that keeps the pod from most nodes.
func untoleratedTaint(s *scope) answer {
	a, w, is := s.blame(byTaint)
	if !is {
		return a
	}
	p := s.placementOf(s.pod())
	node, taint := p.commonTaint(w.nodes)
	if taint == nil {
		return a
	}
	ref := refOf("Node", node)
	a = a.with("node", node.Name, "taint", taintText(taint)).
		seen(ref, "spec.taints", taintText(taint), s.At).seen(refOf("Pod", p.pod), "spec.tolerations", tolerationsText(p.pod), s.At)
	if sick := nodeTaints[taint.Key]; sick != "" {
		a = a.at(ref).with("sick", sick)
	} else {
		a = a.with("toleration", tolerationFor(taint), "owner", s.Object.String(), "lifted", taintText(taint))
	}
	if change := s.taintingOf(node, taint); change != nil {
		a = a.with("since", change.At.UTC().Format("15:04")+" UTC", "who", change.Who)
		if !change.At.After(s.waitingSince()) {
			a = a.by(change)
		}
		return a
	}
	return s.withRollout(a, func(spec *corev1.PodSpec) any { return spec.Tolerations })
}

// commonTaint is the untolerated taint that most of the nodes have, with the
// first of them.
func (p *placement) commonTaint(stands []stand) (*corev1.Node, *corev1.Taint) {
	counts := map[string]int{}
	most := 0
	var node *corev1.Node
	var found *corev1.Taint
	for pass := range 2 { // counts first, so that the first node with the commonest is named
		for i := range stands {
			for j := range stands[i].node.Spec.Taints {
				taint := &stands[i].node.Spec.Taints[j]
				if !p.keptOutBy(stands[i].node, taint) {
					continue
				}
				text := taintText(taint)
				if pass == 0 {
					counts[text]++
				} else if counts[text] > most {
					most, node, found = counts[text], stands[i].node, taint
				}
			}
		}
	}
	return node, found
}

// tolerationFor writes the toleration of a taint, as a manifest has it.
func tolerationFor(taint *corev1.Taint) string {
	if taint.Value == "" {
		return fmt.Sprintf("{key: %s, operator: Exists, effect: %s}", taint.Key, taint.Effect)
	}
	return fmt.Sprintf("{key: %s, operator: Equal, value: %s, effect: %s}", taint.Key, taint.Value, taint.Effect)
}

func tolerationsText(pod *corev1.Pod) string {
	var texts []string
	for _, t := range pod.Spec.Tolerations {
		text := t.Key
		if t.Value != "" {
			text += "=" + t.Value
		}
		if t.Effect != "" {
			text += ":" + string(t.Effect)
		}
		texts = append(texts, text)
	}
	if len(texts) == 0 {
		return "none"
	}
	slices.Sort(texts)
	return strings.Join(texts, ", ")
}

const (
	namesShown    = 3
	evidenceNodes = 3
)

// nodeNames names some nodes: "node-1, node-2, node-3 and 4 more".
func nodeNames(stands []stand) string {
	var names []string
	for i := range stands {
		names = append(names, stands[i].node.Name)
	}
	return someOf(names)
}

func someOf(names []string) string {
	text := strings.Join(names[:min(len(names), namesShown)], ", ")
	if more := len(names) - namesShown; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func areOrIs(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
