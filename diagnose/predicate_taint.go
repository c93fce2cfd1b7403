package diagnose

import (
	corev1 "k8s.io/api/core/v1"
	schedulinghelper "k8s.io/component-helpers/scheduling/corev1"
	"k8s.io/klog/v2"
)

// nodeTaints are the taints by which controllers say what is wrong with a node,
// or that it comes or goes. Nobody should tolerate them for that, or take them
// away: whoever has put them there does so when it is over.
var nodeTaints = map[string]string{
	corev1.TaintNodeNotReady:           "it is not ready",
	corev1.TaintNodeUnreachable:        "its kubelet does not answer",
	corev1.TaintNodeMemoryPressure:     "it has too little memory left",
	corev1.TaintNodeDiskPressure:       "it has too little disk left",
	corev1.TaintNodePIDPressure:        "it has too few process ids left",
	corev1.TaintNodeNetworkUnavailable: "its network is not set up",
	corev1.TaintNodeOutOfService:       "it is out of service",

	"node.cloudprovider.kubernetes.io/uninitialized": "the cloud has not set it up yet",
	"node.cloudprovider.kubernetes.io/shutdown":      "its machine is shut down",
	"karpenter.sh/unregistered":                      "it has not joined yet",
	"node.cilium.io/agent-not-ready":                 "its network is not set up",
	"ebs.csi.aws.com/agent-not-ready":                "its volume driver is not ready",
	"efs.csi.aws.com/agent-not-ready":                "its volume driver is not ready",

	"ToBeDeletedByClusterAutoscaler":                         goes,
	"karpenter.sh/disrupted":                                 goes,
	"karpenter.sh/disruption":                                goes,
	"cloud.google.com/impending-node-termination":            goes,
	"aws-node-termination-handler/spot-itn":                  goes,
	"aws-node-termination-handler/scheduled-maintenance":     goes,
	"aws-node-termination-handler/asg-lifecycle-termination": goes,
	"aws-node-termination-handler/rebalance-recommendation":  goes,
}

// goes is of a node that is emptied to be taken away or replaced.
const goes = "it is being taken away"

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
