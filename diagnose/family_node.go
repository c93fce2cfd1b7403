package diagnose

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// nodeFamily knows what is wrong with a node, and with what runs there. A node
// is blamed once for all the pods on it.
func nodeFamily() family {
	return family{
		Name:   "node",
		Causes: nodeCauses(),
		Symptoms: []symptom{
			{check: check{"node-not-ready", "Is the node not ready?", nodeNotReady}, About: []string{"Node"}},
		},
		Checks: []check{
			{"node-unreachable", "Has the node's kubelet fallen silent?", nodeUnreachable},
			{"node-runtime-down", "Does the kubelet say that the node's runtime or network is down?", nodeRuntimeDown},
			{"node-pressure", "Is the node short of something, or does its kernel report a fault?", nodePressure},
			{"node-pressure-felt", "Does the node's want or fault explain what fails?", nodePressureFelt},
			{"node-gone", "Is the node that pods were on gone?", nodeGone},
			{"pod-network-exhausted", "Has the network no address left for the pod?", podNetworkExhausted},
			{"sandbox-refused", "Does the node's runtime or network refuse to make the pod's sandbox?", sandboxRefused},
		},
		Relations: map[string]relation{"nodes-under": nodesUnder},
	}
}

// node is the node that a check is about: of the relation, or the tree's own.
func (s *scope) node() *corev1.Node { return get[corev1.Node](s.view, s.nodeRef()) }

func (s *scope) nodeRef() Ref {
	if s.Related.Kind == "Node" {
		return s.Related
	}
	return s.Object
}

// nodeJoins is how long a new node may take until it is ready for the first
// time: its network is installed by a pod of its own.
const nodeJoins = 5 * time.Minute

// nodeReadiness is the node's condition Ready, nil if it reports none.
func nodeReadiness(node *corev1.Node) *corev1.NodeCondition {
	for i := range node.Status.Conditions {
		if node.Status.Conditions[i].Type == corev1.NodeReady {
			return &node.Status.Conditions[i]
		}
	}
	return nil
}

// joining tells that a node is new and has never been ready yet.
func (v *view) joining(node *corev1.Node, ready *corev1.NodeCondition) bool {
	made := node.CreationTimestamp.Time
	return v.At.Sub(made) < nodeJoins && !ready.LastTransitionTime.IsZero() && ready.LastTransitionTime.Sub(made) < 10*time.Second
}

// unwell gives the condition Ready of a node that should be ready and is not,
// nil if it is, or has never said.
func (v *view) unwell(node *corev1.Node) *corev1.NodeCondition {
	ready := nodeReadiness(node)
	if ready == nil || ready.Status == corev1.ConditionTrue || v.joining(node, ready) {
		return nil
	}
	return ready
}

func nodeNotReady(s *scope) answer {
	node := s.node()
	if node == nil {
		return s.noNode()
	}
	ready := s.unwell(node)
	if ready == nil {
		return no("it is ready, or has just joined")
	}
	return yes(byContext, conditionText(ready)).seen(s.nodeRef(), "status.conditions[Ready]", conditionText(ready), ready.LastTransitionTime.Time)
}

// noNode answers where the node is not in the snapshot.
func (s *scope) noNode() answer {
	if verdict, missing := s.exists(s.nodeRef()); verdict == ops.Unknown {
		return unknown(missing)
	}
	return no(s.nodeRef().Name + " is not there")
}

func nodeUnreachable(s *scope) answer {
	node := s.node()
	if node == nil {
		return s.noNode()
	}
	ready := s.unwell(node)
	if ready == nil || ready.Status != corev1.ConditionUnknown {
		return no("its kubelet reports")
	}
	a := yes(byField, conditionText(ready)).at(s.nodeRef()).
		seen(s.nodeRef(), "status.conditions[Ready].status", string(ready.Status), ready.LastTransitionTime.Time).
		seen(s.nodeRef(), "status.conditions[Ready].reason", cmp.Or(ready.Reason, "none"), ready.LastTransitionTime.Time)
	if !ready.LastHeartbeatTime.IsZero() {
		a = a.seen(s.nodeRef(), "status.conditions[Ready].lastHeartbeatTime", clock(ready.LastHeartbeatTime.Time), ready.LastHeartbeatTime.Time)
	}
	return s.stricken(a.with("since", clock(ready.LastTransitionTime.Time)), node.Name)
}

// shuttingDown is what the kubelet says while its machine is going down in
// good order (k8s.io/kubernetes/pkg/kubelet/nodeshutdown).
var shuttingDown = regexp.MustCompile(`(?i)node is shutting down`)

// nodeRuntimeDown reads the kubelet's own word: it reports, and says that it
// cannot run pods. A network that is not set up is said in a condition of its
// own, whose good value is False.
func nodeRuntimeDown(s *scope) answer {
	node := s.node()
	if node == nil {
		return s.noNode()
	}
	if ready := s.unwell(node); ready != nil && ready.Status == corev1.ConditionFalse && !shuttingDown.MatchString(ready.Message) {
		a := yes(byField, conditionText(ready)).at(s.nodeRef()).with("line", saysWhy(ready), "since", clock(ready.LastTransitionTime.Time)).
			seen(s.nodeRef(), "status.conditions[Ready].reason", cmp.Or(ready.Reason, "none"), ready.LastTransitionTime.Time).
			seen(s.nodeRef(), "status.conditions[Ready].message", cmp.Or(ready.Message, "none"), ready.LastTransitionTime.Time)
		return s.stricken(a, node.Name)
	}
	for i := range node.Status.Conditions {
		c := &node.Status.Conditions[i]
		if c.Type != corev1.NodeNetworkUnavailable || c.Status != corev1.ConditionTrue || s.At.Sub(node.CreationTimestamp.Time) < nodeJoins {
			continue
		}
		a := yes(byField, conditionText(c)).at(s.nodeRef()).with("line", saysWhy(c), "since", clock(c.LastTransitionTime.Time)).
			seen(s.nodeRef(), "status.conditions[NetworkUnavailable]", conditionText(c), c.LastTransitionTime.Time)
		return s.stricken(a, node.Name)
	}
	return no("its kubelet says that it can run pods, or says nothing")
}

// conditionText writes a condition in one line: "Ready is False: KubeletNotReady: …".
func conditionText(c *corev1.NodeCondition) string {
	text := fmt.Sprintf("%s is %s", c.Type, c.Status)
	for _, part := range []string{c.Reason, c.Message} {
		if part != "" {
			text += ": " + part
		}
	}
	return text
}

// saysWhy is a condition's message without its end, or else its reason, for a
// sentence.
func saysWhy(c *corev1.NodeCondition) string {
	return ops.Shorten(cmp.Or(strings.TrimRight(strings.TrimSpace(c.Message), "."), c.Reason, string(c.Type)), 200)
}
