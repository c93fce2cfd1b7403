package diagnose

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
)

// spread is one constraint of how evenly pods must be spread, with what is
// there already.
type spread struct {
	key      string
	maxSkew  int
	fewest   int // pods in the domain that has fewest
	itself   int // 1 if the pod counts among those that are spread
	selector labels.Selector
	there    map[domain]int // pods in each domain that counts
}

// spreadsEvenly asks whether the pods would be spread evenly enough if this one
// went to the node.
func spreadsEvenly(p *placement) func(*corev1.Node) []obstacle {
	var spreads []*spread
	for i := range p.pod.Spec.TopologySpreadConstraints {
		c := &p.pod.Spec.TopologySpreadConstraints[i]
		if c.WhenUnsatisfiable == corev1.DoNotSchedule {
			spreads = append(spreads, p.spreadOf(c))
		}
	}
	if len(spreads) == 0 {
		return passes
	}
	doubt := ""
	if p.unseenNamespaces()[p.pod.Namespace] {
		doubt = hiddenPods
		p.doubt(hiddenPods)
	}
	return func(node *corev1.Node) []obstacle {
		for _, each := range spreads {
			at, ok := domainOf(node, each.key)
			if !ok {
				return one(bySpread, "no label "+each.key+", which it is spread by")
			}
			if each.there[at]+each.itself-each.fewest > each.maxSkew {
				return []obstacle{{Hurdle: bySpread, Text: fmt.Sprintf("too many of its kind in %s %s", shortKey(each.key), at.value), Doubt: doubt}}
			}
		}
		return nil
	}
}

// spreadOf counts the pods of a constraint in each domain.
func (p *placement) spreadOf(c *corev1.TopologySpreadConstraint) *spread {
	each := &spread{key: c.TopologyKey, maxSkew: int(c.MaxSkew), selector: spreadSelector(c, p.pod), there: map[domain]int{}}
	counts := p.countsFor(c)
	for _, node := range p.Objects.Nodes {
		if at, ok := domainOf(node, c.TopologyKey); ok && counts(node) {
			each.there[at] += 0
		}
	}
	all := p.placedPods()
	for i := range all {
		other := &all[i]
		if other.at == nil || other.namespace != p.pod.Namespace || other.leaving || p.gone(other) || !each.selector.Matches(labels.Set(other.labels)) {
			continue
		}
		if at, ok := domainOf(other.at, c.TopologyKey); ok && counts(other.at) {
			each.there[at]++
		}
	}
	if each.selector.Matches(labels.Set(p.pod.Labels)) {
		each.itself = 1
	}
	each.fewest = -1
	for _, n := range each.there {
		if each.fewest < 0 || n < each.fewest {
			each.fewest = n
		}
	}
	if each.fewest < 0 || c.MinDomains != nil && len(each.there) < int(*c.MinDomains) {
		each.fewest = 0
	}
	return each
}

// spreadSelector is the constraint's selector, with the pod's own values of the
// labels that it names by their keys only.
func spreadSelector(c *corev1.TopologySpreadConstraint, pod *corev1.Pod) labels.Selector {
	selector, err := metav1.LabelSelectorAsSelector(c.LabelSelector)
	if err != nil {
		return labels.Nothing()
	}
	same := labels.Set{}
	for _, key := range c.MatchLabelKeys {
		if value, ok := pod.Labels[key]; ok {
			same[key] = value
		}
	}
	if len(same) == 0 {
		return selector
	}
	requirements, _ := labels.SelectorFromSet(same).Requirements()
	return selector.Add(requirements...)
}

// countsFor tells which nodes make up domains: all that have the labels of
// every constraint, and, as its policies say, that the pod selects and tolerates.
func (p *placement) countsFor(c *corev1.TopologySpreadConstraint) func(*corev1.Node) bool {
	selected := c.NodeAffinityPolicy == nil || *c.NodeAffinityPolicy == corev1.NodeInclusionPolicyHonor
	tolerated := c.NodeTaintsPolicy != nil && *c.NodeTaintsPolicy == corev1.NodeInclusionPolicyHonor
	wanted := nodeaffinity.GetRequiredNodeAffinity(p.pod)
	return func(node *corev1.Node) bool {
		for i := range p.pod.Spec.TopologySpreadConstraints {
			other := &p.pod.Spec.TopologySpreadConstraints[i]
			if _, ok := node.Labels[other.TopologyKey]; !ok && other.WhenUnsatisfiable == corev1.DoNotSchedule {
				return false
			}
		}
		if ok, err := wanted.Match(node); selected && (!ok || err != nil) {
			return false
		}
		if !tolerated {
			return true
		}
		for i := range node.Spec.Taints {
			taint := &node.Spec.Taints[i]
			if (taint.Effect == corev1.TaintEffectNoSchedule || taint.Effect == corev1.TaintEffectNoExecute) && !p.tolerates(taint) {
				return false
			}
		}
		return true
	}
}

// shortKey is the last part of a label's key, as people say it: "zone".
func shortKey(key string) string {
	for i := len(key) - 1; i >= 0; i-- {
		if key[i] == '/' {
			return key[i+1:]
		}
	}
	return key
}
