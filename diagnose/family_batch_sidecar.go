package diagnose

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

const (
	sidecarGrace = 2 * time.Minute  // for a sidecar that is known as one
	helperGrace  = 10 * time.Minute // for a container that only looks like one
)

// sidecarBlocksJob finds a pod of an unfinished Job whose work is done, and
// where a container beside it goes on.
func sidecarBlocksJob(s *scope) answer {
	job, w := s.job(), s.Workload()
	if job == nil || w == nil {
		return s.absent()
	}
	if jobComplete(job) || jobFailure(job) != nil {
		return no("it is done")
	}
	for _, pod := range w.Pods {
		if pod.Status.Phase != corev1.PodRunning || pod.DeletionTimestamp != nil {
			continue
		}
		main, left, known := w.leftBeside(pod)
		if main == nil || left == nil {
			continue
		}
		since, grace := main.Status.State.Terminated.FinishedAt.Time, helperGrace
		if known {
			grace = sidecarGrace
		}
		if s.At.Sub(since) < grace {
			continue
		}
		ref, name := refOf("Pod", pod), left.Spec.Name
		a := yes(byField, fmt.Sprintf("%s of %s is done for %s, and %s runs", main.Spec.Name, pod.Name, age(s.At.Sub(since)), name))
		if !known {
			a.Proofs = []proof{bySignature}
		}
		if name == meshProxy { // which ends well when it is asked to
			a = a.with("proxy", name)
		} else {
			a = a.with("other", name)
		}
		return a.with("pod", pod.Name, "main", main.Spec.Name, "sidecar", name, "since", since.UTC().Format("15:04")).
			seen(ref, main.endedPath()+".exitCode", "0", since).seen(ref, left.path()+".state.running", "since "+left.Status.State.Running.StartedAt.UTC().Format("15:04"), s.At)
	}
	return no("no pod of it has done its work and goes on")
}

// defaultContainer is the annotation that names a pod's main container.
const defaultContainer = "kubectl.kubernetes.io/default-container"

// leftBeside gives the container of a pod that has done its work, and one that
// is left running, nil unless that is all. Known tells that what is left is a
// sidecar by its name, or was put in; otherwise the first container counts as
// the main one.
func (w *workload) leftBeside(pod *corev1.Pod) (main, left *runOf, known bool) {
	first := pod.Annotations[defaultContainer]
	if first == "" && len(w.Template.Spec.Containers) > 0 {
		first = w.Template.Spec.Containers[0].Name
	}
	known = true
	for _, run := range runs(pod) {
		if run.Init {
			continue
		}
		over := run.Status.State.Terminated
		switch {
		case over != nil && over.ExitCode == 0 && !w.sidecar(run):
			if main == nil || run.Spec.Name == first {
				main = &run
			}
		case over != nil && over.ExitCode == 0:
		case run.Status.State.Running != nil:
			known = known && w.sidecar(run)
			left = &run
		default:
			return nil, nil, false
		}
	}
	if main != nil && left != nil && !known && main.Spec.Name != first {
		return nil, nil, false
	}
	return main, left, known
}

// finishing tells that a pod which is to end has containers that have ended
// well: that it is not ready any more is no fault.
func finishing(pod *corev1.Pod) bool {
	if pod.Spec.RestartPolicy == corev1.RestartPolicyAlways || pod.Spec.RestartPolicy == "" || pod.Status.Phase != corev1.PodRunning {
		return false
	}
	return slices.ContainsFunc(pod.Status.ContainerStatuses, func(status corev1.ContainerStatus) bool {
		return status.State.Terminated != nil && status.State.Terminated.ExitCode == 0
	})
}
