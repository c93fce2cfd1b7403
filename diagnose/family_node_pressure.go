package diagnose

import (
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// badWhen says of each node condition that steward knows which value is the bad
// one: the kubelet's own, those of the node problem detector, and those of the
// clouds. What is not here is nobody's fault: a condition may mean anything.
var badWhen = map[corev1.NodeConditionType]corev1.ConditionStatus{
	corev1.NodeMemoryPressure: corev1.ConditionTrue,
	corev1.NodeDiskPressure:   corev1.ConditionTrue,
	corev1.NodePIDPressure:    corev1.ConditionTrue,
	// Node problem detector.
	"KernelDeadlock":              corev1.ConditionTrue,
	"ReadonlyFilesystem":          corev1.ConditionTrue,
	"CorruptDockerOverlay2":       corev1.ConditionTrue,
	"XfsShutdown":                 corev1.ConditionTrue,
	"CperHardwareErrorFatal":      corev1.ConditionTrue,
	"FrequentKubeletRestart":      corev1.ConditionTrue,
	"FrequentDockerRestart":       corev1.ConditionTrue,
	"FrequentContainerdRestart":   corev1.ConditionTrue,
	"FrequentUnregisterNetDevice": corev1.ConditionTrue,
	"KubeletUnhealthy":            corev1.ConditionTrue,
	"ContainerRuntimeUnhealthy":   corev1.ConditionTrue,
	"KubeletProblem":              corev1.ConditionTrue, // AKS
	"ContainerRuntimeProblem":     corev1.ConditionTrue,
	"FilesystemCorruptionProblem": corev1.ConditionTrue,
	"KernelReady":                 corev1.ConditionFalse, // EKS's say what is well
	"NetworkingReady":             corev1.ConditionFalse,
	"StorageReady":                corev1.ConditionFalse,
	"ContainerRuntimeReady":       corev1.ConditionFalse,
	"AcceleratedHardwareReady":    corev1.ConditionFalse,
}

// wants is what a kubelet's pressure is a want of, and what helps.
var wants = map[corev1.NodeConditionType]struct{ of, free string }{
	corev1.NodeMemoryPressure: {"memory", "see which pods use most above their requests, and give them limits"},
	corev1.NodeDiskPressure:   {"disk", "remove what fills it: unused images, logs, emptyDirs"},
	corev1.NodePIDPressure:    {"process numbers", "find the pod that starts ever more processes"},
}

// badConditions lists the known conditions of a node that have their bad value.
func badConditions(node *corev1.Node) []*corev1.NodeCondition {
	var bad []*corev1.NodeCondition
	for i := range node.Status.Conditions {
		c := &node.Status.Conditions[i]
		if when, known := badWhen[c.Type]; known && c.Status == when {
			bad = append(bad, c)
		}
	}
	slices.SortFunc(bad, func(a, b *corev1.NodeCondition) int { return strings.Compare(string(a.Type), string(b.Type)) })
	return bad
}

// nodePressure is for a node itself: whatever it reports is its own.
func nodePressure(s *scope) answer {
	node := s.node()
	if node == nil {
		return s.noNode()
	}
	bad := badConditions(node)
	if len(bad) == 0 {
		return no("no condition that steward knows has its bad value")
	}
	return s.pressed(node, bad)
}

// pressed is the answer for conditions with their bad value.
func (s *scope) pressed(node *corev1.Node, bad []*corev1.NodeCondition) answer {
	var texts []string
	for _, c := range bad {
		texts = append(texts, conditionText(c))
	}
	first := bad[0]
	a := yes(byField, strings.Join(texts, "; ")).at(s.nodeRef()).with("condition", string(first.Type), "line", saysWhy(first), "since", clock(first.LastTransitionTime.Time))
	if want, known := wants[first.Type]; known {
		a = a.with("short", want.of, "free", want.free)
	} else {
		a = a.with("fault", string(first.Type))
	}
	for _, c := range bad {
		a = a.seen(s.nodeRef(), "status.conditions["+string(c.Type)+"]", conditionText(c), c.LastTransitionTime.Time)
	}
	return s.stricken(a, node.Name)
}

// nodePressureFelt asks for a workload whether a node's conditions explain what
// fails there: its log says so, or only the pods there fail while those
// elsewhere work. Without that, the two may only be neighbours.
func nodePressureFelt(s *scope) answer {
	node, w := s.node(), s.Workload()
	if node == nil {
		return s.noNode()
	}
	if w == nil {
		return s.absent()
	}
	bad := badConditions(node)
	if len(bad) == 0 {
		return no("no condition that steward knows has its bad value")
	}
	if s.onlyNode(w) == node.Name && s.waits(w) {
		return s.pressed(node, bad)
	}
	for _, c := range bad {
		if line := s.feltBy(w, node, c.Type); line != "" {
			return s.pressed(node, []*corev1.NodeCondition{c}).with("felt", line)
		}
	}
	return no("nothing that fails there says so, or the same fails elsewhere")
}

// waits tells that a workload has pods which do not fail by their own doing:
// they are not made, or have ceased to be ready.
func (v *view) waits(w *workload) bool {
	return slices.ContainsFunc(v.failuresOf(w), func(f *failure) bool { return f.Class == unready || f.Class == creating || f.Class == pulling })
}

// feels is what a program prints, or the kubelet says of its image, when its
// node is in a condition.
var feels = map[corev1.NodeConditionType]*regexp.Regexp{
	corev1.NodeDiskPressure: regexp.MustCompile(`(?i)no space left on device|ENOSPC`),
	corev1.NodePIDPressure:  regexp.MustCompile(`(?i)(?:fork|clone|pthread_create|create (?:new )?(?:native )?thread)[^\n]{0,80}(?:resource temporarily unavailable|failed|unable)|unable to create (?:new )?native thread`),
	"ReadonlyFilesystem":    regexp.MustCompile(`(?i)read-only file system|EROFS`),
}

// feltBy gives the line in which a failing container on a node tells of the
// node's condition, "" if none does.
func (s *scope) feltBy(w *workload, node *corev1.Node, of corev1.NodeConditionType) string {
	says := feels[of]
	if says == nil {
		return ""
	}
	for _, f := range s.failuresOf(w) {
		for _, run := range f.Runs {
			if run.Pod.Spec.NodeName != node.Name {
				continue
			}
			_, message := run.waiting()
			text, _, _ := s.log(run)
			if len(text) > logLimit {
				text = text[len(text)-logLimit:]
			}
			for _, each := range []string{message, text} {
				if at := says.FindStringIndex(each); at != nil {
					return lastLine(each[:at[1]])
				}
			}
		}
	}
	return ""
}
