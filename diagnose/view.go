package diagnose

import (
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/steward-bot/steward/ops"
)

// view is a Snapshot with its indices: checks find everything by name, never
// by search. It is made once for a decision and belongs to one goroutine.
type view struct {
	*Snapshot

	objects   map[Ref]metav1.Object
	configs   map[Ref]*Config
	podsOf    map[types.UID][]*corev1.Pod        // by controlling owner
	podsOn    map[string][]*corev1.Pod           // by node
	setsOf    map[types.UID][]*appsv1.ReplicaSet // by Deployment
	events    map[Ref][]*Event                   // oldest first
	slices    map[Ref][]*discoveryv1.EndpointSlice
	services  map[string][]*corev1.Service // by namespace
	writes    map[Ref][]*Write             // oldest first
	named     map[Ref][]Reference          // hosts that an object names
	logs      map[logKey]string
	listed    map[Listing]bool
	hidden    map[Ref]bool
	workloads map[Ref]*workload
	revisions map[types.UID][]*appsv1.ControllerRevision
	users     map[Ref][]Ref    // workloads that name a Service
	backends  map[Ref][]Ref    // workloads that a Service selects
	standing  map[string][]Ref // workloads that stand alone, by namespace; "" is all
	idle      map[string][]idleService
	succeeded map[Ref]time.Time // when the newest Job of a CronJob that succeeded was made

	// What is on the nodes, worked out when a pod that waits for one is looked at.
	uses       map[string]*nodeUse
	loads      map[string]*Load
	placed     []placed
	unseenIn   map[string]bool
	placements map[*corev1.Pod]*placement
}

type logKey struct {
	namespace, pod, container string
	previous                  bool
}

// index makes the view of a snapshot.
func index(s *Snapshot) *view {
	v := &view{
		Snapshot: s,
		objects:  map[Ref]metav1.Object{}, configs: map[Ref]*Config{},
		podsOf: map[types.UID][]*corev1.Pod{}, podsOn: map[string][]*corev1.Pod{},
		setsOf: map[types.UID][]*appsv1.ReplicaSet{}, events: map[Ref][]*Event{},
		slices: map[Ref][]*discoveryv1.EndpointSlice{}, services: map[string][]*corev1.Service{},
		writes: map[Ref][]*Write{}, named: map[Ref][]Reference{}, logs: map[logKey]string{},
		listed: map[Listing]bool{}, hidden: map[Ref]bool{}, workloads: map[Ref]*workload{}, standing: map[string][]Ref{}, backends: map[Ref][]Ref{}, placements: map[*corev1.Pod]*placement{}, idle: map[string][]idleService{},
		revisions: map[types.UID][]*appsv1.ControllerRevision{},
	}
	s.Objects.each(func(kind string, object metav1.Object) { v.objects[refOf(kind, object)] = object })
	for i := range s.Configs {
		v.configs[s.Configs[i].Ref()] = &s.Configs[i]
	}
	for i := range s.Events {
		v.events[s.Events[i].About] = append(v.events[s.Events[i].About], &s.Events[i])
	}
	for i := range s.Writes {
		v.writes[s.Writes[i].Object] = append(v.writes[s.Writes[i].Object], &s.Writes[i])
	}
	for _, log := range s.Logs {
		v.logs[logKey{log.Namespace, log.Pod, log.Container, log.Previous}] = log.Text
	}
	for _, listing := range s.Listed {
		v.listed[listing] = true
	}
	for _, ref := range s.Hidden {
		v.hidden[ref] = true
	}
	v.indexOwned()
	for _, reference := range s.References {
		v.named[reference.From] = append(v.named[reference.From], reference)
	}
	return v
}

func (v *view) indexOwned() {
	for _, pod := range v.Objects.Pods {
		if owner := metav1.GetControllerOfNoCopy(pod); owner != nil {
			v.podsOf[owner.UID] = append(v.podsOf[owner.UID], pod)
		}
		if pod.Spec.NodeName != "" {
			v.podsOn[pod.Spec.NodeName] = append(v.podsOn[pod.Spec.NodeName], pod)
		}
	}
	for _, set := range v.Objects.ReplicaSets {
		if owner := metav1.GetControllerOfNoCopy(set); owner != nil {
			v.setsOf[owner.UID] = append(v.setsOf[owner.UID], set)
		}
	}
	for _, revision := range v.Objects.ControllerRevisions {
		if owner := metav1.GetControllerOfNoCopy(revision); owner != nil {
			v.revisions[owner.UID] = append(v.revisions[owner.UID], revision)
		}
	}
	for _, slice := range v.Objects.EndpointSlices {
		service := Ref{Kind: "Service", Namespace: slice.Namespace, Name: slice.Labels[discoveryv1.LabelServiceName]}
		v.slices[service] = append(v.slices[service], slice)
	}
	for _, service := range v.Objects.Services {
		v.services[service.Namespace] = append(v.services[service.Namespace], service)
	}
}

// get finds an object of a type, nil if it is not in the snapshot.
func get[T any](v *view, ref Ref) *T {
	if typed, ok := any(v.objects[ref]).(*T); ok {
		return typed
	}
	return nil
}

// exists tells whether an object is there: unknown, with what is missing, when
// its kind could not be read or it may not be seen.
func (v *view) exists(ref Ref) (verdict ops.Verdict, missing string) {
	if v.objects[ref] != nil || v.configs[ref] != nil {
		return ops.Yes, ""
	}
	if v.hidden[ref] {
		return ops.Unknown, "a dependency you may not see"
	}
	if v.read(ref.Kind, ref.Namespace) {
		return ops.No, ""
	}
	return ops.Unknown, v.why(ref.Kind, ref.Namespace)
}

// read tells whether all objects of a kind in a namespace were read.
func (v *view) read(kind, namespace string) bool {
	return v.listed[Listing{Kind: kind, Namespace: namespace}] || v.listed[Listing{Kind: kind}] || v.listed[Listing{Kind: "*", Namespace: namespace}] || v.listed[Listing{Kind: "*"}]
}

// why says for what reason a kind was not read.
func (v *view) why(kind, namespace string) string {
	for _, gap := range v.Gaps {
		if gap.Kind == kind && gap.Namespace == namespace && gap.Name == "" {
			return gap.Why
		}
	}
	where := ""
	if namespace != "" {
		where = " in the namespace " + namespace
	}
	return "the " + plural(kind) + where + " were not read"
}

// plural gives the lower-case plural of a kind, for sentences.
func plural(kind string) string {
	lower := strings.ToLower(kind)
	switch {
	case strings.HasSuffix(lower, "ss"), strings.HasSuffix(lower, "x"):
		return lower + "es"
	case strings.HasSuffix(lower, "cy"):
		return lower[:len(lower)-1] + "ies"
	case strings.HasSuffix(lower, "s"):
		return lower
	default:
		return lower + "s"
	}
}

// lastEvent gives the newest event about an object with one of the reasons,
// nil if there is none.
func (v *view) lastEvent(about Ref, reasons ...string) *Event {
	events := v.events[about]
	for i := len(events) - 1; i >= 0; i-- {
		if slices.Contains(reasons, events[i].Reason) {
			return events[i]
		}
	}
	return nil
}
