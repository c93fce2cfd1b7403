package diagnose

import (
	corev1 "k8s.io/api/core/v1"
)

// scope is what a check looks at: the snapshot, the object that the tree is
// about, and, in trees that go through failures one by one, the failure.
type scope struct {
	*view
	Object  Ref
	Failure *failure
	// Related is the object at the other end of a relation, such as the
	// dependency that a tree is walked for.
	Related Ref
	// Needed tells that something fails for want of the object: it is diagnosed
	// on its behalf.
	Needed bool
	// Own tells that a playbook of an administrator is walked: it may ask any
	// check anywhere.
	Own  bool
	memo *memo
}

// Workload is the workload that the tree is about, nil if it is about none.
func (s *scope) Workload() *workload { return s.workload(s.Object) }

// run is the container whose state stands for the failure's.
func (s *scope) run() runOf { return s.Failure.first() }

// pod is the pod whose state stands for the failure's.
func (s *scope) pod() *corev1.Pod { return s.Failure.Pods[0] }

// log gives what a container printed: in its last run that ended, or now. It
// is false if no log of it was read, with the reason.
func (s *scope) log(run runOf) (text string, missing string, ok bool) {
	for _, previous := range []bool{true, false} {
		text, ok := s.logs[logKey{run.Pod.Namespace, run.Pod.Name, run.Spec.Name, previous}]
		if ok && text != "" {
			return text, "", true
		}
	}
	for _, gap := range s.Gaps {
		if gap.Kind == "Log" && gap.Namespace == run.Pod.Namespace && (gap.Name == "" || gap.Name == run.Pod.Name) {
			return "", gap.Why, false
		}
	}
	return "", "the log of " + run.Spec.Name + " in " + run.ref().String() + " was not read, or is empty", false
}

// failureLog gives the first log that was read of the failure's containers.
func (s *scope) failureLog() (text string, of runOf, missing string, ok bool) {
	for _, run := range s.Failure.Runs {
		if text, _, ok := s.log(run); ok {
			return text, run, "", true
		}
	}
	if len(s.Failure.Runs) == 0 { // a whole pod is stuck, such as one on a node that has fallen silent
		return "", runOf{}, "no container of it has a log of this", false
	}
	_, missing, _ = s.log(s.run())
	return "", s.run(), missing, false
}
