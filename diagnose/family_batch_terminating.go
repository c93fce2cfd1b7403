package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

// podHeld says what keeps a pod that should be gone: its node, its finalizers,
// or the kubelet.
func podHeld(s *scope) answer {
	pod := s.pod()
	ref := refOf("Pod", pod)
	a := yes(byField, pod.Name+" should be gone for "+age(s.At.Sub(pod.DeletionTimestamp.Time))).with("held", "pod/"+pod.Name, "pod", pod.Name).
		seen(ref, "metadata.deletionTimestamp", pod.DeletionTimestamp.UTC().Format("15:04:05"), pod.DeletionTimestamp.Time)
	since := stamped(pod.DeletionTimestamp.Time)
	if down := s.nodeDown(pod.Spec.NodeName); down != "" {
		node := Ref{Kind: "Node", Name: pod.Spec.NodeName}
		return a.with("why", "should be gone since "+since+" UTC, and "+down, "dead_node", node.Name).seen(node, "status.conditions[Ready]", down, s.At)
	}
	if len(pod.Finalizers) > 0 {
		names := strings.Join(pod.Finalizers, ", ")
		return a.with("why", "should be gone since "+since+" UTC, and waits for who takes its finalizers away: "+names, "finalizer", names).seen(ref, "metadata.finalizers", names, s.At)
	}
	a = a.with("why", "should be gone since "+since+" UTC, and the kubelet of "+pod.Spec.NodeName+" has not said that it is")
	if event := s.lastEvent(ref, "FailedKillPod", "FailedPreStopHook"); event != nil {
		a = a.with("why", "should be gone since "+since+" UTC, and cannot be stopped: "+strings.TrimSuffix(event.Message, ".")).seen(ref, "events["+event.Reason+"].message", event.Message, event.Last)
	}
	return a
}

// nodeDown says that a node is gone or does not answer, "" if it does or is
// not known.
func (v *view) nodeDown(name string) string {
	ref := Ref{Kind: "Node", Name: name}
	if name == "" {
		return ""
	}
	if verdict, _ := v.exists(ref); verdict == ops.No {
		return "its node " + name + " is gone"
	}
	node := get[corev1.Node](v, ref)
	if node == nil {
		return ""
	}
	if ready := nodeReadiness(node); ready != nil && ready.Status != corev1.ConditionTrue {
		return fmt.Sprintf("its node %s does not answer (Ready is %s, %s)", name, ready.Status, ready.Reason)
	}
	return ""
}

// namespaceConditions are what the Namespace controller says of one that does
// not go away, the deepest first.
var namespaceConditions = []corev1.NamespaceConditionType{
	corev1.NamespaceDeletionDiscoveryFailure, corev1.NamespaceDeletionGVParsingFailure, corev1.NamespaceDeletionContentFailure,
	corev1.NamespaceFinalizersRemaining, corev1.NamespaceContentRemaining,
}

func namespaceCondition(namespace *corev1.Namespace, of corev1.NamespaceConditionType) *corev1.NamespaceCondition {
	for i := range namespace.Status.Conditions {
		if c := &namespace.Status.Conditions[i]; c.Type == of && c.Status == corev1.ConditionTrue {
			return c
		}
	}
	return nil
}

// undiscovered is the condition that says that some kinds cannot be listed, of
// a Namespace that is to go away.
func undiscovered(namespace *corev1.Namespace) *corev1.NamespaceCondition {
	if namespace.DeletionTimestamp == nil {
		return nil
	}
	return namespaceCondition(namespace, corev1.NamespaceDeletionDiscoveryFailure)
}

// The controller's words (k8s.io/kubernetes/pkg/controller/namespace/deletion).
var (
	finalizersLeft = regexp.MustCompile(`(\S+) in \d+ resource instances`)
	resourcesLeft  = regexp.MustCompile(`(\S+) has \d+ resource instances`)
)

func namespaceHeld(s *scope) answer {
	namespace := get[corev1.Namespace](s.view, s.Object)
	if namespace == nil {
		return s.absent()
	}
	if namespace.DeletionTimestamp == nil {
		return no("nobody deletes it")
	}
	since := s.At.Sub(namespace.DeletionTimestamp.Time)
	if since < terminateGrace {
		return no("it is being deleted for " + age(since))
	}
	stands := "is being deleted for " + age(since)
	a := yes(byField, "it "+stands).with("held", "ns/"+namespace.Name, "in", namespace.Name, "why", stands+", and nothing says why").
		seen(s.Object, "metadata.deletionTimestamp", namespace.DeletionTimestamp.UTC().Format("2006-01-02 15:04:05"), namespace.DeletionTimestamp.Time)
	said := false
	for _, of := range namespaceConditions {
		c := namespaceCondition(namespace, of)
		if c == nil {
			continue
		}
		message := strings.TrimSuffix(c.Message, ".")
		a = a.seen(s.Object, "status.conditions["+string(of)+"].message", c.Message, c.LastTransitionTime.Time)
		if !said {
			said = true
			a = a.with("why", stands+": "+message)
		}
		if left := finalizersLeft.FindStringSubmatch(message); left != nil {
			a = a.with("finalizer", left[1])
		}
		if left := resourcesLeft.FindStringSubmatch(message); left != nil {
			a = a.with("resource", strings.TrimSuffix(left[1], "."))
		}
	}
	if undiscovered(namespace) != nil {
		a = s.withUnavailable(a, stands)
	}
	return a
}

// withUnavailable names the APIs that are not available: while their kinds
// cannot be listed, nobody knows whether the Namespace is empty.
func (s *scope) withUnavailable(a answer, stands string) answer {
	var down []string
	for _, api := range s.Objects.Others {
		if c := apiCondition(api); api.GetKind() == "APIService" && c["status"] == "False" {
			down = append(down, api.GetName())
			a = a.seen(refOf("APIService", api), "status.conditions[Available].reason", fmt.Sprintf("%v: %v", c["reason"], c["message"]), s.At)
		}
	}
	if len(down) == 0 {
		return a
	}
	slices.Sort(down)
	delete(a.Facts, "finalizer") // what is left is not known
	return a.with("api", down[0], "why", stands+", and whether it is empty cannot be known while "+strings.Join(down, ", ")+" is not available")
}

// objectHeld looks at anything else that should be gone.
func objectHeld(s *scope) answer {
	object := s.objects[s.Object]
	if object == nil {
		return s.absent()
	}
	gone := object.GetDeletionTimestamp()
	if gone == nil {
		return no("nobody deletes it")
	}
	if s.At.Sub(gone.Time) < terminateGrace || len(object.GetFinalizers()) == 0 {
		return no("it is being deleted for " + age(s.At.Sub(gone.Time)))
	}
	names := strings.Join(object.GetFinalizers(), ", ")
	return yes(byField, "finalizers "+names).
		with("why", "should be gone since "+stamped(gone.Time)+" UTC, and waits for who takes its finalizers away: "+names, "finalizer", names,
			"held", ops.ShortKind(s.Object.Kind)+"/"+s.Object.Name).
		seen(s.Object, "metadata.finalizers", names, s.At).seen(s.Object, "metadata.deletionTimestamp", gone.UTC().Format("2006-01-02 15:04:05"), gone.Time)
}
