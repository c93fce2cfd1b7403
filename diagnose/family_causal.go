package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/steward-bot/steward/ops"
)

// causalFamily knows which change explains a failure that says nothing about
// itself, and which causes several services share.
func causalFamily() family {
	return family{
		Name:   "causal",
		Causes: causalCauses(),
		Checks: []check{
			{"deploy-regression", "Did it begin with the newest revision, and with nothing else?", deployRegression},
			{"feature-flag-flipped", "Was a feature flag flipped just before?", featureFlagFlipped},
			{"config-drift", "Did somebody change by hand what a GitOps tool owns?", configDrift},
			{"overloaded", "Does its log tell of an exhausted pool, locks or limits?", overloaded},
			{"shared-node", "Do several services fail, all of them on one node?", sharedNode},
			{"shared-config", "Do several services fail since one ConfigMap or Secret was changed?", sharedConfig},
		},
		Wants: neighboursWanted,
	}
}

// neighboursWanted asks for the pods next door where all that fails is on one
// node: whether that is so of others as well.
func neighboursWanted(h *horizon) []Query {
	var queries []Query
	for _, w := range h.Workloads {
		if h.onlyNode(w) != "" {
			queries = append(queries, Query{Kind: "ReplicaSet", Namespace: w.Ref.Namespace}, Query{Kind: "Pod", Namespace: w.Ref.Namespace})
		}
	}
	return queries
}

func deployRegression(s *scope) answer {
	a := onlyNewRevision(s)
	if a.Verdict != ops.Yes {
		return a
	}
	a = a.and(bySignature).with("change", describeDiff(s.Workload().previous(), s.Workload().current()))
	if w := s.Workload(); w.previous().Ready > 0 {
		return a.seen(w.previous().Ref, "ready", count(int(w.previous().Ready), "pod"), s.At)
	}
	return a
}

// flagSources are what tells of feature flags: sources outside the cluster by
// their names, and ConfigMaps that flagd or a program reads flags from.
func isFlagChange(change *Change) bool {
	source, object := strings.ToLower(change.Source), strings.ToLower(change.Object.Name)
	return strings.Contains(source, "flag") || strings.Contains(source, "launchdarkly") || strings.Contains(source, "unleash") ||
		change.Object.Kind == "ConfigMap" && (strings.Contains(object, "flag") || strings.Contains(object, "toggles"))
}

func featureFlagFlipped(s *scope) answer {
	w := s.Workload()
	if w == nil || len(s.Failure.Runs) == 0 {
		return no("no container is concerned")
	}
	for _, change := range s.changesOf(w) {
		if !isFlagChange(change) || !s.precedes(change) || s.onset().Sub(change.At) > implicatedWithin {
			continue
		}
		return yes(byChange, change.Summary).and(bySignature).by(change).
			with("flag", change.Summary, "who", change.Who, "when", change.At.UTC().Format("15:04")).
			seen(change.Object, cmp.Or(change.Field, change.Source), change.Summary, change.At)
	}
	return no("no flag is known to have been flipped")
}

// gitOps are the marks by which GitOps tools know what they own: a label or
// annotation, and the tool.
var gitOps = []struct{ key, tool string }{
	{"argocd.argoproj.io/tracking-id", "Argo CD"},
	{"argocd.argoproj.io/instance", "Argo CD"},
	{"kustomize.toolkit.fluxcd.io/name", "Flux"},
	{"helm.toolkit.fluxcd.io/name", "Flux"},
}

func (v *view) gitOpsOf(ref Ref) string {
	object := v.objects[ref]
	if object == nil {
		return ""
	}
	for _, mark := range gitOps {
		if object.GetAnnotations()[mark.key] != "" || object.GetLabels()[mark.key] != "" {
			return mark.tool
		}
	}
	return ""
}

// byHand tells that a field manager is a person's kubectl, not a controller.
func byHand(manager string) bool {
	return strings.HasPrefix(manager, "kubectl") && manager != "kubectl-rollout" || manager == "Lens" || manager == "k9s"
}

func configDrift(s *scope) answer {
	w := s.Workload()
	if w == nil || !s.newRevisionFails() {
		return no("the newest revision is not what fails alone")
	}
	tool := s.gitOpsOf(w.Ref)
	if tool == "" {
		return no("no GitOps tool owns it")
	}
	change := s.rolloutOf(w, w.current())
	if change == nil || !byHand(change.Who) {
		return no("nobody changed it by hand")
	}
	return yes(byChange, fmt.Sprintf("%s changed what %s owns", change.Who, tool)).and(bySignature).by(change).
		with("who", change.Who, "tool", tool, "when", change.At.UTC().Format("15:04"), "change", change.Summary).
		seen(w.Ref, "managedFields[spec.template]", change.Who, change.At)
}

