package diagnose

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// weighed is which hurdle stands between a pod and the nodes: the one that, if
// it were taken away, would let the pod go to most of those it could go to.
type weighed struct {
	hurdle hurdle  // "" if there is none
	nodes  []stand // that the hurdle keeps it from; those that nothing else does, if there are any
	doubt  string  // what could not be seen that may make it untrue
	hinted bool    // it is the scheduler's word, not worked out
}

var saysInsufficient = regexp.MustCompile(`Insufficient ([a-z0-9./-]{1,80})`)

// weigh blames one hurdle. A node that the pod does not select, where its volume
// cannot be had, or that is too small even if empty, is none that it could go to,
// unless all are so; one that is going away, or kept for the control plane or
// for other pods, only if there is no other.
func (p *placement) weigh() weighed {
	stands := p.stands
	if len(stands) == 0 {
		return weighed{hurdle: byRoom}
	}
	for _, rule := range []hurdle{bySelector, byZone, bySize} {
		possible := keep(stands, func(s *stand) bool { return !s.blocks(rule) })
		if len(possible) == 0 || rule == byZone && p.zoneIsLost(stands, possible) {
			return weighed{hurdle: rule, nodes: blocked(stands, rule)}
		}
		stands = possible
	}
	settled := p.settled()
	for _, unfit := range []func(*stand) bool{(*stand).leaving, func(s *stand) bool { return s.reserved() || p.keptForOthers(s, settled) }} {
		if fit := keep(stands, func(s *stand) bool { return !unfit(s) }); len(fit) > 0 {
			stands = fit
		}
	}
	return p.hardest(stands)
}

// hardest blames among the nodes that the pod could go to. A cordon is blamed
// wherever it alone is in the way: it is meant to be lifted.
func (p *placement) hardest(stands []stand) weighed {
	fewest := 0
	for i := range stands {
		if n := stands[i].kinds(); fewest == 0 || n < fewest {
			fewest = n
		}
	}
	nearest := keep(stands, func(s *stand) bool { return s.kinds() == fewest })
	best := weighed{}
	for _, hurdle := range hurdles {
		nodes := blocked(nearest, hurdle)
		if len(nodes) > len(best.nodes) {
			best = weighed{hurdle: hurdle, nodes: nodes, doubt: doubtOf(nodes, hurdle)}
		}
		if hurdle == byCordon && len(nodes) > 0 {
			return best
		}
	}
	return best
}

// hint takes the scheduler's word for it where what is on the nodes could not
// be read.
func (p *placement) hint() weighed {
	scheduled := condition(p.pod, corev1.PodScheduled)
	if p.loadsRead() || scheduled == nil {
		return weighed{}
	}
	match := saysInsufficient.FindStringSubmatch(scheduled.Message)
	if match == nil {
		return weighed{}
	}
	w := weighed{hurdle: byRoom, hinted: true}
	for _, node := range p.open() {
		w.nodes = append(w.nodes, stand{node, one(byRoom, "too little "+strings.TrimRight(match[1], ".")+" free, as the scheduler says")})
	}
	return w
}

// zoneIsLost tells that the nodes that reach the pod's volume are too small,
// full, or broken, while nodes elsewhere would take the pod.
func (p *placement) zoneIsLost(all, inZone []stand) bool {
	for i := range inZone {
		broken := slices.ContainsFunc(inZone[i].obstacles, func(o obstacle) bool { return o.Node != "" })
		if !inZone[i].blocks(byRoom) && !inZone[i].blocks(bySize) && !inZone[i].blocks(bySlot) && !broken {
			return false
		}
	}
	return slices.ContainsFunc(all, func(s stand) bool { return s.only(byZone) })
}

// reserved tells that the node is kept for the control plane.
func (s *stand) reserved() bool {
	return s.blocks(byTaint) && slices.ContainsFunc(s.node.Spec.Taints, func(t corev1.Taint) bool { return slices.Contains(controlPlane, t.Key) })
}

// leaving tells that the node is emptied to be taken away.
func (s *stand) leaving() bool {
	return slices.ContainsFunc(s.obstacles, func(o obstacle) bool { return o.Node == goes })
}

// settled are the taints of the nodes where pods of the same workload are,
// though they do not tolerate them: those came after the pods.
func (p *placement) settled() map[string]bool {
	texts, owner := map[string]bool{}, p.ownerOf(p.pod)
	for i := range p.stands {
		node := p.stands[i].node
		if !p.stands[i].blocks(byTaint) || !slices.ContainsFunc(p.podsOn[node.Name], func(pod *corev1.Pod) bool { return p.ownerOf(pod) == owner }) {
			continue
		}
		for j := range node.Spec.Taints {
			texts[taintText(&node.Spec.Taints[j])] = true
		}
	}
	return texts
}

// keptForOthers tells that somebody keeps the node for other pods, as a pool of
// GPUs, and did so before: however many there are of these, it is not for them
// that the pod waits.
func (p *placement) keptForOthers(s *stand, settled map[string]bool) bool {
	kept := false
	for i := range s.node.Spec.Taints {
		taint := &s.node.Spec.Taints[i]
		if !p.keptOutBy(s.node, taint) {
			continue
		}
		change := p.taintingOf(s.node, taint)
		if nodeTaints[taint.Key] != "" || settled[taintText(taint)] || change != nil && p.At.Sub(change.At) < changeWindow {
			return false
		}
		kept = true
	}
	return kept
}

// kinds is how many hurdles stand between the pod and the node.
func (s *stand) kinds() int {
	n := 0
	for _, hurdle := range hurdles {
		if s.blocks(hurdle) {
			n++
		}
	}
	return n
}

func keep(stands []stand, which func(*stand) bool) []stand {
	var kept []stand
	for i := range stands {
		if which(&stands[i]) {
			kept = append(kept, stands[i])
		}
	}
	return kept
}

func blocked(stands []stand, by hurdle) []stand {
	return keep(stands, func(s *stand) bool { return s.blocks(by) })
}

// doubtOf is what makes a hurdle uncertain on all of the nodes, "" if it is
// certain on one.
func doubtOf(nodes []stand, of hurdle) string {
	doubt := ""
	for i := range nodes {
		for _, o := range nodes[i].obstacles {
			if o.Hurdle == of && o.Doubt == "" {
				return ""
			}
			if o.Hurdle == of {
				doubt = o.Doubt
			}
		}
	}
	return doubt
}

// reasonsShown bounds how many different reasons are counted up in a sentence.
const reasonsShown = 5

// countReasons says how many nodes are kept from the pod for which reasons,
// most first: "3 nodes: untolerated taint dedicated=gpu:NoSchedule; 2 nodes: too
// little cpu free".
func countReasons(stands []stand) string {
	counts := map[string]int{}
	for i := range stands {
		var texts []string
		for _, o := range stands[i].obstacles {
			if !slices.Contains(texts, o.Text) {
				texts = append(texts, o.Text)
			}
		}
		if len(texts) > 0 {
			counts[strings.Join(texts, " and ")]++
		}
	}
	reasons := make([]string, 0, len(counts))
	for reason := range counts {
		reasons = append(reasons, reason)
	}
	slices.SortFunc(reasons, func(a, b string) int { return cmp.Or(-cmp.Compare(counts[a], counts[b]), cmp.Compare(a, b)) })
	var parts []string
	for i, reason := range reasons {
		if i == reasonsShown {
			parts = append(parts, fmt.Sprintf("%s more", count(len(reasons)-i, "reason")))
			break
		}
		parts = append(parts, count(counts[reason], "node")+": "+reason)
	}
	return strings.Join(parts, "; ")
}
