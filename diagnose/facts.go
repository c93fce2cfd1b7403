package diagnose

import (
	"fmt"
	"strconv"

	"github.com/steward-bot/steward/ops"
)

// commonFacts are known in every case: the names of what is diagnosed, and,
// where a container fails, whose it is and what ran before.
//
//	cluster, object, kind, name, namespace, target   the object ("Deployment/shop/checkout"; target is "deploy/checkout")
//	subject, subject_name                   on whose behalf the object is at fault, mostly the same
//	starting                                "checkout", or "revision 42 of checkout" while older pods still serve
//	program                                 "checkout", or "istio-proxy of checkout"
//	container, pod, image, node             of the failing container
//	failing, desired                        how many pods fail, of how many
//	revision, previous, previous_image      its revision, and the one to go back to
func (s *scope) commonFacts(object Ref) facts {
	f := facts{
		"cluster": s.Cluster, "object": object.String(), "kind": object.Kind, "name": object.Name, "namespace": object.Namespace,
		"target": ops.ShortKind(object.Kind) + "/" + object.Name,
	}
	w := s.workload(object)
	if w == nil {
		return f
	}
	f["desired"] = strconv.Itoa(int(w.Desired))
	s.revisionFacts(f, w)
	if s.Failure == nil {
		return f
	}
	pod := s.pod()
	f["pod"], f["node"] = pod.Name, pod.Spec.NodeName
	f["failing"] = count(len(s.Failure.Pods), "pod")
	if s.Failure.Container != "" {
		f["container"] = s.Failure.Container
		f["image"] = s.run().Spec.Image
	}
	return f
}

// starter names what does not start: a new revision is not the whole while
// pods of an older one serve.
func (s *scope) starter() string {
	w := s.Workload()
	if w == nil || s.Failure == nil || s.Failure.Revision == nil || s.Failure.Revision != w.current() || s.Failure.number() == 0 {
		return s.Object.Name
	}
	for _, older := range w.Revisions[1:] {
		if older.Ready > 0 {
			return fmt.Sprintf("revision %d of %s", s.Failure.number(), s.Object.Name)
		}
	}
	return s.Object.Name
}

// subjectFacts names on whose behalf an object is at fault, and the program.
func (s *scope) subjectFacts(known facts) {
	known["subject"], known["subject_name"] = s.Object.String(), s.Object.Name
	known["starting"] = s.starter()
	known["program"] = s.Object.Name
	if container := known["container"]; container != "" && container != s.Object.Name {
		known["program"] = container + " of " + s.Object.Name
	}
}

// everyFact names the facts that a playbook's texts may use without its checks
// giving them: the common ones, and those of a change that a helper has found.
func everyFact() []string {
	return []string{
		"cluster", "object", "kind", "name", "namespace", "target", "subject", "subject_name", "program", "starting", "container", "pod", "image", "node",
		"failing", "desired", "revision", "previous", "previous_image", "who", "when", "change",
	}
}

// revisionFacts names the revision to go back to: only when what fails is of
// the newest, which going back would take away.
func (s *scope) revisionFacts(f facts, w *workload) {
	current := w.current()
	if current == nil || s.Failure != nil && s.Failure.Revision != nil && s.Failure.Revision != current {
		return
	}
	f["revision"] = strconv.FormatInt(current.Number, 10)
	previous := w.previous()
	if previous == nil {
		return
	}
	f["previous"] = strconv.FormatInt(previous.Number, 10)
	container := ""
	if s.Failure != nil {
		container = s.Failure.Container
	}
	if container == "" && len(previous.Template.Spec.Containers) > 0 {
		container = previous.Template.Spec.Containers[0].Name
	}
	f["previous_image"] = previous.image(container)
}

// count writes a number with its noun: "1 pod", "3 pods".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
