package diagnose

import (
	"cmp"
	"maps"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// changedAt is when a policy was last changed, or made.
func (v *view) changedAt(policy *networkingv1.NetworkPolicy) time.Time {
	at := policy.CreationTimestamp.Time
	for _, write := range v.writes[refOf("NetworkPolicy", policy)] {
		if write.touches("spec") && write.At.After(at) {
			at = write.At
		}
	}
	return at
}

// newest is the policy that was changed last.
func (v *view) newest(policies []*networkingv1.NetworkPolicy) *networkingv1.NetworkPolicy {
	return slices.MinFunc(policies, func(a, b *networkingv1.NetworkPolicy) int {
		return cmp.Or(-v.changedAt(a).Compare(v.changedAt(b)), cmp.Compare(a.Name, b.Name))
	})
}

// policyChange adds who made or changed a policy, where that was not long ago.
func (s *scope) policyChange(a answer, ref Ref) answer {
	policy := get[networkingv1.NetworkPolicy](s.view, ref)
	if policy == nil {
		return a
	}
	at, who := s.changedAt(policy), ""
	if at.IsZero() || s.At.Sub(at) > changeWindow {
		return a
	}
	summary := "the NetworkPolicy was made"
	for _, write := range s.writes[ref] {
		if write.At.Equal(at) && write.touches("spec") {
			who = write.Manager
			if !write.Created {
				summary = "the NetworkPolicy was changed"
			}
		}
	}
	return a.with("who", cmp.Or(who, "somebody"), "when", at.UTC().Format("15:04"), "how", summary[len("the NetworkPolicy was "):]).
		by(&Change{At: at, Source: "network", Who: who, Object: ref, Field: "spec", Summary: summary}).
		seen(ref, "metadata.managedFields", cmp.Or(who, "unknown")+": "+summary, at)
}

// selectorWords writes a selector of pods as people read it.
func selectorWords(selector *metav1.LabelSelector) string {
	if len(selector.MatchLabels)+len(selector.MatchExpressions) == 0 {
		return "all pods"
	}
	return metav1.FormatLabelSelector(selector)
}

// ownLabels are the labels by which a pod's workload tells its pods.
func (s *scope) ownLabels(pod *corev1.Pod) map[string]string {
	w := s.workload(s.ownerOf(pod))
	var selector *metav1.LabelSelector
	switch {
	case w == nil:
	case w.deployment != nil:
		selector = w.deployment.Spec.Selector
	case w.statefulSet != nil:
		selector = w.statefulSet.Spec.Selector
	case w.daemonSet != nil:
		selector = w.daemonSet.Spec.Selector
	}
	if selector != nil && len(selector.MatchLabels) > 0 {
		return selector.MatchLabels
	}
	own := maps.Clone(pod.Labels)
	for _, key := range []string{"pod-template-hash", "controller-revision-hash", "statefulset.kubernetes.io/pod-name"} {
		delete(own, key)
	}
	return own
}

// allowFacts adds what would allow a connection: a rule for the policy, and a
// policy of its own.
func (s *scope) allowFacts(a answer, r *ruling, policy *networkingv1.NetworkPolicy, to end) answer {
	own, other, key, peers := s.pod(), to.peer.Pod, "egress", "to"
	if !r.egress {
		own, other, key, peers = to.peer.Pod, s.pod(), "ingress", "from"
	}
	rule := map[string]any{"ports": []any{portOfRule(to)}}
	if list := s.peersOfRule(other, own.Namespace, to.peer.Address); list != nil {
		rule[peers] = list
	}
	spec := map[string]any{"podSelector": map[string]any{"matchLabels": s.ownLabels(own)}, "policyTypes": []string{string(wayOf(r))}, key: []any{rule}}
	a = a.with("allow_spec", patchText(spec), "allow_name", s.Object.Name+"-"+key)
	if selectorWords(&policy.Spec.PodSelector) == "all pods" {
		return a // a rule in that one would allow it to all
	}
	patch := map[string]any{"op": "add", "path": "/spec/" + key + "/-", "value": rule}
	if len(rulesOf(policy, wayOf(r))) == 0 {
		patch = map[string]any{"op": "add", "path": "/spec/" + key, "value": []any{rule}}
	}
	return a.with("patch", patchText([]any{patch}))
}

func portOfRule(to end) map[string]any {
	port := map[string]any{"port": to.port}
	if to.protocol != corev1.ProtocolTCP {
		port["protocol"] = to.protocol
	}
	return port
}

// peersOfRule names the other end in a rule, nil for anybody.
func (s *scope) peersOfRule(other *corev1.Pod, namespace, address string) []any {
	switch {
	case other == nil && address == "":
		return nil
	case other == nil:
		return []any{map[string]any{"ipBlock": map[string]any{"cidr": address + "/32"}}}
	}
	one := map[string]any{"podSelector": map[string]any{"matchLabels": s.ownLabels(other)}}
	if other.Namespace != namespace {
		one["namespaceSelector"] = map[string]any{"matchLabels": map[string]string{corev1.LabelMetadataName: other.Namespace}}
	}
	return []any{one}
}
