package diagnose

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"
)

// op is one change of a world. The field that is named after what is changed
// says which kind of change it is; the others tell it. Objects are named
// Kind/name in the namespace shop, Kind/namespace/name elsewhere; the name may
// be a glob.
//
//   - container: checkout-42-a/checkout   # what the kubelet says about a container
//     waiting: CrashLoopBackOff
//     ended: {exit: 1, ran: 2s, ago: 30s}
//   - pending: checkout-42-a              # a pod that the scheduler has found no node for
//     message: "0/3 nodes are available: 3 Insufficient cpu."
//   - log: checkout-42-a/checkout         # of the run before; now: true for the present one
//     text: "panic: no database"
//   - event: Pod/checkout-42-a
//     reason: Unhealthy
//   - template: Deployment/checkout       # of its newest revision and that one's pods
//     to: {spec: {containers: [{name: checkout, command: [/bin/nothing]}]}}
//   - set: Node/node-1                    # strategic merge patch of any object
//     to: {spec: {unschedulable: true}}
type op struct {
	Container string   `json:"container"`
	Pending   string   `json:"pending"` // a pod that has no node; reason: none if no scheduler has said so
	Waiting   string   `json:"waiting"`
	Ended     *ended   `json:"ended"`   // how the last run ended
	Now       bool     `json:"now"`     // …and the container has not been started again; of a log: the present run's
	Running   string   `json:"running"` // for how long the present run has lasted
	Restarts  int32    `json:"restarts"`
	Ready     *bool    `json:"ready"`
	Since     string   `json:"since"` // how long ago readiness turned
	ImageID   string   `json:"imageID"`
	Log       string   `json:"log"`
	Text      string   `json:"text"`
	Event     string   `json:"event"`
	Reason    string   `json:"reason"`
	Message   string   `json:"message"` // of an event, or a waiting container
	Count     int32    `json:"count"`
	Ago       string   `json:"ago"`
	About     string   `json:"about"` // the container of an event
	Normal    bool     `json:"normal"`
	Template  string   `json:"template"`
	Set       string   `json:"set"`
	To        any      `json:"to"`
	Add       string   `json:"add"`
	Delete    string   `json:"delete"`
	Write     string   `json:"write"`
	Manager   string   `json:"manager"`
	Fields    []string `json:"fields"`
	Gap       string   `json:"gap"` // a kind that cannot be read, "Log" or "Metrics"
	Hide      string   `json:"hide"`
	Change    string   `json:"change"`
	Source    string   `json:"source"`
	Usage     string   `json:"usage"`
	Memory    string   `json:"memory"`
	Throttled *float64 `json:"throttled"`
	Volume    string   `json:"volume"` // a claim, with how much of it is used
	Used      string   `json:"used"`
	Size      string   `json:"size"`
}

type ended struct {
	Reason  string `json:"reason"`
	Exit    int32  `json:"exit"`
	Ran     string `json:"ran"`
	Ago     string `json:"ago"`
	Message string `json:"message"`
}

func (w *world) apply(o op) error {
	switch {
	case o.Container != "":
		return w.container(o)
	case o.Pending != "":
		return w.eachObject("Pod/"+o.Pending, func(object runtime.Object) error { o.unschedule(object.(*corev1.Pod)); return nil })
	case o.Log != "":
		pod, container, _ := strings.Cut(o.Log, "/")
		return w.eachObject("Pod/"+pod, func(object runtime.Object) error {
			w.logs = append(w.logs, Log{Namespace: "shop", Pod: object.(*corev1.Pod).Name, Container: container, Previous: !o.Now, Text: o.Text})
			return nil
		})
	case o.Event != "":
		return w.event(o)
	case o.Template != "":
		return w.retemplate(o)
	case o.Set != "":
		return w.eachObject(o.Set, func(object runtime.Object) error { return patch(object, o.To) })
	case o.Add != "":
		return w.manifests(o.Add)
	case o.Delete != "":
		return w.delete(o.Delete)
	case o.Write != "":
		return w.eachObject(o.Write, func(object runtime.Object) error { return o.wrote(object.(metav1.Object)) })
	case o.Gap != "":
		w.gaps = append(w.gaps, Missing{Kind: o.Gap, Namespace: "shop", Why: o.Message})
	case o.Hide != "":
		w.hidden = append(w.hidden, named(o.Hide))
		return w.delete(o.Hide)
	case o.Change != "":
		w.changes = append(w.changes, Change{At: noon.Add(-length(o.Ago)), Source: o.Source, Who: o.Manager, Summary: o.Message, Object: named(o.Change)})
	case o.Usage != "":
		pod, container, _ := strings.Cut(o.Usage, "/")
		memory := int64(0)
		if o.Memory != "" {
			q := quantity(o.Memory)
			memory = q.Value()
		}
		w.usage = append(w.usage, Usage{Namespace: "shop", Pod: pod, Container: container, MemoryBytes: memory, Throttled: o.Throttled})
	case o.Volume != "":
		used, size := quantity(o.Used), quantity(o.Size)
		w.volumes = append(w.volumes, VolumeUsage{Namespace: "shop", Claim: o.Volume, UsedBytes: used.Value(), CapacityBytes: size.Value()})
	default:
		return fmt.Errorf("a change that changes nothing: %+v", o)
	}
	return nil
}

