package diagnose

import (
	corev1 "k8s.io/api/core/v1"
	schedulinghelper "k8s.io/component-helpers/scheduling/corev1"
	"k8s.io/klog/v2"
)

// nodeTaints are the taints by which the node lifecycle controller says what
// is wrong with a node.
var nodeTaints = map[string]string{
	corev1.TaintNodeNotReady:           "it is not ready",
	corev1.TaintNodeUnreachable:        "its kubelet does not answer",
	corev1.TaintNodeMemoryPressure:     "it has too little memory left",
	corev1.TaintNodeDiskPressure:       "it has too little disk left",
	corev1.TaintNodePIDPressure:        "it has too few process ids left",
	corev1.TaintNodeNetworkUnavailable: "its network is not set up",
	corev1.TaintNodeOutOfService:       "it is out of service",
}

// controlPlane are the taints of nodes that are kept for the cluster itself.
var controlPlane = []string{"node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"}

// isOpen asks whether somebody has cordoned the node.
func isOpen(p *placement) func(*corev1.Node) []obstacle {
	cordon := corev1.Taint{Key: corev1.TaintNodeUnschedulable, Effect: corev1.TaintEffectNoSchedule}
	if p.tolerates(&cordon) {
		return passes
	}
	return func(node *corev1.Node) []obstacle {
		if !node.Spec.Unschedulable {
			return nil
		}
		return one(byCordon, "cordoned")
	}
}

// toleratesTaints looks for the taints that the pod does not tolerate. The one
// that follows from a cordon is the cordon's.
func toleratesTaints(p *placement) func(*corev1.Node) []obstacle {
	return func(node *corev1.Node) []obstacle {
		var found []obstacle
		for i := range node.Spec.Taints {
			taint := &node.Spec.Taints[i]
			if !p.keptOutBy(node, taint) {
				continue
			}
			found = append(found, obstacle{Hurdle: byTaint, Text: "untolerated taint " + taintText(taint), Node: nodeTaints[taint.Key]})
		}
		return found
	}
}

// keptOutBy tells that a taint of the node keeps the pod away by itself.
func (p *placement) keptOutBy(node *corev1.Node, taint *corev1.Taint) bool {
	if taint.Effect != corev1.TaintEffectNoSchedule && taint.Effect != corev1.TaintEffectNoExecute {
		return false
	}
	if taint.Key == corev1.TaintNodeUnschedulable && node.Spec.Unschedulable {
		return false
	}
	return !p.tolerates(taint)
}

func (p *placement) tolerates(taint *corev1.Taint) bool {
	return schedulinghelper.TolerationsTolerateTaint(klog.Logger{}, p.pod.Spec.Tolerations, taint, true)
}

// taintText writes a taint as kubectl does: "dedicated=gpu:NoSchedule".
func taintText(taint *corev1.Taint) string {
	text := taint.Key
	if taint.Value != "" {
		text += "=" + taint.Value
	}
	return text + ":" + string(taint.Effect)
}
