package diagnose

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// What the kubelet passes on when a pod's sandbox cannot be made: the words are
// those of the network plugins (AWS VPC, Azure, Calico, Cilium, host-local,
// Whereabouts), and of the runtime.
var (
	saysNoAddress = regexp.MustCompile(`(?i)failed to assign an IP address|no (?:more |available |free )?IPs?(?: addresses?)?(?: are| is)? (?:available|left)|no available IP|no free (?:IP|address)|InsufficientFreeAddressesInSubnet|SubnetIsFull|insufficient (?:free )?IP|IP(?:AM)?(?: address)? (?:pool )?(?:is |range )?exhausted|range is full|no IP addresses available in range|pool[^\n]{0,40}exhausted|Failed to allocate address`)
	saysSandbox   = regexp.MustCompile(`(?i)\bcni\b|network plugin|plugin type=|setup network|set up sandbox container|failed to (?:start|create) (?:containerd task|sandbox)|runtime (?:is )?(?:down|not ready|unavailable)|container runtime|runc create failed|containerd\.sock|crio\.sock|connection refused|NetworkPluginNotReady`)
)

// saysRuntimeAlone is what the runtime says where the network was set up and a
// process could not be started. It may be the pod's own fault: its limits, its
// kernel settings, its profile.
var saysRuntimeAlone = regexp.MustCompile(`(?i)OCI runtime|runc create failed|shim task`)

// startedSince is a pod whose containers the node has started since, nil if
// none is known.
func (s *scope) startedSince(node string, since time.Time) *corev1.Pod {
	for _, pod := range s.podsOn[node] {
		for _, run := range runs(pod) {
			if now := run.Status.State.Running; now != nil && now.StartedAt.After(since) {
				return pod
			}
		}
	}
	return nil
}

// sandboxEvent is the newest event that tells why a pod's sandbox is not made,
// nil if something else came after it.
func (s *scope) sandboxEvent() *Event {
	for _, pod := range s.Failure.Pods {
		event := s.lastEvent(refOf("Pod", pod), createReasons...)
		if event != nil && (event.Reason == "FailedCreatePodSandBox" || event.Reason == "NetworkNotReady") {
			return event
		}
	}
	return nil
}

func podNetworkExhausted(s *scope) answer {
	event := s.sandboxEvent()
	if event == nil {
		return no("no sandbox is refused")
	}
	says := saysNoAddress.FindString(event.Message)
	if says == "" {
		return no(event.Message)
	}
	pod := get[corev1.Pod](s.view, event.About)
	if pod == nil {
		return no("its pod is gone")
	}
	ref := Ref{Kind: "Node", Name: pod.Spec.NodeName}
	a := yes(byField, event.Message).at(ref).with("line", says, "pod", pod.Name, "pod_namespace", pod.Namespace).
		seen(event.About, "events["+event.Reason+"].message", event.Message, event.Last)
	if node := get[corev1.Node](s.view, ref); node != nil && node.Spec.PodCIDR != "" {
		a = a.with("cidr", node.Spec.PodCIDR).seen(ref, "spec.podCIDR", node.Spec.PodCIDR, node.CreationTimestamp.Time)
	}
	return s.stricken(a, ref.Name)
}

// sandboxRefused is for a node that calls itself ready, and whose runtime or
// network still makes no sandbox.
func sandboxRefused(s *scope) answer {
	event := s.sandboxEvent()
	if event == nil {
		return no("no sandbox is refused")
	}
	pod := get[corev1.Pod](s.view, event.About)
	if pod == nil || !saysSandbox.MatchString(event.Message) {
		return no(event.Message)
	}
	if other := s.startedSince(pod.Spec.NodeName, event.First); other != nil && saysRuntimeAlone.MatchString(event.Message) {
		return no("the node starts other pods, such as " + other.Namespace + "/" + other.Name + ": " + event.Message)
	}
	ref := Ref{Kind: "Node", Name: pod.Spec.NodeName}
	a := yes(byField, event.Message).at(ref).with("line", ops.Shorten(strings.TrimRight(event.Message, "."), 200), "since", clock(cmp.Or(event.First, event.Last))).
		seen(event.About, "events["+event.Reason+"].message", event.Message, event.Last)
	return s.stricken(a, ref.Name)
}
