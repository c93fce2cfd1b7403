package diagnose

import (
	"cmp"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// class is the stage at which a container is stuck. Each container that fails
// is in exactly one class, so that each tree has failures of its own.
type class string

// The classes, in the order in which a pod comes to life.
const (
	unscheduled class = "unscheduled" // the pod has no node
	refused     class = "refused"     // the kubelet would not run the pod, or threw it out
	creating    class = "creating"    // volumes, network or the node keep the containers from being made
	pulling     class = "pulling"     // an image cannot be had
	configuring class = "configuring" // what the container's configuration names is not to be had
	awaiting    class = "awaiting"    // an init container does not end
	crashing    class = "crashing"    // a container ends when it should run, or cannot be started
	unready     class = "unready"     // a container runs and is not ready
	terminating class = "terminating" // the pod should have been gone long ago
	starting    class = "starting"    // no failure: it has not had its time yet
)

var classes = []class{unscheduled, refused, creating, pulling, configuring, awaiting, crashing, unready, terminating, starting}

// failure is a group of containers of one workload that are stuck alike: the
// same container of the same revision at the same stage.
type failure struct {
	Class     class
	Container string // "" where the whole pod is stuck
	Init      bool
	Sidecar   bool      // it is not the workload's own container
	Revision  *revision // nil where none are kept
	Pods      []*corev1.Pod
	Runs      []runOf // one a pod, where a container is stuck
}

// first is the run that evidence is taken from: of the first pod by name.
func (f *failure) first() runOf {
	if len(f.Runs) == 0 {
		return runOf{}
	}
	return f.Runs[0]
}

// stuck is one container, or one pod, and its class.
type stuck struct {
	class class
	pod   *corev1.Pod
	run   *runOf
}

// failuresOf groups what is stuck in a workload, those of the newest revision
// first.
func (v *view) failuresOf(w *workload) []*failure {
	if w.failures != nil {
		return *w.failures
	}
	groups := map[string]*failure{}
	pods := slices.Clone(w.Pods)
	slices.SortFunc(pods, func(a, b *corev1.Pod) int { return cmp.Compare(a.Name, b.Name) })
	spent := v.spentPods(w)
	for _, pod := range pods {
		if w.job != nil && jobComplete(w.job) {
			break
		}
		if spent[pod] {
			continue
		}
		for _, s := range v.classify(pod) {
			v.group(groups, w, s)
		}
	}
	list := make([]*failure, 0, len(groups))
	for _, f := range groups {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b *failure) int {
		return cmp.Or(
			cmp.Compare(slices.Index(classes, a.Class), slices.Index(classes, b.Class)),
			-cmp.Compare(a.number(), b.number()),
			cmp.Compare(a.Container, b.Container), cmp.Compare(a.reason(), b.reason()))
	})
	w.failures = &list
	return list
}

func (v *view) group(groups map[string]*failure, w *workload, s stuck) {
	f := &failure{Class: s.class, Revision: w.revisionOf(s.pod)}
	if s.run != nil {
		f.Container, f.Init, f.Sidecar = s.run.Spec.Name, s.run.Init, w.sidecar(*s.run)
	}
	key := string(s.class) + "\x00" + f.Container + "\x00" + s.pod.Status.Reason
	if f.Revision != nil {
		key += "\x00" + f.Revision.Ref.Name
	}
	if known := groups[key]; known != nil {
		f = known
	}
	groups[key] = f
	f.Pods = append(f.Pods, s.pod)
	if s.run != nil {
		f.Runs = append(f.Runs, *s.run)
	}
}

func (f *failure) number() int64 {
	if f.Revision == nil {
		return 0
	}
	return f.Revision.Number
}

func (f *failure) reason() string { return f.Pods[0].Status.Reason }

// sidecars are containers that platforms put into pods.
var sidecars = []string{"istio-proxy", "linkerd-proxy", "envoy", "envoy-sidecar", "consul-dataplane", "vault-agent", "daprd", "cloud-sql-proxy", "cloudsql-proxy", "datadog-agent", "fluent-bit", "fluentd", "filebeat", "otel-collector", "oauth2-proxy"}

// sidecar tells that a container is not the workload's own: it is not in the
// template, or is one that platforms put into pods beside another.
func (w *workload) sidecar(run runOf) bool {
	if containerOf(&w.Template.Spec, run.Spec.Name) == nil || run.native() {
		return true
	}
	return !run.Init && len(run.Pod.Spec.Containers) > 1 && slices.Contains(sidecars, strings.ToLower(run.Spec.Name))
}

func jobComplete(job *batchv1.Job) bool {
	for _, condition := range job.Status.Conditions {
		if condition.Type == batchv1.JobComplete && condition.Status == corev1.ConditionTrue {
			return true
		}
	}
	return false
}