func overloaded(s *scope) answer {
	_, a := s.logHit(saysOverloaded)
	if a.Verdict == ops.Unknown {
		return no("no log of it was read")
	}
	return a
}

// sharedLeast is how many other workloads must fail alike for a cause to be
// shared: one may be a coincidence.
const sharedLeast = 2

// sharedNode tells that this workload and at least two others fail, that all
// of their failing pods are on one node, and that none of their pods that work
// is.
func sharedNode(s *scope) answer {
	w := s.Workload()
	if w == nil {
		return no("it runs no pods")
	}
	node := s.onlyNode(w)
	if node == "" {
		return no("its failing pods are not all on one node that only they are on")
	}
	var others []string
	for _, pod := range s.podsOn[node] {
		owner := s.ownerOf(pod)
		other := s.workload(owner)
		if other == nil || owner == w.Ref || slices.Contains(others, owner.String()) || s.onlyNode(other) != node {
			continue
		}
		others = append(others, owner.String())
	}
	if len(others) < sharedLeast {
		return no(fmt.Sprintf("of the other workloads, %d fail like that", len(others)))
	}
	slices.Sort(others)
	ref := Ref{Kind: "Node", Name: node}
	a := yes(byField, fmt.Sprintf("on %s: %s", node, strings.Join(others, ", "))).at(ref).
		with("what", "node "+node, "others", strings.Join(others, ", "), "node", node).
		seen(ref, "failing pods", s.Object.String()+", "+strings.Join(others, ", "), s.At)
	for _, other := range others {
		if each, ok := parseRef(other); ok {
			a = a.brings("pods-not-ready", each, "its pods on "+node+" fail too")
		}
	}
	return a
}

// onlyNode is the node that all failing pods of a workload are on and none of
// its ready ones, "" if there is no such. It takes two sides to tell: a
// workload whose pods are all on one node says nothing about it.
func (v *view) onlyNode(w *workload) string {
	node, elsewhere := "", false
	for _, f := range v.failuresOf(w) {
		if f.Class != crashing && f.Class != unready && f.Class != creating && f.Class != pulling {
			continue
		}
		for _, pod := range f.Pods {
			if node != "" && pod.Spec.NodeName != node {
				return ""
			}
			node = pod.Spec.NodeName
		}
	}
	for _, pod := range w.Pods {
		if podReady(pod) {
			if pod.Spec.NodeName == node {
				return ""
			}
			elsewhere = true
		}
	}
	if !elsewhere {
		return ""
	}
	return node
}

// sharedConfig tells that this workload and at least two others began to fail
// after one ConfigMap or Secret was changed that all of them read.
func sharedConfig(s *scope) answer {
	w := s.Workload()
	if w == nil {
		return no("it runs no pods")
	}
	for _, use := range configsOf(w) {
		changes := s.configChanges(use.Ref)
		if len(changes) == 0 {
			continue
		}
		change := changes[len(changes)-1]
		var others []string
		s.eachWorkload(w.Ref.Namespace, func(other *workload) {
			reads := slices.ContainsFunc(configsOf(other), func(u configUse) bool { return u.Ref == use.Ref })
			if reads && other.Ref != w.Ref && s.beganAfter(other, change) {
				others = append(others, other.Ref.String())
			}
		})
		if len(others) < sharedLeast || !s.beganAfter(w, change) {
			continue
		}
		a := yes(byChange, change.Summary).and(byField).at(use.Ref).by(change).
			with("what", use.Ref.Kind+" "+use.Ref.Name, "others", strings.Join(others, ", "), "who", change.Who).
			seen(use.Ref, "managedFields[data]", change.Summary, change.At)
		for _, other := range others {
			if each, ok := parseRef(other); ok {
				a = a.brings("config-changed", each, "it fails since the same change")
			}
		}
		return a
	}
	return no("no configuration that several failing services read was changed")
}

// beganAfter tells that a workload fails, and began to after a change.
func (v *view) beganAfter(w *workload, change *Change) bool {
	for _, f := range v.failuresOf(w) {
		if f.Class != crashing && f.Class != unready {
			continue
		}
		each := scope{view: v, Object: w.Ref, Failure: f}
		return each.precedes(change) && each.onset().Sub(change.At) <= implicatedWithin
	}
	return false
}
