package diagnose

import (
	corev1 "k8s.io/api/core/v1"
)

// hurdle is the kind of what keeps a pod from a node.
type hurdle string

// The hurdles, in the order in which one is blamed before another that keeps
// the pod from as many nodes.
const (
	bySelector hurdle = "selector" // the pod wants other nodes
	byZone     hurdle = "zone"     // its volume is elsewhere
	bySize     hurdle = "size"     // even an empty node has less than it asks for
	byCordon   hurdle = "cordon"   // somebody has closed the node
	byTaint    hurdle = "taint"    // the node keeps away whoever does not tolerate it
	byAffinity hurdle = "affinity" // of other pods
	bySpread   hurdle = "spread"   // too many of its kind are there already
	bySlot     hurdle = "slot"     // a host port, or the number of pods or volumes
	byRoom     hurdle = "room"     // other pods have taken what it asks for
)

var hurdles = []hurdle{bySelector, byZone, bySize, byCordon, byTaint, byAffinity, bySpread, bySlot, byRoom}

// obstacle is one reason why a pod cannot go to a node.
type obstacle struct {
	Hurdle hurdle
	Text   string // the same for all nodes with the same reason: "untolerated taint dedicated=gpu:NoSchedule"
	Doubt  string // what could not be seen that may make it untrue, "" if it is certain
	// Node is what is wrong with the node itself, where a taint says so:
	// "it is not ready".
	Node string
}

// predicate is one rule of the scheduler: prepared once for a pod, then asked
// for each node. It gives no obstacle where the pod may go.
type predicate func(*placement) func(*corev1.Node) []obstacle

// predicates are the rules that kube-scheduler filters nodes by, worked out
// from the objects: its messages differ from release to release.
func predicates() []predicate {
	return []predicate{
		matchesSelector, reachesVolumes, isOpen, toleratesTaints, hasRoom,
		hasPodSlot, hasHostPorts, hasVolumeSlots, meetsAffinity, isNotRepelled, spreadsEvenly,
	}
}

// passes is a predicate that has nothing against any node.
func passes(*corev1.Node) []obstacle { return nil }

// one is a list of one obstacle.
func one(hurdle hurdle, text string) []obstacle {
	return []obstacle{{Hurdle: hurdle, Text: text}}
}