func length(text string) time.Duration {
	if text == "" {
		return 0
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		d, err := time.ParseDuration(days + "h")
		if err != nil {
			panic(err)
		}
		return 24 * d
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		panic(err)
	}
	return d
}

// clusterKinds are the kinds outside of namespaces.
var clusterKinds = []string{
	"Node", "Namespace", "PersistentVolume", "StorageClass", "IngressClass", "PriorityClass", "RuntimeClass", "CSIDriver", "CSINode", "VolumeAttachment", "APIService",
	"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy", "MutatingAdmissionPolicy", "ClusterRole", "ClusterRoleBinding", "ClusterPolicy",
}

func named(text string) Ref {
	parts := strings.Split(text, "/")
	switch kind := parts[0]; {
	case len(parts) == 3:
		return Ref{kind, parts[1], parts[2]}
	case slices.Contains(clusterKinds, kind):
		return Ref{Kind: kind, Name: parts[1]}
	default:
		return Ref{kind, "shop", parts[1]}
	}
}

func (w *world) eachObject(text string, do func(runtime.Object) error) error {
	want, n := named(text), 0
	for _, object := range w.objects {
		is := refOf(kindOf(object), object.(metav1.Object))
		if match, _ := path.Match(want.Name, is.Name); is.Kind == want.Kind && is.Namespace == want.Namespace && match {
			n++
			if err := do(object); err != nil {
				return fmt.Errorf("%s: %w", is, err)
			}
		}
	}
	if n == 0 {
		return fmt.Errorf("there is no %s", want)
	}
	return nil
}

func (w *world) delete(text string) error {
	gone := map[runtime.Object]bool{}
	err := w.eachObject(text, func(object runtime.Object) error { gone[object] = true; return nil })
	var kept []runtime.Object
	for _, object := range w.objects {
		if !gone[object] {
			kept = append(kept, object)
		}
	}
	w.objects = kept
	return err
}

func patch(object runtime.Object, with any) error {
	before, err := json.Marshal(object)
	if err != nil {
		return err
	}
	change, err := json.Marshal(with)
	if err != nil {
		return err
	}
	after, err := strategicpatch.StrategicMergePatch(before, change, object)
	if err != nil {
		return err
	}
	return into(object, after)
}

// into overwrites an object, so that nothing of what it was before stays.
func into(object runtime.Object, raw []byte) error {
	reflect.ValueOf(object).Elem().SetZero()
	return json.Unmarshal(raw, object)
}

func (w *world) manifests(text string) error {
	for _, document := range strings.Split(text, "\n---") {
		raw, err := yaml.YAMLToJSON([]byte(document))
		if err != nil {
			return err
		}
		object, _, err := scheme.Codecs.UniversalDeserializer().Decode(raw, nil, nil)
		if err != nil {
			other := &unstructured.Unstructured{}
			if other.UnmarshalJSON(raw) != nil {
				return err
			}
			object = other
		}
		m := object.(metav1.Object)
		if m.GetNamespace() == "" && named(kindOf(object)+"/x").Namespace != "" {
			m.SetNamespace("shop")
		}
		if m.GetUID() == "" {
			m.SetUID(stamp(m.GetName(), 0).UID)
		}
		if made := m.GetCreationTimestamp(); made.IsZero() {
			m.SetCreationTimestamp(ago(day))
		}
		w.add(object)
	}
	return nil
}
